"""Positions in texts, as JavaScript counts them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["utf16_length", "utf16_positions"]


def utf16_length(text: str) -> int:
    """Return the number of UTF-16 code units of a text."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def utf16_positions(data: bytes, offsets: Iterable[int]) -> Mapping[int, int]:
    """Return the positions in a text for offsets in its bytes, which are UTF-8."""
    found: dict[int, int] = {}
    start = position = 0
    for offset in sorted(set(offsets)):
        position += utf16_length(data[start:offset].decode())
        found[offset] = position
        start = offset
    return found
