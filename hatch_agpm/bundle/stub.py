"""
The stub: the `__init__.pyi` of a bundle, which editors and type checkers read.

Every name is in it, with the run-time variables of each prompt.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from hatch_agpm.bundle.accessor import MARK, attribute, docstring
from hatch_agpm.bundle.layout import TYPES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from hatch_agpm.bundle.layout import Shipped
    from hatch_agpm.model.runtime import RuntimeVariable

__all__ = ["stub_source"]


def stub_source(shipped: Sequence[Shipped], distribution: str, output: str) -> str:
    """
    Return the text of the bundle's `__init__.pyi`: every resource by name.

    `output` is the bundle's directory, as a path in the source tree.  The text does not
    contain a version, so that a project can keep a copy under version control.
    """
    kinds = _kinds(shipped)
    classes = "\n".join(
        _stub_class(
            section, [item for item in shipped if item.section == section], kinds
        )
        for section in TYPES
    )
    attributes = "\n".join(
        f"{attribute(section)}: {_class(section)}" for section in TYPES
    )
    return f'''\
{MARK}
{docstring(shipped, distribution)}

{_head(shipped, output)}

{_stub_prompts(shipped, kinds)}
{classes}
{attributes}

{_stub_load(shipped, kinds)}
def names() -> list[str]:
    """Return the full names of all resources, sorted."""
'''


_HEAD = '''
# mypy may have cached that this module is missing: when this file is new in the
# source tree, delete .mypy_cache.

# In a class, names without `_` are those of resources. One may be called `int`.
from builtins import bool as _bool, int as _int, object as _object
from collections.abc import Iterator as _Iterator
from typing import Any as _Any, Literal as _Literal, NoReturn as _NoReturn
from typing import overload as _overload

# Nothing is imported from `_reader`: in a source tree it is not beside the stub.
class UnknownPromptError(KeyError, AttributeError):
    """No resource has this name; `near` has the most similar names."""

    location: str
    near: tuple[str, ...]

class DamagedWheelError(OSError):
    """A file of the bundle is missing, or differs from what was built."""

    path: str
    reason: str

class VariableError(TypeError):
    """A prompt was called with wrong variables; `problems` says which."""

    location: str
    problems: tuple[str, ...]

class _Details:
    @property
    def metadata(self) -> dict[str, _Any]:
        """The frontmatter, {} without one.  All accesses return the same dict."""
    @property
    def name(self) -> str:
        """The name among its type{name}."""
    @property
    def type(self) -> str:
        """What it is: `agent`, `command`, `skill` and so on."""
    @property
    def tool(self) -> str:
        """The coding agent it is for: `claude-code`, `opencode` and so on."""
    @property
    def path(self) -> str:
        """The path of its file in the wheel{path}."""
    @property
    def install_path(self) -> str:
        """Where that coding agent looks for it: `.claude/agents/agpm/x.md`."""
    @property
    def sha256(self) -> str:
        """The SHA-256 of the whole file, in hexadecimal."""
    @property
    def files(self) -> tuple[str, ...]:
        """The files of a skill, SKILL.md included, sorted; () for other types."""
    def read(self, file: str) -> bytes:
        """Return one of the `files`; raises `UnknownPromptError` for others."""

class BinaryResource(bytes, _Details):
    """A resource that is not text: the `bytes` of its file."""

    @property
    def document(self) -> bytes:
        """The same bytes."""

class Prompt(str, _Details):
    """A prompt: a `str`, everything after the frontmatter, byte for byte."""

    @property
    def document(self) -> str:
        """The whole file, frontmatter included."""
    def __call__(self, *args: _Any, **variables: _Any) -> str:
        """Return the text with its run-time variables; raises `VariableError`."""

class _Prompt(Prompt):
    """A prompt without run-time variables."""

    def __call__(self) -> str:
        """Return the text."""

_BinaryResource = BinaryResource
'''


def _head(shipped: Sequence[Shipped], output: str) -> str:
    """Return the classes of every stub, with a resource of this one as example."""
    name = path = ""
    if shipped:
        name = f": `{shipped[0].name}`"
        path = f": `{output.removeprefix('src/')}/{shipped[0].path}`"
    return _HEAD.strip().replace("{name}", name).replace("{path}", path)


def _class(section: str) -> str:
    return f"_{section.title().replace('-', '')}"


def _kinds(shipped: Iterable[Shipped]) -> dict[str, str]:
    """
    Return the class of the stub for each full name.

    Prompts with the same run-time variables share a class, which is named after the
    variables, because editors show its name.
    """
    kinds: dict[str, str] = {}
    known: dict[str, str] = {}
    for item in shipped:
        resource = item.resources[0]
        parameters = _parameters(resource.runtime)
        name = "_".join(["_Prompt", *(each.name for each in resource.runtime)])
        if isinstance(resource.text, bytes):
            name = "_BinaryResource"
        elif known.setdefault(name, parameters) != parameters:
            # The same names with other types or defaults: add a digest of these.
            name += f"_{hashlib.sha256(parameters.encode()).hexdigest()[:6]}"
        kinds[item.full_name] = name
    return kinds


def _stub_prompts(shipped: Iterable[Shipped], kinds: Mapping[str, str]) -> str:
    """Return the classes of prompts that have run-time variables."""
    classes = {
        kinds[item.full_name]: item.resources[0].runtime
        for item in shipped
        if item.resources[0].runtime
    }
    return "\n".join(
        f"class {name}(Prompt):\n"
        f'    """A prompt with {", ".join(each.name for each in runtime)}."""\n\n'
        f"    def __call__(self, *, {_parameters(runtime)}) -> str:\n"
        '        """Return the text with its run-time variables."""\n'
        for name, runtime in sorted(classes.items())
    )


def _parameters(runtime: Iterable[RuntimeVariable]) -> str:
    return ", ".join(variable.parameter for variable in runtime)


def _by_kind(
    items: Iterable[Shipped], kinds: Mapping[str, str], name: Callable[[Shipped], str]
) -> dict[str, list[str]]:
    quoted: dict[str, list[str]] = {}
    for item in items:
        quoted.setdefault(kinds[item.full_name], []).append(f'"{name(item)}"')
    return dict(sorted(quoted.items()))


def _stub_class(
    section: str, items: Sequence[Shipped], kinds: Mapping[str, str]
) -> str:
    names = ", ".join(f'"{item.name}"' for item in items)
    known = f"_Literal[{names}]" if items else "_NoReturn"
    lines = [f"class {_class(section)}:"]
    for item in items:
        if item.identifier:
            lines.append(f"    {item.identifier}: {kinds[item.full_name]}")
            lines += _description(item)
    by_kind = _by_kind(items, kinds, lambda item: item.name) or {"_NoReturn": []}
    for kind, quoted in by_kind.items():
        lines += ["    @_overload"] if len(by_kind) > 1 else []
        accepted = f"_Literal[{', '.join(quoted)}]" if quoted else "_NoReturn"
        lines.append(f"    def __getitem__(self, name: {accepted}, /) -> {kind}: ...")
    lines += [
        f"    def __iter__(self) -> _Iterator[{known}]: ...",
        "    def __len__(self) -> _int: ...",
        "    def __contains__(self, name: _object, /) -> _bool: ...",
    ]
    return "\n".join([*lines, ""])


def _description(item: Shipped) -> list[str]:
    """Return the frontmatter's description, for editors, as a line of the stub."""
    description = item.resources[0].metadata.get("description")
    return [f"    {description!r}"] if isinstance(description, str) else []


def _stub_load(shipped: Sequence[Shipped], kinds: Mapping[str, str]) -> str:
    """Return the overloads of `load`: one for each type of result, one for a `str`."""
    by_kind = _by_kind(shipped, kinds, lambda item: item.full_name)
    of_any = ["BinaryResource"] if "_BinaryResource" in by_kind else []
    of_any += ["Prompt"] if by_kind.keys() - {"_BinaryResource"} else []
    signatures = [
        *((f"_Literal[{', '.join(names)}]", kind) for kind, names in by_kind.items()),
        ("str", " | ".join(of_any)),
    ]
    return "\n".join(
        f"@_overload\ndef load(full_name: {accepted}) -> {kind}:\n"
        '    """Return the resource of this name: its type, `/`, its name."""\n'
        for accepted, kind in signatures
    )
