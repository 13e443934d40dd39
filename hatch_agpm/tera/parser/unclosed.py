"""Find what a tag with a syntax error opens and does not close."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from collections.abc import Set as AbstractSet

__all__ = ["unclosed"]

_PART: Final = re.compile(
    r"""[^"'`()\[\]{}%]+|"[^"]*"|'[^']*'|`[^`]*`|\{[{%#]|[}%]\}|.""", re.DOTALL
)
_CLOSING: Final = {"{{": "}}", "{%": "%}", "(": ")", "[": "]"}
_OPENING: Final = frozenset(("{{", "{%", "{#"))
_MOST_PARTS: Final = 100_000
"""The parts of a tag; nobody would look for a bracket among more of them."""

_QUOTES: Final = "\"'`"


def unclosed(
    source: str, start: int, at: int, expected: AbstractSet[str]
) -> tuple[str, int] | None:
    """
    Return a message about the part of a tag that is not closed, and its offset.

    The tag begins at `start`, and its syntax error is at `at`, where `expected` would
    have been right.  None where everything that it opens is closed: its own sign, its
    strings and its brackets.
    """
    sign = source[start : start + 2]
    closing = _CLOSING.get(sign)
    found = _parts(source, start, closing) if closing else ()
    parts = list(islice(found, _MOST_PARTS + 1))
    if closing is None or len(parts) > _MOST_PARTS:
        return None
    for text, here in parts:
        if text[0] in _QUOTES and here <= at and _is_open(text, closing):
            return f"the string has no closing {text[0]}", here
    if not parts or parts[-1][0] != closing:
        return _no_end(sign, start)
    end = parts[-1][1]
    for bracket, here in _open_brackets(parts):
        if at in {here, end} or f"'{_CLOSING[bracket]}'" in expected:
            return _no_end(bracket, here)
    if "\n" in source[at:end] and _is_next_line(source, at, expected):
        return _no_end(sign, start)
    return None


def _parts(source: str, start: int, closing: str) -> Iterator[tuple[str, int]]:
    """
    Yield the parts of a tag with their offsets.

    The last one is the `closing` sign, unless another tag or the end comes before it.
    """
    for part in _PART.finditer(source, start + 2):
        text = part.group()
        if text in _OPENING:
            return
        yield text, part.start()
        if text == closing:
            return


def _open_brackets(parts: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
    """Return the innermost bracket that is not closed, in a list; [] without one."""
    brackets: list[tuple[str, int]] = []
    for text, here in parts:
        if text in {"(", "["}:
            brackets.append((text, here))
        elif brackets and text == _CLOSING[brackets[-1][0]]:
            brackets.pop()
    return brackets[-1:]


def _no_end(sign: str, at: int) -> tuple[str, int]:
    return f"'{sign}' has no '{_CLOSING[sign]}'", at


def _is_open(text: str, closing: str) -> bool:
    """Tell whether a string has no second quote, or only one in a later line."""
    first, newline, _ = text.partition("\n")
    return len(text) == 1 or (newline == "\n" and closing in first)


def _is_next_line(source: str, at: int, expected: AbstractSet[str]) -> bool:
    """Tell whether a tag could have ended in the line before the error."""
    before = source[:at]
    gap = before[len(before.rstrip(" \t\r\n")) :]
    return "\n" in gap and not expected.isdisjoint(("'}}'", "'%}'"))
