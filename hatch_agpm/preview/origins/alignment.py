"""Two lists of lines: which lines of one are which of the other."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["aligned"]

_PRODUCT: Final = 250_000
"""The lines of one part times those of the other that are compared one by one."""


def aligned(one: Sequence[str], other: Sequence[str]) -> list[tuple[int, int]]:
    """
    Return the positions of equal lines in both, both increasing.

    Lines that each has once come first, so that the time does not grow with the
    product of the lengths.
    """
    pairs: list[tuple[int, int]] = []
    waiting = [(0, len(one), 0, len(other))]
    while waiting:
        start, end, from_, to = waiting.pop()
        while start < end and from_ < to and one[start] == other[from_]:
            pairs.append((start, from_))
            start, from_ = start + 1, from_ + 1
        while start < end and from_ < to and one[end - 1] == other[to - 1]:
            end, to = end - 1, to - 1
            pairs.append((end, to))
        if start == end or from_ == to:
            continue
        anchors = _anchors(one, other, (start, end, from_, to))
        if not anchors and (end - start) * (to - from_) <= _PRODUCT:
            matcher = SequenceMatcher(
                None, one[start:end], other[from_:to], autojunk=False
            )
            for a, b, size in matcher.get_matching_blocks():
                pairs += ((start + a + i, from_ + b + i) for i in range(size))
            continue
        for a, b in anchors:
            waiting.append((start, a, from_, b))
            pairs.append((a, b))
            start, from_ = a + 1, b + 1
        if anchors:
            waiting.append((start, end, from_, to))
    return sorted(pairs)


def _anchors(
    one: Sequence[str], other: Sequence[str], part: tuple[int, int, int, int]
) -> list[tuple[int, int]]:
    """Return the lines that both parts have once, as many as are in one order."""
    start, end, from_, to = part
    mine, theirs = Counter(one[start:end]), Counter(other[from_:to])
    positions = {other[at]: at for at in range(from_, to) if theirs[other[at]] == 1}
    found = [
        (at, positions[one[at]])
        for at in range(start, end)
        if mine[one[at]] == 1 and one[at] in positions
    ]
    return _increasing(found)


def _increasing(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the longest part of the pairs in which the second items increase."""
    lasts: list[int] = []
    indices: list[int] = []
    before: list[int] = []
    for index, (_, value) in enumerate(pairs):
        at = bisect_left(lasts, value)
        before.append(indices[at - 1] if at else -1)
        lasts[at : at + 1] = [value]
        indices[at : at + 1] = [index]
    chosen: list[tuple[int, int]] = []
    index = indices[-1] if indices else -1
    while index >= 0:
        chosen.append(pairs[index])
        index = before[index]
    return chosen[::-1]
