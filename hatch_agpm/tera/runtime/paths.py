"""
Variables with square brackets: `a["x"].b`, `a[0]`, `a[b.c]`.

Tera rewrites such a path as text into a dotted pointer and splits that again; its
faults are in the rewriting, so it is done here in the same steps.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hatch_agpm.rust import json_number
from hatch_agpm.tera.failures import Failure
from hatch_agpm.tera.runtime.values import as_number, pointer

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Pointer", "dynamic_path", "static_path"]


@dataclass(frozen=True, slots=True)
class Pointer:
    """The first name of a path, the rest as written, and its steps."""

    root: str
    tail: str
    steps: tuple[str, ...]


def static_path(text: str) -> tuple[str, ...] | None:
    """Return the steps of a path without brackets, None for one that has them."""
    return None if "[" in text else tuple(text.split("."))


def dynamic_path(text: str, look_up: Callable[[str], object]) -> Pointer:
    """
    Return where a path with brackets leads, `look_up` giving the values of indices.

    Raise Failure for an index that is neither string nor number.
    """
    rewritten = text
    for index in _indices(text):
        value = look_up(index)
        number = as_number(value)
        if isinstance(value, str):
            step = f'"{value}"'
        elif number is not None:
            step = json_number(number)
        else:
            raise Failure(f"the index '{index}' is neither a string nor a number")
        before, _, after = rewritten.partition(f"[{index}]")
        rewritten = f"{before}.{step}{after}"
    for old, new in _BRACKETS:
        rewritten = rewritten.replace(old, new)
    root, _, tail = rewritten.partition(".")
    return Pointer(root, tail, pointer(tail))


_BRACKETS = (
    *(("/", "~1"), ("['", '."'), ('["', '."'), ("[", ".")),
    *(("']", '"'), ('"]', '"'), ("]", "")),
)


def _indices(text: str) -> list[str]:
    """Return the texts in brackets that are neither quoted nor an index."""
    found: list[str] = []
    at = text.find("[") + 1
    while at:
        if text[at] in "\"'":
            at = text.find("[", at + 1) + 1
            continue
        end, open_brackets = at + 1, 1
        while open_brackets and end < len(text):
            open_brackets += {"[": 1, "]": -1}.get(text[end], 0)
            end += 1
        inside = text[at : end - 1]
        if open_brackets == 0 and not _is_index(inside):
            found.append(inside)
        at = text.find("[", end) + 1
    return found


def _is_index(text: str) -> bool:
    return text.isascii() and text.isdigit() and int(text) < 2**64
