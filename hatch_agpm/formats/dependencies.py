"""
The key `dependencies` of a file: the other resources that the file names.

It is read from frontmatter and from JSON, already parsed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from hatch_agpm.errors import (
    FrontmatterError,
    Location,
    SourceError,
    did_you_mean,
    shown,
)
from hatch_agpm.model.types import RESOURCE_TYPES

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from hatch_agpm.formats.yaml import Document

__all__ = ["DependencyReader", "Spec", "dotted_key"]

_TEXTS: Final = ("path", "name", "version", "tool", "source")
_FIELDS: Final = (*_TEXTS, "install", "flatten")


@dataclass(frozen=True, kw_only=True, slots=True)
class Spec:
    """One dependency that a file declares."""

    type: str
    """The plural, as the section is called."""

    path: str
    name: str | None = None
    tool: str | None = None
    source: str | None = None
    """Where the path starts, if not at the file that declares it."""

    install: bool | None = None
    line: int = 0
    """In the rendered frontmatter, from 1; 0 where it is not known."""


class DependencyReader:
    """Collects dependencies, and everything that is wrong with them."""

    def __init__(self, document: Document | None = None) -> None:
        self.lines = document.lines if document else {}
        self.spelled = document.spelled if document else {}
        self.specs: list[Spec] = []
        self.problems: list[SourceError] = []

    def problem(self, what: str, line: int, *, got: str = "", hint: str = "") -> None:
        """Report a problem in a line of the document."""
        self.problems.append(
            FrontmatterError(what, location=Location(line=line), got=got, hint=hint)
        )

    def section(self, value: object, path: tuple[str | int, ...]) -> None:
        """
        Read one `dependencies`.

        A dependency that an earlier section has, too, is left out.
        """
        where = dotted_key(path)
        if value is None:
            return
        if not isinstance(value, dict):
            line = self.lines.get(path, 0)
            self.problem(f"'{where}' must be a mapping", line, got=shown(value))
            return
        earlier = {(spec.type, spec.path, spec.source) for spec in self.specs}
        for type_ in sorted(value):
            here = (*path, type_)
            line = self.lines.get(here, 0)
            if type_ not in RESOURCE_TYPES:
                hint = did_you_mean(type_, RESOURCE_TYPES)
                hint = hint or f"the types are {', '.join(RESOURCE_TYPES)}"
                what = f"'{where}.{type_}' is not a resource type"
                self.problem(what, line, hint=hint)
            elif isinstance(value[type_], list):
                self._items(type_, value[type_], here, earlier)
            elif value[type_] is not None:
                got = shown(value[type_])
                self.problem(f"'{where}.{type_}' must be a list", line, got=got)

    def _items(
        self,
        type_: str,
        items: Sequence[object],
        path: tuple[str | int, ...],
        earlier: Collection[tuple[str, str, str | None]],
    ) -> None:
        for index, item in enumerate(items):
            here = (*path, index)
            if not isinstance(item, dict):
                self.problem(
                    f"'{dotted_key(here)}' must be a mapping with a path",
                    self.lines.get(here, 0),
                    got=shown(item),
                    hint=f"write 'path: {item}'" if isinstance(item, str) else "",
                )
                continue
            spec = self._spec(type_, item, here)
            if spec and (type_, spec.path, spec.source) not in earlier:
                self.specs.append(spec)

    def _spec(
        self, type_: str, item: Mapping[str, object], here: tuple[str | int, ...]
    ) -> Spec | None:
        before = len(self.problems)
        where, line = dotted_key(here), self.lines.get(here, 0)
        for key in sorted(set(item) - set(_FIELDS)):
            hint = did_you_mean(key, _FIELDS)
            hint = hint or f"a dependency has {', '.join(_FIELDS)}"
            what = f"'{where}.{key}' is not known"
            self.problem(what, self._line_of(here, key), hint=hint)
        for key in ("install", "flatten"):
            if not isinstance(item.get(key), bool | None):
                got = shown(item[key])
                what = f"'{where}.{key}' must be true or false"
                self.problem(what, self._line_of(here, key), got=got)
        texts = {key: self._text(item, key, here) for key in _TEXTS}
        path, install = texts["path"], item.get("install")
        if item.get("path") is None:
            self.problem(f"'{where}.path' is missing", line)
        if len(self.problems) > before or path is None:
            return None
        return Spec(
            type=type_,
            path=path,
            name=texts["name"],
            tool=texts["tool"],
            source=texts["source"],
            install=install if isinstance(install, bool) else None,
            line=line,
        )

    def _line_of(self, here: tuple[str | int, ...], key: str) -> int:
        return self.lines.get((*here, key), 0)

    def _text(
        self, item: Mapping[str, object], key: str, here: tuple[str | int, ...]
    ) -> str | None:
        """Return a key as it is written; None where it is absent or null."""
        value = item.get(key)
        if value is None:
            return None
        # `name: 1.10` is meant, and read by AGPM, as text.
        text = value if isinstance(value, str) else self.spelled.get((*here, key))
        where, line = f"{dotted_key(here)}.{key}", self._line_of(here, key)
        if text is None:
            self.problem(f"'{where}' must be text", line, got=shown(value))
        elif not text and key != "version":
            self.problem(f"'{where}' must not be empty", line)
        return text


def dotted_key(path: Sequence[str | int]) -> str:
    """Return a path of keys and indices as messages show it."""
    pieces = (f"[{key}]" if isinstance(key, int) else f".{key}" for key in path)
    return "".join(pieces).removeprefix(".")
