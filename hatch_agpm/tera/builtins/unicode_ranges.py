"""
Classes of characters, as sets in regular expressions of the standard library.

They are those of the version of Unicode that Tera has, whatever the Python is.
`tools/make_unicode_tables.py` writes the file.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

__all__ = ["all_classes", "character_set"]


def all_classes() -> tuple[str, ...]:
    """Return the names of the classes in the file."""
    return tuple(_classes())


def character_set(*names: str, last: int = 0x10FFFF) -> str:
    """Return the set of characters in any of the classes, up to a code point."""
    classes = _classes()
    members = (bounds for name in names for bounds in classes[name])
    listed = (f"\\U{a:08x}-\\U{b:08x}" for a, b in members if b <= last)
    return f"[{''.join(listed)}]"


@cache
def _classes() -> dict[str, list[tuple[int, int]]]:
    """Read the file; return the first and last code points of each class's ranges."""
    text = Path(__file__).with_suffix(".txt").read_text("ascii")
    classes: dict[str, list[tuple[int, int]]] = {}
    for section in text.split("[")[1:]:
        name, _, listed = section.partition("]")
        bounds = (item.partition("-") for item in listed.split())
        classes[name] = [
            (int(first, 16), int(last or first, 16)) for first, _, last in bounds
        ]
    return classes
