"""The modules that a program needs when it runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hatch_agpm.runtime._jinja.language import FILTERS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hatch_agpm.tera.jinja_programs import Code

__all__ = ["jinja_modules"]

_CORE: Final = (
    *("__init__", "expressions", "language", "limits", "loops", "operators"),
    *("program", "scope", "template", "values", "builtins/__init__"),
)
_NEEDED: Final[Mapping[str, tuple[str, ...]]] = {
    "block": ("sections",),
    "call_block": ("sections",),
    "capture": ("sections",),
    "filter_block": ("sections",),
    "function": ("builtins/functions",),
    "macro": ("sections",),
    "markup": ("builtins/markup",),
    "test": ("builtins/tests",),
}
"""What a statement or an operation needs beside the core."""

_NAME: Final = 2
"""The position of the name in the operation `filter`."""

_BESIDE: Final = {
    "lists": ("builtins/common", "builtins/tests"),
    "texts": ("builtins/common",),
}
"""What a module of filters imports of the others."""


def jinja_modules(program: Mapping[str, Code], *, with_objects: bool) -> set[str]:
    """
    Return the files of `_jinja` that run a program and those that it embeds.

    `with_objects` says whether its variables may be objects that are not data.
    """
    names = {*_CORE, *_found(program["body"])}
    if with_objects:
        names.add("objects")
    files = {f"{name}.py" for name in names}
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
            yield from _NEEDED.get(name, ())
        if name == "filter" and len(code) > _NAME:
            yield from _of_filter(code[_NAME], code[_NAME + 1 :])
        for each in code:
            yield from _found(each)


def _of_filter(name: Code, given: list[Code]) -> Iterator[str]:
    module = FILTERS.get(name) if isinstance(name, str) else None
    if module is None:
        return
    yield f"builtins/{module}"
    yield from _BESIDE.get(module, ())
    # `map` takes the name of a filter.
    if name == "map" and given and isinstance(given[0], list):
        for each in given[0][:1]:
            yield from _of_filter(each, [])
