"""The modules that a program needs when it runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hatch_agpm.runtime._tera.builtins import MODULES
from hatch_agpm.runtime._tera.operations import OPERATIONS
from hatch_agpm.tera.folding.nodes import parts_of_body

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hatch_agpm.tera.compiler import Code

__all__ = ["modules_of"]

_CORE: Final = (
    *("__init__", "failures", "language", "limits", "program", "rust", "scope"),
    *("template", "values", "operations/__init__", "operations/measures"),
    *("operations/names", "operations/printing"),
)
_CALLS: Final = ("builtins/__init__.py", "builtins/arguments.py")
"""What the operators of calls need beside their own module."""

_TABLES: Final = ("builtins/unicode_ranges.py", "builtins/unicode_ranges.txt")
_CHARACTERS: Final = ("builtins/__init__.py", "builtins/graphemes.py", *_TABLES)
_ARRAYS: Final = ("operations/comparison.py", "operations/paths.py")
_BUILTINS: Final[Mapping[str, tuple[str, ...]]] = {
    "arrays": _ARRAYS,
    "tests": ("operations/comparison.py",),
}
"""What a module of builtins needs beside what is needed for calls."""

_FILTERS: Final[Mapping[str, tuple[str, ...]]] = {
    "title": _TABLES,
    "truncate": _CHARACTERS,
    "unique": ("builtins/casing.py",),
}
"""What a filter needs beside its own module."""


def modules_of(program: Mapping[str, Code]) -> set[str]:
    """Return the files of `_tera` that run a program and those that it embeds."""
    files = {f"{name}.py" for name in _CORE}
    for inner in program.get("embedded", ()):
        files |= modules_of(inner)
    bodies = [program["body"], *(each[1] for each in program["functions"].values())]
    for body in bodies:
        for part in parts_of_body(body):
            files.update(_needed(part))
    return files


def _needed(part: Code) -> Iterator[str]:
    """Yield the files that a statement or an expression needs."""
    match part[0]:
        case "for":
            # It may be one over the characters of a text.
            yield from ("loops.py", *_CHARACTERS)
        case "jump":
            yield "loops.py"
        case "dict" | "list" | "missing":
            yield from _operation("making")
        case "text":
            yield from (*_operation("making"), *_operation("texts"))
        case "pipe":
            yield from (*_operation("making"), *_operation("calls"))
            for name, _, _ in part[2]:
                yield from _builtin(MODULES[name])
                yield from _FILTERS.get(name, ())
        case "call":
            yield from _builtin("functions")
        case "test":
            yield from _builtin("tests")
    if part[0] in OPERATIONS:
        yield from _operation(OPERATIONS[part[0]][0])


def _operation(module: str) -> Iterator[str]:
    yield f"operations/{module}.py"
    if module == "calls":
        yield from _CALLS


def _builtin(module: str) -> Iterator[str]:
    yield f"builtins/{module}.py"
    yield from _BUILTINS.get(module, ())
