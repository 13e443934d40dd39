"""The headers of METADATA and PKG-INFO, without the description that follows them."""

from __future__ import annotations

import re
from email.parser import HeaderParser
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from email.message import Message

__all__ = ["core_headers", "headers_of"]

_EMPTY_LINE: Final = re.compile(rb"(?:\r\n|\n|\r(?!\n)){2}")
_MOST: Final = 1 << 20
"""The bytes of the headers: a million short ones take a second to parse."""


def core_headers(data: bytes) -> Message:
    """Return the headers of a file of metadata; raises ValueError for too many."""
    return HeaderParser().parsestr(headers_of(data))


def headers_of(data: bytes) -> str:
    """Return what is before the description; raises ValueError if it is too long."""
    end = _EMPTY_LINE.search(data, 0, _MOST + 4)
    head = data[: end.start()] if end else data
    if len(head) > _MOST:
        raise ValueError(f"its headers have more than {_MOST:,} bytes")
    return head.decode(errors="replace")
