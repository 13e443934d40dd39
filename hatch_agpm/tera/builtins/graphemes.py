"""What people take for one character: extended grapheme clusters of Unicode."""

from __future__ import annotations

import regex

__all__ = ["first_graphemes", "graphemes"]


def graphemes(text: str) -> list[str]:
    """Return the clusters of a text."""
    return regex.findall(r"\X", text)


def first_graphemes(text: str, count: int) -> str:
    """Return the first `count` clusters of a text."""
    end = 0
    for _, match in zip(range(count), regex.finditer(r"\X", text), strict=False):
        end = match.end()
    return text[:end]
