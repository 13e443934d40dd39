"""The modules that a program needs when it runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hatch_agpm.runtime._jinja.builtins import FILTERS
from hatch_agpm.runtime._jinja.expressions import OPERATIONS
from hatch_agpm.runtime._jinja.program import STATEMENTS
from hatch_agpm.tera.jinja_programs.folded import bodies_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hatch_agpm.tera.jinja_programs import Code

__all__ = ["jinja_modules"]

_CORE: Final = (
    *("__init__", "expressions", "limits", "program", "scope", "template", "values"),
    *(f"operations/{name}" for name in ("__init__", "attributes", "measures")),
    *("operations/printing", "operations/undefined"),
)
"""What every program may need: values may be lists, or not be there."""

_BUILTINS: Final = ("builtins/__init__",)
_BESIDE: Final[Mapping[str, tuple[str, ...]]] = {
    "builtins/lists": ("builtins/common", "builtins/tests"),
    "builtins/texts": ("builtins/common", "operations/calculation"),
    "macros": ("operations/calls", "sections", *_BUILTINS),
    "operations/calls": _BUILTINS,
}
"""What a module imports of others."""

_NEEDED: Final[Mapping[str, tuple[str, ...]]] = {
    "function": (*_BUILTINS, "builtins/functions"),
    "markup": (*_BUILTINS, "builtins/markup"),
    "test": ("builtins/tests",),
}
"""What a statement or an operation needs beside its own module."""

_NAME: Final = 2
"""The position of the name in the operation `filter`."""


def jinja_modules(program: Mapping[str, Code], *, with_objects: bool) -> set[str]:
    """
    Return the files of `_jinja` that run a program and those that it embeds.

    `with_objects` says whether its variables may be objects that are not data.
    """
    names = {*_CORE, *_found(program["body"]), *_for_statements(program["body"])}
    if with_objects:
        names.add("operations/objects")
    beside = {each for name in names for each in _BESIDE.get(name, ())}
    files = {f"{name}.py" for name in names | beside}
    for inner in program["embedded"]:
        files |= jinja_modules(inner, with_objects=with_objects)
    return files


def _found(code: Code) -> Iterator[str]:
    """Yield the modules that the parts of a program need."""
    if isinstance(code, dict):
        for each in code.values():
            yield from _found(each)
    elif isinstance(code, list):
        name = code[0] if code else ""
        if name == "=":
            return
        if isinstance(name, str):
            yield from _of_name(name)
        if name == "filter" and len(code) > _NAME:
            yield from _of_filter(code[_NAME], code[_NAME + 1 :])
        for each in code:
            yield from _found(each)


def _for_statements(body: list[Code]) -> Iterator[str]:
    """Yield what statements need for what they assign to, and loops for themselves."""
    for statement in body:
        for inner in bodies_of(statement):
            yield from _for_statements(inner)
        targets = []
        match statement:
            case ["for", [target, _, about, is_recursive], _, _, condition, *_]:
                targets = [target]
                if about:
                    yield "operations/turns"
                if is_recursive or condition:
                    yield "operations/choosing"
            case ["set" | "capture", target, *_]:
                targets = [target]
            case ["with", _, pairs, *_]:
                targets = [target for target, _ in pairs]
        if any(isinstance(target, list) for target in targets):
            yield "operations/targets"


def _of_name(name: str) -> Iterator[str]:
    """Yield the modules of a statement or an operation."""
    yield from _NEEDED.get(name, ())
    if name in STATEMENTS:
        yield STATEMENTS[name]
    elif name in OPERATIONS:
        yield f"operations/{OPERATIONS[name]}"


def _of_filter(name: Code, given: list[Code]) -> Iterator[str]:
    module = FILTERS.get(name) if isinstance(name, str) else None
    if module is None:
        return
    yield f"builtins/{module}"
    # `map` takes the name of a filter.
    if name == "map" and given and isinstance(given[0], list):
        for each in given[0][:1]:
            yield from _of_filter(each, [])
