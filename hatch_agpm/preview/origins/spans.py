"""
From which line each line of a text is, if it is known what is embedded from which file.

A line of an embedded part is compared with that file only, and what is outside of all
parts with the template only.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING, Final

from hatch_agpm.preview.origins.alignment import aligned
from hatch_agpm.preview.origins.lines import LineSearch, Owner, TextOrigins, runs_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hatch_agpm.preview.model import Printed
    from hatch_agpm.rendering.marking import MarkedSpan

__all__ = ["marked_origins"]

_EMBEDDED: Final = "\n"
"""Stands for an embedded part among the lines around it; no line has this text."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _TextPart:
    """A part of a text that is from one file, apart from what that file embeds."""

    file: int | None
    """The number of the file; None if its text is not known."""

    start: int
    """The offset of the part in the text."""

    lines: Sequence[int]
    """The lines that have nothing else than this part, which count from 0."""

    embeds: tuple[MarkedSpan, ...]
    embedded_at: Owner
    """The line that embeds the part, for lines that its file does not have."""

    is_whole: bool = False
    """Whether it is the text of the template, which nothing embeds."""


def marked_origins(
    text: str,
    spans: tuple[MarkedSpan, ...],
    files: Mapping[int, str],
    numbers: Mapping[str, int],
    *,
    template: int,
) -> TextOrigins:
    """
    Return where a text is from, of which the `spans` are embedded.

    `numbers` are those of the files by path, `template` is the number of its template.
    """
    search = _SpanSearch(text, files, numbers)
    search.run(spans, template)
    owners = [search.owners[number] for number in range(len(search.lines))]
    printed = sorted(search.printed, key=lambda each: (each.line, each.start))
    return TextOrigins(lines=tuple(runs_of(owners)), printed=tuple(printed))


class _SpanSearch:
    def __init__(
        self, text: str, files: Mapping[int, str], numbers: Mapping[str, int]
    ) -> None:
        self.lines: Final = text.split("\n")
        self.owners: Final[dict[int, Owner]] = {}
        self.printed: Final[list[Printed]] = []
        self._files: Final = files
        self._numbers: Final = numbers
        self._starts: Final = [0]
        for line in self.lines:
            self._starts.append(self._starts[-1] + len(line) + 1)

    def run(self, spans: tuple[MarkedSpan, ...], template: int) -> None:
        whole = _TextPart(
            file=template,
            start=0,
            lines=range(len(self.lines)),
            embeds=spans,
            embedded_at=Owner(template, 0, is_printed=True),
            is_whole=True,
        )
        waiting = [whole]
        while waiting:
            waiting += self._search(waiting.pop())

    def _search(self, part: _TextPart) -> list[_TextPart]:
        """Find the owners of the lines of a part; return the parts inside it."""
        embedding = self._embedding(part)
        places: list[tuple[int | None, list[int]]] = []
        for index, group in groupby(part.lines, embedding.get):
            numbers = list(group)
            if index is None:
                places += ((None, [number]) for number in numbers)
            else:
                places.append((index, numbers))
        owners = self._owners(part, places)
        inner: list[_TextPart] = []
        for (index, lines), owner in zip(places, owners, strict=True):
            if index is None:
                self.owners[lines[0]] = owner
                continue
            span = part.embeds[index]
            number = self._numbers.get(span.file)
            found = _TextPart(
                file=number if number in self._files else None,
                start=part.start + span.start,
                lines=lines,
                embeds=span.inner,
                embedded_at=replace(owner, is_printed=True),
            )
            inner.append(found)
        return inner

    def _embedding(self, part: _TextPart) -> dict[int, int]:
        """Return the index of the span for each line that has nothing beside it."""
        found: dict[int, int] = {}
        for index, span in enumerate(part.embeds):
            start, end = part.start + span.start, part.start + span.end
            first, last = self._line_at(start), self._line_at(end)
            for number in range(first, last + 1):
                begin = self._starts[number]
                line = self.lines[number]
                beside = line[: max(start - begin, 0)] + line[max(end - begin, 0) :]
                if not beside.strip():
                    found[number] = index
        return found

    def _line_at(self, offset: int) -> int:
        return bisect_right(self._starts, offset) - 1

    def _owners(
        self, part: _TextPart, places: Sequence[tuple[int | None, list[int]]]
    ) -> list[Owner]:
        """Return the owners of lines, and of embedded parts that stand for one line."""
        if part.file is None:
            return [part.embedded_at] * len(places)
        lines = [
            self.lines[numbers[0]] if index is None else _EMBEDDED
            for index, numbers in places
        ]
        source = self._files[part.file]
        search = LineSearch(lines, {part.file: source})
        search.run()
        self.printed.extend(
            replace(each, line=places[each.line - 1][1][0] + 1)
            for each in search.printed
        )
        if part.is_whole:
            return search.owners
        return _with_indented(search, source.split("\n"), part)


def _with_indented(
    search: LineSearch, source: Sequence[str], part: _TextPart
) -> list[Owner]:
    """
    Return the owners of the lines of an embedded part.

    A line that differs from one of the file in white space at its ends only is printed
    by that line.  What the file has neither so nor in a tag is printed by the line that
    embeds it.
    """
    if part.file is None or not any(each.is_printed for each in search.owners):
        return search.owners
    pairs = aligned(
        [line.strip() for line in source], [line.strip() for line in search.lines]
    )
    by_line = {at: number for number, at in pairs if source[number].strip()}
    found: list[Owner] = []
    for at, owner in enumerate(search.owners):
        if owner.is_printed and at in by_line:
            found.append(Owner(part.file, by_line[at], is_printed=True))
        elif owner.is_printed and not _has_tag(source[owner.line]):
            found.append(part.embedded_at)
        else:
            found.append(owner)
    return found


def _has_tag(line: str) -> bool:
    return "{{" in line or "{%" in line
