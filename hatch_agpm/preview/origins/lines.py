"""
From which line of which file each line of a rendered text is.

Found by comparing the text with the files that it is made of.  A line is said to be
from a file only if that file has it, or has a line with tags that can print it; what is
left is what tags of the template print at this position.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from hatch_agpm.preview.model import Printed, TextOrigin
from hatch_agpm.preview.origins.alignment import aligned
from hatch_agpm.preview.positions import utf16_length

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = ["LineSearch", "Owner", "TextOrigins", "runs_of", "text_origins"]

_TRIED: Final = 50
"""The lines with tags, or with the same text, that are tried for a line."""

_TAG: Final = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}")


@dataclass(frozen=True, kw_only=True, slots=True)
class TextOrigins:
    """Where the lines of a text are from, and what tags have printed in them."""

    lines: tuple[TextOrigin, ...]
    """All lines of the text, in order."""

    printed: tuple[Printed, ...]


@dataclass(frozen=True, slots=True)
class Owner:
    """The line of a file that a line of the text is from; lines count from 0."""

    file: int
    line: int
    is_printed: bool = False


def text_origins(text: str, files: Mapping[int, str]) -> TextOrigins:
    """Return where a text is from; the first of the files is the template."""
    search = LineSearch(text.split("\n"), files)
    search.run()
    return TextOrigins(
        lines=tuple(runs_of(search.owners)), printed=tuple(search.printed)
    )


class LineSearch:
    """Finds the owners of lines; the first of the files is the template."""

    def __init__(self, lines: Sequence[str], files: Mapping[int, str]) -> None:
        self.lines: Final = lines
        self.owners: Final[list[Owner]] = []
        """The owner of each line, in order."""

        self.printed: Final[list[Printed]] = []
        self._files: Final = {key: each.split("\n") for key, each in files.items()}
        self._template: Final = next(iter(files))
        self._tagged: Final = [
            number
            for number, line in enumerate(self._files[self._template])
            if _has_both(line)
        ]

        self._places: Final[dict[str, list[tuple[int, int]]]] = {}
        for key, each in self._files.items():
            for number, line in enumerate(each):
                if line.strip():
                    self._places.setdefault(line, []).append((key, number))

    def run(self) -> None:
        """Find the owners of all lines."""
        template = self._files[self._template]
        pairs = _without_loose_blanks(aligned(template, self.lines), template)
        ends = [(-1, -1), *pairs, (len(template), len(self.lines))]
        for (before, start), (after, end) in pairwise(ends):
            self._between(range(before + 1, after), start + 1, end)
            if end < len(self.lines):
                self.owners.append(Owner(self._template, after))

    def _between(self, gap: range, start: int, end: int) -> None:
        """Find lines that are not in the template, or not at this position."""
        at, next_in_gap = start, gap.start
        while at < end:
            run = self._longest_run(at, end)
            # One line alone may be equal by chance.
            found = (
                0 if len(run) > 1 else self._by_tags(range(next_in_gap, gap.stop), at)
            )
            if not found and not run:
                found = self._by_tags(gap, at)
            if found:
                run = [Owner(self._template, found - 1, is_printed=True)]
                next_in_gap = found
            if not run:
                run = [self._continued(at) or self._printed_in(gap, next_in_gap)]
            self.owners.extend(run)
            at += len(run)

    def _by_tags(self, gap: range, at: int) -> int:
        """Return the number of the first line in a gap that can print a line, or 0."""
        first = bisect_left(self._tagged, gap.start)
        for number in self._tagged[first : first + _TRIED]:
            if number in gap and self._can_print(number, at):
                return number + 1
        return 0

    def _can_print(self, number: int, at: int) -> bool:
        """Tell whether a line with tags can print a line, and note what they print."""
        source = self._files[self._template][number]
        tags = _TAG.findall(source)
        literals = _TAG.split(source)
        line = self.lines[at]
        spans = _between_literals(literals, line)
        for tag, (start, end) in zip(tags, spans, strict=False):
            if start < end:
                before = utf16_length(line[:start])
                length = utf16_length(line[start:end])
                printed = Printed(
                    line=at + 1, start=before, end=before + length, tag=tag
                )
                self.printed.append(printed)
        return bool(spans)

    def _longest_run(self, at: int, end: int) -> list[Owner]:
        """Return the owners of lines from `at` on: the longest run in a file."""
        best: list[Owner] = []
        for key, number in self._places.get(self.lines[at], ())[:_TRIED]:
            source, length = self._files[key], 0
            while (
                at + length < end
                and number + length < len(source)
                and source[number + length] == self.lines[at + length]
            ):
                length += 1
            if length > len(best):
                best = [Owner(key, number + each) for each in range(length)]
        return best

    def _continued(self, at: int) -> Owner | None:
        """Return the owner of a blank line behind a line of an embedded file."""
        before = self.owners[-1] if self.owners else None
        if self.lines[at].strip() or before is None or before.file == self._template:
            return None
        source, line = self._files[before.file], before.line + 1
        is_next = line < len(source) and source[line] == self.lines[at]
        if is_next and not before.is_printed:
            return Owner(before.file, line)
        return Owner(before.file, before.line, is_printed=True)

    def _printed_in(self, gap: range, next_in_gap: int) -> Owner:
        """Return the line whose tags print what no file has."""
        template = self._files[self._template]
        left = range(max(gap.start, next_in_gap - 1), gap.stop)
        numbers = [each for each in left if "{{" in template[each]]
        numbers += [each for each in left if "{%" in template[each]]
        number = numbers[0] if numbers else min(gap.start, len(template) - 1)
        return Owner(self._template, number, is_printed=True)


def _without_loose_blanks(
    pairs: Sequence[tuple[int, int]], lines: Sequence[str]
) -> list[tuple[int, int]]:
    """Return the pairs without blank lines that are next to no other line of a pair."""
    kept: list[tuple[int, int]] = []
    run: list[tuple[int, int]] = []
    for a, b in [*pairs, (-2, -2)]:
        if run and (a, b) != (run[-1][0] + 1, run[-1][1] + 1):
            if any(lines[each].strip() for each, _ in run):
                kept += run
            run = []
        run.append((a, b))
    return kept


def _has_both(line: str) -> bool:
    """Tell whether a line has tags, and text beside them."""
    literals = _TAG.split(line) if "{" in line else []
    return len(literals) > 1 and "".join(literals).strip() != ""


def _between_literals(literals: Sequence[str], line: str) -> list[tuple[int, int]]:
    """Return what is between texts of a line; [] if it does not have them all."""
    first, *others, last = literals
    end = len(line) - len(last)
    if not line.startswith(first) or not line.endswith(last) or end < len(first):
        return []
    spans: list[tuple[int, int]] = []
    at = len(first)
    for literal in others:
        found = line.find(literal, at, end)
        if found < 0:
            return []
        spans.append((at, found))
        at = found + len(literal)
    return [*spans, (at, end)]


def runs_of(owners: Sequence[Owner]) -> Iterator[TextOrigin]:
    """Yield the owners of lines as runs of lines."""
    start = 0
    for number in range(1, len(owners) + 1):
        if number < len(owners) and _continues(owners[number - 1], owners[number]):
            continue
        first = owners[start]
        yield TextOrigin(
            line=start + 1,
            count=number - start,
            file=first.file,
            source_line=first.line + 1,
            is_printed=first.is_printed,
        )
        start = number


def _continues(one: Owner, other: Owner) -> bool:
    if one.is_printed or other.is_printed:
        return one == other
    return one.file == other.file and one.line + 1 == other.line
