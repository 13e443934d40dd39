"""
The stubs of a bundle, which editors and type checkers read.

`__init__.pyi` has every name, with the run-time variables of each prompt; the stubs of
the namespaces, as `agents.pyi`, have their attributes for `from ... import`.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from hatch_agpm.bundle.accessor import MARK, docstring, exported, type_attributes
from hatch_agpm.bundle.annotations import Annotations
from hatch_agpm.model.runtime import ANY
from hatch_agpm.runtime._variables import is_parameter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from hatch_agpm.bundle.namespaces import Directory
    from hatch_agpm.bundle.shown import Shown
    from hatch_agpm.model.runtime import RuntimeVariable

__all__ = ["namespace_stub", "stub_source"]

_HEAD = '''
# mypy may have cached that this module is missing: when this file is new in the
# source tree, delete .mypy_cache.

# Names without `_` are those of resources, but for the few below.  One may be `int`.
from builtins import bool as _bool, bytes as _bytes, dict as _dict{float}
from builtins import int as _int, list as _list, object as _object, str as _str
from builtins import classmethod as _classmethod, tuple as _tuple
from collections.abc import Callable as _Callable, Iterator as _Iterator
from typing import Any as _Any, Generic as _Generic, Literal as _Literal
from typing import NoReturn as _NoReturn, ParamSpec as _ParamSpec
from typing import Protocol as _Protocol, final as _final, overload as _overload
from typing_extensions import TypeAlias as _TypeAlias, TypeVar as _TypeVar
{more}
# Nothing is imported from the modules of the wheel: in a source tree they are missing.
class UnknownPromptError(KeyError, AttributeError):
    """No resource has this name; `near` has the most similar names."""

    location: _str
    near: _tuple[_str, ...]
    def __init__(
        self, location: _str, name: _object, near: _tuple[_str, ...] = ()
    ) -> None: ...

class DamagedWheelError(OSError):
    """A file of the bundle is missing, or differs from what was built."""

    path: _str
    reason: _str
    frozen: _str
    cache: _str
    def __init__(
        self, path: _str, reason: _str, frozen: _str = "", cache: _str = ""
    ) -> None: ...

class VariableError(TypeError):
    """A prompt was called with wrong variables; `problems` says which."""

    location: _str
    problems: _tuple[_str, ...]
    def __init__(self, location: _str, problems: _tuple[_str, ...]) -> None: ...

class _Resource:
    full_name: _str
    """The argument of `load`{full_name}."""
    path: _str
    """The path of its file in the wheel{path}."""
    sha256: _str
    """The SHA-256 of the whole file, in hexadecimal."""
    @property
    def metadata(self) -> _dict[_str, _Any]:
        """The frontmatter, {} without one.  All accesses return the same dict."""
    @property
    def name(self) -> _str:
        """The name among its type{name}."""
    @property
    def type(self) -> _str:
        """What it is: `agent`, `command`, `skill` and so on."""
    @property
    def tool(self) -> {tool}:
        """The coding agent it is for: `claude-code`, `opencode` and so on."""
    @property
    def install_path(self) -> {tool}:
        """Where that coding agent looks for it: `.claude/agents/agpm/x.md`."""
    @property
    def files(self) -> _tuple[_str, ...]:
        """The files of a skill, SKILL.md included, sorted; () for other types."""
    def read(self, file: _str) -> _bytes:
        """Return one of the `files`; raises `UnknownPromptError` for others."""

@_final
class BinaryResource(_Resource, _bytes):
    """A resource that is not text: the `bytes` of its file."""

    @property
    def document(self) -> _bytes:
        """The same bytes."""

_Values = _ParamSpec("_Values")
_Variables_co = _TypeVar("_Variables_co", covariant=True, default=_Callable[..., _str])

class Prompt(_Resource, _str, _Generic[_Variables_co]):
    """A prompt: a `str`, everything after the frontmatter, byte for byte."""

    @property
    def document(self) -> _str:
        """The whole file, frontmatter included."""
    def __call__(
        self: Prompt[_Callable[_Values, _str]],
        /,
        *positional: _Values.args,
        **values: _Values.kwargs,
    ) -> _str:
        """Return the text with its run-time variables; raises `VariableError`."""
    def parts(
        self: Prompt[_Callable[_Values, _str]],
        /,
        *positional: _Values.args,
        **values: _Values.kwargs,
    ) -> _tuple[_tuple[_str, _bool], ...]:
        """Return the same in pieces: (text, False), and (value, True) for a value."""
    @_classmethod
    def __get_pydantic_core_schema__(cls, source: _Any, handler: _Any) -> _Any: ...

class _NoVariables(_Protocol):
    def __call__(self) -> _str: ...

_Prompt: _TypeAlias = Prompt[_NoVariables]
_BinaryResource: _TypeAlias = BinaryResource

class _Namespace(_Protocol):
    def __len__(self) -> _int: ...
    def __contains__(self, name: _object, /) -> _bool: ...

class _Empty(_Namespace, _Protocol):
    def __getitem__(self, name: _NoReturn, /) -> _NoReturn: ...
    def __iter__(self) -> _Iterator[_NoReturn]: ...
'''


def stub_source(tree: Directory, distribution: str, output: str) -> str:
    """
    Return the text of the bundle's `__init__.pyi`: every resource by name.

    `output` is the bundle's directory, as a path in the source tree.  The text does not
    contain a version, so that a project can keep a copy under version control.
    """
    kinds = _kinds(tree.items)
    lines: list[str] = []
    for directory in tree.directories.values():
        lines += _protocols(directory, kinds)
    for name in sorted({*type_attributes(), *tree.directories}):
        found = tree.directories.get(name)
        lines.append(f"{name}: {_class(found) if found else '_Empty'}")
    lines += _attributes(tree, kinds, indent="")
    body = "\n".join(lines)
    return f'''\
{MARK}
{docstring(tree.items, distribution)}

__all__ = {exported(tree)!r}

{_head(tree.items, output)}

{_prompts(tree.items, kinds)}
{body}

{_load(tree.items, kinds)}
def names() -> _list[_str]:
    """Return the full names of all resources, sorted."""
'''


def namespace_stub(directory: Directory, tree: Directory) -> str:
    """Return the text of the stub of a directory of the bundle `tree`."""
    kinds = _kinds(tree.items)
    used = {kinds[item.full_name] for item in directory.attributes.values()}
    used |= {_class(inner) for inner in directory.directories.values()}
    imports = [f"from . import {name} as {name}" for name in sorted(used)]
    names = sorted({*directory.attributes, *directory.directories})
    lines = [MARK, *imports, "", f"__all__ = {names!r}", ""]
    lines += [f"{name}: {_class(x)}" for name, x in directory.directories.items()]
    lines += _attributes(directory, kinds, indent="")
    return "\n".join([*lines, ""])


def _head(shipped: Sequence[Shown], output: str) -> str:
    """Return the classes of every stub, with a resource of this one as example."""
    examples = {"full_name": "", "name": "", "path": ""}
    if shipped:
        first = shipped[0]
        path = f"{output.removeprefix('src/')}/{first.path}"
        examples = {"full_name": first.full_name, "name": first.name, "path": path}
    text = _HEAD.strip()
    for key, example in examples.items():
        text = text.replace(f"{{{key}}}", f": `{example}`" if example else "")
    annotations = _annotations(shipped)
    text = text.replace(
        "{float}", ", float as _float" if annotations.uses_float else ""
    )
    text = text.replace("{more}\n", annotations.imports and f"{annotations.imports}\n")
    # Plain prompts are for no coding agent.
    for_all = all(item.section != "prompts" for item in shipped)
    return text.replace("{tool}", "_str" if for_all else "_str | None")


def _class(directory: Directory) -> str:
    """Return the name of the class of a directory: `_McpServers`, `_Agents_team`."""
    first, *others = directory.attribute.split(".")
    return "_".join([f"_{first.title().replace('_', '')}", *others])


def _kinds(shipped: Sequence[Shown]) -> dict[str, str]:
    """
    Return the class of the stub for each full name.

    Prompts with the same run-time variables share a class, which is named after the
    variables, because editors show its name.
    """
    kinds: dict[str, str] = {}
    known: dict[str, str] = {}
    annotations = _annotations(shipped)
    for item in shipped:
        parameters = _parameters(item.runtime, annotations)
        name = "_".join(["_Prompt", *(each.name for each in item.runtime)])
        if item.is_binary:
            name = "_BinaryResource"
        elif known.setdefault(name, parameters) != parameters:
            # The same names with other types or defaults: add a digest of these.
            name += f"_{hashlib.sha256(parameters.encode()).hexdigest()[:6]}"
        kinds[item.full_name] = name
    return kinds


def _prompts(shipped: Sequence[Shown], kinds: Mapping[str, str]) -> str:
    """Return the types of prompts that have run-time variables."""
    annotations = _annotations(shipped)
    classes = {kinds[item.full_name]: item.runtime for item in shipped if item.runtime}
    records = [f"{line}\n" for line in annotations.classes()]
    prompts = []
    for name, runtime in sorted(classes.items()):
        variables = name.replace("_Prompt", "_Variables", 1)
        parameters = _parameters(runtime, annotations)
        star = "" if parameters.startswith("**") else "*, "
        prompts.append(
            f"class {variables}(_Protocol):\n"
            f"    def __call__(self, {star}{parameters}) -> _str: ...\n\n"
            f"{name}: _TypeAlias = Prompt[{variables}]\n"
        )
    return "".join(records) + "\n".join(prompts)


def _annotations(shipped: Iterable[Shown]) -> Annotations:
    return Annotations(each for item in shipped for each in item.runtime)


def _parameters(runtime: Iterable[RuntimeVariable], annotations: Annotations) -> str:
    parameters = [
        annotations.parameter(variable)
        for variable in runtime
        if variable.kind != ANY or is_parameter(variable.name)
    ]
    is_open = any(variable.kind == ANY for variable in runtime)
    return ", ".join([*parameters, *(["**values: _Any"] if is_open else [])])


def _by_kind(
    items: Iterable[Shown], kinds: Mapping[str, str], name: Callable[[Shown], str]
) -> dict[str, list[str]]:
    quoted: dict[str, list[str]] = {}
    for item in items:
        quoted.setdefault(kinds[item.full_name], []).append(f'"{name(item)}"')
    return dict(sorted(quoted.items()))


def _protocols(directory: Directory, kinds: Mapping[str, str]) -> Iterator[str]:
    """Yield the lines of the class of a directory, after those of its directories."""
    for inner in directory.directories.values():
        yield from _protocols(inner, kinds)
    yield f"class {_class(directory)}(_Namespace, _Protocol):"
    for name, inner in directory.directories.items():
        yield f"    {name}: {_class(inner)}"
    yield from _attributes(directory, kinds, indent="    ")
    by_kind = _by_kind(directory.items, kinds, directory.name_of)
    for kind, quoted in by_kind.items():
        if len(by_kind) > 1:
            yield "    @_overload"
        accepted = f"_Literal[{', '.join(quoted)}]"
        yield f"    def __getitem__(self, name: {accepted}, /) -> {kind}: ..."
    names = ", ".join(f'"{directory.name_of(item)}"' for item in directory.items)
    yield f"    def __iter__(self) -> _Iterator[_Literal[{names}]]: ..."
    yield ""


def _attributes(
    directory: Directory, kinds: Mapping[str, str], *, indent: str
) -> Iterator[str]:
    """Yield the lines of the resources, each with its description for editors."""
    for name, item in directory.attributes.items():
        yield f"{indent}{name}: {kinds[item.full_name]}"
        if item.description is not None:
            yield f"{indent}{item.description!r}"


def _load(shipped: Sequence[Shown], kinds: Mapping[str, str]) -> str:
    """Return the overloads of `load`: one for each type of result, one for a `str`."""
    by_kind = _by_kind(shipped, kinds, lambda item: item.full_name)
    of_any = ["BinaryResource"] if "_BinaryResource" in by_kind else []
    of_any += ["Prompt"] if by_kind.keys() - {"_BinaryResource"} else []
    signatures = [
        *((f"_Literal[{', '.join(names)}]", kind) for kind, names in by_kind.items()),
        ("_str", " | ".join(of_any) or "_NoReturn"),
    ]
    decorator = "@_overload\n" if len(signatures) > 1 else ""
    return "\n".join(
        f"{decorator}def load(full_name: {accepted}) -> {kind}:\n"
        '    """Return the resource of this name: its type, `/`, its name."""\n'
        for accepted, kind in signatures
    )
