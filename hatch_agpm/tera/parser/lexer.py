"""
The terminals of Tera's grammar, and a cursor that takes them from the source.

Tera has no tokens: the meaning of a character depends on its context (`-1` is a
number after `(` and a subtraction after `a`; `{{-1}}` prints 1).  So the parser asks
the cursor for the terminal that it expects.  The cursor records the furthest offset at
which a terminal was missing, which is the position of a syntax error.
"""

from __future__ import annotations

import re
from typing import Final, TypeAlias

__all__ = ["Cursor", "Terminal"]

Terminal: TypeAlias = str | re.Pattern[str]
"""What the parser asks for: a fixed text, or a pattern."""

_SPACE: Final = " \t\r\n"
_SPACES: Final = re.compile(r"[ \t\r\n]+")


class Cursor:
    """An offset in a source text, which moves forward by terminals."""

    def __init__(self, source: str) -> None:
        self.source: Final = source
        self.at = 0
        self._space = (0, 0)
        """Where white space begins and ends that was skipped last."""
        self.furthest = 0
        """The furthest offset at which a terminal was missing."""
        self.expected: set[str] = set()
        """The terminals that were asked for there."""

    def take(self, wanted: Terminal, expected: str = "") -> str | None:
        """Return a terminal and move behind it, or return None without moving."""
        if isinstance(wanted, str):
            found = wanted if self.source.startswith(wanted, self.at) else None
        else:
            match = wanted.match(self.source, self.at)
            found = match.group() if match else None
        if found is not None:
            self.at += len(found)
        elif expected:
            self.miss(expected)
        return found

    def next(self, wanted: Terminal, expected: str = "") -> str | None:
        """Do the same as `take`, but skip white space before the terminal."""
        start = self.at
        self.skip()
        found = self.take(wanted, expected)
        if found is None:
            self.at = start
        return found

    def skip(self) -> None:
        """Move over white space: space, tab, CR and LF, nothing else."""
        # Most often there is none, which the first character shows.
        at = self.at
        if self.source[at : at + 1] in _SPACE:
            if at != self._space[0]:
                # The same white space is skipped by rule after rule.
                match = _SPACES.match(self.source, at)
                self._space = at, match.end() if match else at
            self.at = self._space[1]

    def miss(self, expected: str) -> None:
        """Record that `expected` is missing at the current offset."""
        if self.at > self.furthest:
            self.furthest = self.at
            self.expected = {expected}
        elif self.at == self.furthest:
            self.expected.add(expected)
