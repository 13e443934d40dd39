"""The types of run-time variables, as stubs have them."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from typing import TYPE_CHECKING

from hatch_agpm.model.runtime import ANY, Kind, ListKind, RecordKind, takes_none

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from hatch_agpm.model.runtime import RuntimeVariable

__all__ = ["Annotations"]

_IMPORTS = """\
from collections.abc import Sequence as _Sequence
from typing_extensions import NotRequired as _NotRequired, TypedDict as _TypedDict
"""


class Annotations:
    """The annotations of the variables of one stub, and the classes that they need."""

    def __init__(self, variables: Iterable[RuntimeVariable]) -> None:
        """Take all variables of the stub."""
        self._kinds = [part for each in variables for part in _parts(each.kind)]
        self._names: dict[RecordKind, str] = {}
        by_fields: dict[str, set[RecordKind]] = defaultdict(set)
        for kind in self._kinds:
            if isinstance(kind, RecordKind):
                by_fields["_".join(name for name, _ in kind.fields)].add(kind)
        for name, kinds in by_fields.items():
            for kind in kinds:
                # The same names with other types: add a digest of these.
                digest = hashlib.sha256(repr(kind).encode()).hexdigest()[:6]
                self._names[kind] = f"{name}_{digest}" if len(kinds) > 1 else name

    @property
    def imports(self) -> str:
        """The imports of what only lists and records need."""
        return "" if all(isinstance(kind, str) for kind in self._kinds) else _IMPORTS

    @property
    def uses_float(self) -> bool:
        """Whether a variable is a float, or contains one."""
        return any(isinstance(kind, str) and "float" in kind for kind in self._kinds)

    def parameter(self, variable: RuntimeVariable) -> str:
        """Return a variable as a parameter: `limit: _int = 5`."""
        annotation = self._annotation(variable.kind)
        default = variable.default_text
        if default and not isinstance(variable.kind, str):
            # Not every type checker finds that a list or a dict fits.
            default = " = ..."
        return f"{variable.name}: {annotation}{default}"

    def classes(self) -> Iterator[str]:
        """Yield the classes of records: as a mapping, and as an object."""
        for kind, name in sorted(self._names.items(), key=lambda item: item[1]):
            yield f"class _Record_{name}(_TypedDict):"
            for field, of in kind.fields:
                type_ = self._annotation(of)
                type_ = f"_NotRequired[{type_}]" if takes_none(of) else type_
                yield f"    {field}: {type_}"
            yield f"\nclass _Attributes_{name}(_Protocol):"
            for field, of in kind.fields:
                yield "    @property"
                yield f"    def {field}(self) -> {self._annotation(of)}: ..."
            yield ""

    def _annotation(self, kind: Kind) -> str:
        if isinstance(kind, ListKind):
            return f"_Sequence[{self._annotation(kind.item)}]"
        if isinstance(kind, RecordKind):
            name = self._names[kind]
            return f"_Record_{name} | _Attributes_{name}"
        return "_Any" if kind == ANY else f"_{kind}"


def _parts(kind: Kind) -> Iterator[Kind]:
    """Yield a type and those inside it."""
    yield kind
    if isinstance(kind, ListKind):
        yield from _parts(kind.item)
    elif isinstance(kind, RecordKind):
        for _, of in kind.fields:
            yield from _parts(of)
