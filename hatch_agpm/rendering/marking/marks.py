"""
Marks around embedded texts, and what is found of them in a rendered text.

A mark is made of characters of the private use area.  A text that has one of them
itself is not marked.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Final

from hatch_agpm.formats.frontmatter import split

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hatch_agpm.model.rendering import Input

__all__ = ["ContentMarks", "MarkedSpan", "MarkedText", "MarkedTexts"]

_START: Final = "\U000fa9e1"
_NAMED: Final = "\U000fa9e2"
"""Between the number of the file and its text."""

_END: Final = "\U000fa9e3"
_MARK: Final = re.compile(f"{_START}([0-9]+){_NAMED}|({_END})")
_CHARACTERS: Final = frozenset({_START, _NAMED, _END})


@dataclass(frozen=True, kw_only=True, slots=True, eq=False, repr=False)
class MarkedSpan:
    """A part of a text that a template has embedded from a file."""

    start: int
    """The offset in characters of the whole text, or of the span that it is in."""

    end: int
    file: str
    """The path of the file, as the index has it."""

    inner: tuple[MarkedSpan, ...]
    """What that file has embedded, in order."""


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class MarkedText:
    """A rendered text whose embedded parts are known."""

    template: str
    """The path of its template, as the index has it."""

    text: str
    spans: tuple[MarkedSpan, ...]
    """What the template has embedded, in order."""


@dataclass(frozen=True)
class MarkedTexts:
    """The texts of a project whose embedded parts are known."""

    texts: tuple[MarkedText, ...] = ()

    def spans(self, template: str, text: str) -> tuple[MarkedSpan, ...] | None:
        """
        Return what is embedded in a text; None if that is not known.

        A text that differs in its frontmatter only, as exported files do, is known by
        the text behind it.
        """
        found = self._by_text.get((template, text))
        if found is not None:
            return found.spans
        start = _body(text)
        found = self._by_body.get((template, text[start:]))
        if found is None:
            return None
        before = _body(found.text)
        moved = start - before
        return tuple(
            replace(each, start=each.start + moved, end=each.end + moved)
            for each in found.spans
            if each.start >= before
        )

    @cached_property
    def _by_text(self) -> Mapping[tuple[str, str], MarkedText]:
        return {(each.template, each.text): each for each in reversed(self.texts)}

    @cached_property
    def _by_body(self) -> Mapping[tuple[str, str], MarkedText]:
        return {
            (each.template, each.text[_body(each.text) :]): each
            for each in reversed(self.texts)
        }


def _body(text: str) -> int:
    """Return the offset of the text behind frontmatter and blank lines."""
    parts = split(text)
    start = parts.end if parts else 0
    return len(text) - len(text[start:].lstrip("\n"))


@dataclass
class _Open:
    """A span whose end has not been found; the whole text has no file."""

    start: int
    file: str
    inner: list[MarkedSpan] = field(default_factory=list)


class ContentMarks:
    """The marks of one rendering."""

    def __init__(self) -> None:
        """Begin without files."""
        self._numbers: dict[str, int] = {}

    def pair(self, file: Input) -> tuple[str, str]:
        """Return the marks before and behind a text that is embedded from a file."""
        number = self._numbers.setdefault(file.stable_name, len(self._numbers))
        return f"{_START}{number}{_NAMED}", _END

    def around(self, text: str, file: Input) -> str:
        """
        Return a text between marks; white space at its ends is outside of them.

        So filters that remove such white space do the same with marks and without.
        """
        inside = text.strip()
        if not inside:
            return text
        before, _, behind = text.partition(inside)
        start, end = self.pair(file)
        return f"{before}{start}{inside}{end}{behind}"

    def spans(
        self, marked: str | bytes | None, text: str | bytes | None
    ) -> tuple[MarkedSpan, ...] | None:
        """
        Return what is between the marks of a text that was rendered with them.

        `text` is what was rendered without marks; None is returned if the two differ in
        anything else, or if marks have no counterpart.
        """
        if not isinstance(marked, str) or not isinstance(text, str):
            return () if marked == text else None
        if _MARK.sub("", marked) != text or not _CHARACTERS.isdisjoint(text):
            return None
        return _nested(marked, list(self._numbers))


def _nested(marked: str, names: list[str]) -> tuple[MarkedSpan, ...] | None:
    """Return the spans between marks; None if one has no counterpart."""
    opened = [_Open(0, "")]
    removed = 0
    for mark in _MARK.finditer(marked):
        at = mark.start() - removed
        removed += len(mark[0])
        if not mark[2]:
            opened.append(_Open(at, names[int(mark[1])]))
            continue
        last = opened.pop()
        if not opened:
            return None
        around = opened[-1]
        span = MarkedSpan(
            start=last.start - around.start,
            end=at - around.start,
            file=last.file,
            inner=tuple(last.inner),
        )
        around.inner.append(span)
    (whole, *others) = opened
    return None if others else tuple(whole.inner)
