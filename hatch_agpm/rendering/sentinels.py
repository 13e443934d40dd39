"""
Texts in place of values that are not known, and what is found of them in a result.

A file that others embed also has a sentinel before it and one behind it, so that it is
known in which part of a document it is.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hatch_agpm.formats.frontmatter import Dialect
    from hatch_agpm.model.rendering import EmbeddedSpan
    from hatch_agpm.model.runtime import VariableDeclaration

__all__ = ["EmbeddedPart", "FoundText", "Part", "Sentinels", "placeholder"]

_FIXED: Final = frozenset({"int", "float", "bool"})
"""The types whose values have no line ends and are never empty."""


@dataclass(frozen=True, kw_only=True, slots=True)
class EmbeddedPart:
    """A part of a text that is the text of another file, filled in first."""

    parts: list[Part]
    has_newline: bool
    """Whether a final newline behind the parts has been removed."""


Part: TypeAlias = "str | VariableDeclaration | EmbeddedPart"
_Printed: TypeAlias = "tuple[VariableDeclaration, Dialect]"


@dataclass(kw_only=True, slots=True)
class FoundText:
    """A text with placeholders, and where they are; offsets count its UTF-8 bytes."""

    text: str = ""
    spans: dict[VariableDeclaration, list[tuple[int, int]]] = field(
        default_factory=dict
    )
    """The spans of the placeholders of each variable."""

    dialects: dict[VariableDeclaration, set[Dialect]] = field(default_factory=dict)
    """The languages of the templates that print each variable."""

    embedded: list[EmbeddedSpan] = field(default_factory=list)
    """The spans of embedded texts with variables; what is inside another is before."""

    is_whole: bool = True
    """Whether every embedded text has its beginning and its end."""


def placeholder(name: str) -> str:
    """Return the placeholder of the variable `name` in shipped documents."""
    return f"{{{{ {name} }}}}"


class Sentinels:
    """
    Random strings in place of values during one build, found again in the results.

    Every filter that would change some value changes a sentinel, too, also filters that
    escape, or that change only lower or only upper case.
    """

    def __init__(self) -> None:
        """Draw a random prefix, so that no text can contain a sentinel."""
        self._seed = os.urandom(16).hex()
        self._start = self._sentinel("start")
        self._ends = {self._sentinel("end"): False, self._sentinel("newline"): True}
        self._sentinels: dict[_Printed, str] = {}

    def _sentinel(self, name: str) -> str:
        return f"""aZ<'"&\\{self._seed}.{name}>Za"""

    def of(self, variable: VariableDeclaration, dialect: Dialect) -> str:
        """Return what templates of a language print for all equal declarations."""
        printed = variable, dialect
        if printed not in self._sentinels:
            number = len(self._sentinels)
            self._sentinels[printed] = self._sentinel(str(number))
        return self._sentinels[printed]

    def embedded(self, text: str, *, has_newline: bool) -> str:
        """
        Return a text as it is embedded: with a sentinel before it and behind it.

        `has_newline` says whether a final newline has been removed from it.
        """
        variables = self.found(text).spans
        if all(variable.kind in _FIXED for variable in variables):
            # Filling such a text in changes nothing at its ends.
            return text
        (end,) = (end for end, known in self._ends.items() if known == has_newline)
        return f"{self._start}{text}{end}"

    def parts(self, text: str) -> list[Part]:
        """Return a text with sentinels as the texts and the variables in it."""
        open_parts: list[list[Part]] = [[]]
        for token in self._tokens(text):
            if token == self._start:
                open_parts.append([])
            elif isinstance(token, str) and token in self._ends:
                has_newline = self._ends[token]
                inner = EmbeddedPart(parts=open_parts.pop(), has_newline=has_newline)
                open_parts[-1].append(inner)
            else:
                open_parts[-1].append(token if isinstance(token, str) else token[0])
        return open_parts[0]

    def found(self, text: str) -> FoundText:
        """
        Replace each sentinel in `text` with the placeholder of its variable.

        Return the text, and where the placeholders and the embedded texts are.
        """
        found = FoundText()
        if self._seed not in text:
            found.text = text
            return found
        pieces: list[str] = []
        starts: list[int] = []
        length = 0
        for token in self._tokens(text):
            if token == self._start:
                starts.append(length)
                continue
            if isinstance(token, str) and token in self._ends:
                if starts:
                    span = (starts.pop(), length, self._ends[token])
                    found.embedded.append(span)
                else:
                    found.is_whole = False
                continue
            shown_as = token if isinstance(token, str) else placeholder(token[0].name)
            size = len(shown_as.encode(errors="surrogatepass"))
            if not isinstance(token, str):
                variable, dialect = token
                found.spans.setdefault(variable, []).append((length, length + size))
                found.dialects.setdefault(variable, set()).add(dialect)
            pieces.append(shown_as)
            length += size
        found.is_whole = found.is_whole and not starts
        found.text = "".join(pieces)
        return found

    def _tokens(self, text: str) -> Iterator[str | _Printed]:
        """Yield texts, variables, and the sentinels around embedded texts."""
        by_sentinel = {value: printed for printed, value in self._sentinels.items()}
        either = "|".join(map(re.escape, [self._start, *self._ends, *by_sentinel]))
        for piece in re.split(f"({either})", text):
            if piece:
                yield by_sentinel.get(piece, piece)
