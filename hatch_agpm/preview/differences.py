"""What changed in a text, line by line, and in changed lines word by word."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Final, TypeAlias

from hatch_agpm.preview.model import DiffRow, PreviewChange, PreviewComparison

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hatch_agpm.review import Change, SnapshotDiff

__all__ = ["shown_change", "shown_comparison"]

_Pieces: TypeAlias = tuple[tuple[str, bool], ...]

_HUNK: Final = re.compile(r"@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@")
_WORD: Final = re.compile(r"\w+|\s+|.", re.DOTALL)
_WORDS: Final = 1_000
"""The words of a line that are compared one by one."""

_SIMILAR: Final = 0.4
"""How much two lines have in common that are shown as one changed line."""


def shown_comparison(comparison: SnapshotDiff) -> PreviewComparison:
    """Return what the page says of two snapshots."""
    causes = [
        (cause.what, cause.how, len(names))
        for cause, names in comparison.causes.items()
    ]
    return PreviewComparison(
        old=comparison.old,
        new=comparison.new,
        summary=comparison.summary,
        causes=tuple(causes),
    )


def shown_change(change: Change) -> PreviewChange:
    """Return what the page says of one text that is not the same in both."""
    return PreviewChange(
        kind=change.kind,
        old_name=change.old_name,
        rows=tuple(_rows(change.diff[2:])),
        variables=change.variables,
        causes=tuple((cause.what, cause.how) for cause in change.causes),
    )


def _rows(diff: Sequence[str]) -> Iterator[DiffRow]:
    """Yield the lines of a unified diff."""
    old = new = 0
    removed: list[str] = []
    added: list[str] = []
    for line in [*diff, "@@ end"]:
        sign, text = line[:1], line[1:]
        if sign == "-":
            removed.append(text)
            continue
        if sign == "+":
            added.append(text)
            continue
        yield from _changed(removed, added, old, new)
        old, new = old + len(removed), new + len(added)
        removed, added = [], []
        if match := _HUNK.match(line):
            old, new = int(match[1]), int(match[2])
            yield DiffRow(sign="@", old=old, new=new, pieces=())
        elif sign == " ":
            yield DiffRow(sign=" ", old=old, new=new, pieces=((text, False),))
            old, new = old + 1, new + 1


def _changed(
    removed: Sequence[str], added: Sequence[str], old: int, new: int
) -> Iterator[DiffRow]:
    """Yield lines that were replaced, each with the words that differ."""
    both = [*map(_by_word, removed, added)]
    for number, text in enumerate(removed):
        pieces = both[number][0] if number < len(both) else ((text, False),)
        yield DiffRow(sign="-", old=old + number, new=0, pieces=pieces)
    for number, text in enumerate(added):
        pieces = both[number][1] if number < len(both) else ((text, False),)
        yield DiffRow(sign="+", old=0, new=new + number, pieces=pieces)


def _by_word(one: str, other: str) -> tuple[_Pieces, _Pieces]:
    """Return both lines in pieces; lines that have little in common are one piece."""
    words, others = _WORD.findall(one), _WORD.findall(other)
    unmarked = ((one, False),), ((other, False),)
    if max(len(words), len(others)) > _WORDS:
        return unmarked
    matcher = SequenceMatcher(None, words, others, autojunk=False)
    if matcher.ratio() < _SIMILAR:
        return unmarked
    left: list[tuple[str, bool]] = []
    right: list[tuple[str, bool]] = []
    for kind, a, b, c, d in matcher.get_opcodes():
        differs = kind != "equal"
        if a < b:
            left.append(("".join(words[a:b]), differs))
        if c < d:
            right.append(("".join(others[c:d]), differs))
    return tuple(left), tuple(right)
