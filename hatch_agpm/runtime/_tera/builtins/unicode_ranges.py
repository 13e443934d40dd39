# SPDX-License-Identifier: MIT-0
"""
Classes of characters, as sets in regular expressions of the standard library.

They are those of the version of Unicode that Tera has, whatever the Python is.
`tools/make_unicode_tables.py` writes the file.
"""

from __future__ import annotations

import re
import sys
from functools import cache

from ..._prompt import own_spec, read_whole

__all__ = ["all_classes", "character_set", "compiled"]

SIZE, CHECKSUM = 14778, 282673847
"""Those of the file; the tool writes them."""


def all_classes() -> tuple[str, ...]:
    """Return the names of the classes in the file."""
    return tuple(_classes())


def character_set(*names: str, last: int = 0x10FFFF) -> str:
    """Return the set of characters in any of the classes, up to a code point."""
    classes = _classes()
    members = (bounds for name in names for bounds in classes[name])
    listed = (f"\\U{a:08x}-\\U{b:08x}" for a, b in members if b <= last)
    return f"[{''.join(listed)}]"


def compiled(pattern: str) -> re.Pattern[str]:
    """
    Return a pattern, with possessive repetitions (`*+`, `++`) where Python has them.

    Without them the patterns of this package match the same, because no character can
    belong to a repetition and to what is behind it.
    """
    if sys.version_info < (3, 11):
        pattern = pattern.replace("*+", "*").replace("++", "+")
    return re.compile(pattern)


@cache
def _classes() -> dict[str, list[tuple[int, int]]]:
    """Read the file; return the first and last code points of each class's ranges."""
    path = "_tera/builtins/unicode_ranges.txt"
    text = read_whole(own_spec(), path, SIZE, CHECKSUM).decode("ascii")
    classes: dict[str, list[tuple[int, int]]] = {}
    for section in text.split("[")[1:]:
        name, _, listed = section.partition("]")
        bounds = (item.partition("-") for item in listed.split())
        classes[name] = [
            (int(first, 16), int(last or first, 16)) for first, _, last in bounds
        ]
    return classes
