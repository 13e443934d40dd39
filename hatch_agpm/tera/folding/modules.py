"""The modules that a program needs when it runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hatch_agpm.runtime._tera.language import MODULES
from hatch_agpm.tera.folding.nodes import parts_of_body

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hatch_agpm.tera.compiler import Code

__all__ = ["modules_of"]

_CORE: Final = (
    *("__init__", "arithmetic", "failures", "language", "limits", "operators"),
    *("program", "rust", "scope", "steps", "template", "values"),
    *("builtins/__init__", "builtins/arguments"),
)
_TABLE: Final = ("unicode_ranges.py", "unicode_ranges.txt")
_FILES: Final[Mapping[str, tuple[str, ...]]] = {
    "title": _TABLE,
    "truncate": ("graphemes.py", *_TABLE),
    "unique": ("casing.py",),
}
"""What a filter needs beside its own module."""


def modules_of(program: Mapping[str, Code]) -> set[str]:
    """Return the files of `_tera` that run a program and those that it embeds."""
    files = {f"{name}.py" for name in _CORE}
    for inner in program.get("embedded", ()):
        files |= modules_of(inner)
    bodies = [program["body"], *(each[1] for each in program["functions"].values())]
    for body in bodies:
        files |= {f"builtins/{file}" for file in _builtins(body)}
    return files


def _builtins(body: Code) -> Iterator[str]:
    for part in parts_of_body(body):
        match part[0]:
            case "pipe":
                for name, _, _ in part[2]:
                    yield f"{MODULES[name]}.py"
                    yield from _FILES.get(name, ())
            case "call":
                yield "functions.py"
            case "test":
                yield "tests.py"
            case "for":
                # It may be one over the characters of a text.
                yield from ("graphemes.py", *_TABLE)
