"""
The headers of the members of a tar: those of POSIX, and long names of GNU.

https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html has the format.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hatch_agpm.formats.archives.streams import BoundedStream

__all__ = ["BLOCK", "TarHeader", "read_headers"]

BLOCK: Final = 512
_END: Final = bytes(BLOCK)
_MOST_MEMBERS: Final = 100_000
_MOST_OF_HEADERS: Final = 1 << 27
"""The bytes of all headers that belong to others, together, with their own headers."""

_MOST_RECORDS: Final = 1_000_000
_SPARSE: Final = b"GNU.sparse."

_DIGITS: Final = re.compile(rb"[0-9]*")
_LINKS: Final = (b"1", b"2")
_WITHOUT_DATA: Final = (*_LINKS, b"3", b"4", b"5", b"6")
_PAX: Final = (b"x", b"X")
_LONGEST_LENGTH: Final = 20
"""The digits of the length of a record."""

_READ: Final = (b"path", b"linkpath", b"size")
"""The records that are read of a member."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TarHeader:
    """What the headers of one member say."""

    name: str
    kind: bytes
    mode: int
    stored: int
    """The bytes that follow the headers."""

    target: str = ""
    """What a link leads to; "" for other members."""

    is_sparse: bool = False

    @property
    def is_file(self) -> bool:
        """Whether it has content."""
        return self.kind not in _WITHOUT_DATA

    @property
    def is_directory(self) -> bool:
        """Whether it is a directory."""
        return self.kind == b"5"

    @property
    def is_symbolic(self) -> bool:
        """Whether it is a link whose target is relative to its directory."""
        return self.kind == b"2"


def read_headers(stream: BoundedStream) -> Iterator[TarHeader]:
    """
    Yield the headers of all members of a tar.

    Before the next one, the content must have been read.  Raises ValueError for headers
    that are damaged, and for more of them than an sdist has.
    """
    reader = _HeaderReader(stream)
    count = 0
    while (header := reader.next_header()) is not None:
        count += 1
        if count > _MOST_MEMBERS:
            raise ValueError(f"it has more than {_MOST_MEMBERS:,} members")
        yield header


class _HeaderReader:
    """Reads the headers, and counts what belongs to them."""

    def __init__(self, stream: BoundedStream) -> None:
        self._stream = stream
        self._left = _MOST_OF_HEADERS
        self._left_records = _MOST_RECORDS

    def next_header(self) -> TarHeader | None:
        """Return what all headers of a member say; None at the end of the archive."""
        given: dict[bytes, bytes] = {}
        while (block := self._block()) != _END:
            _check_sum(block)
            kind, size = block[156:157], _number(block[124:136], "size")
            if kind in _PAX:
                given |= self._records(size)
            elif kind == b"g":
                if self._records(size):
                    raise ValueError("a header for all files has the name of one")
            elif kind in b"LK":
                key = b"path" if kind == b"L" else b"linkpath"
                given[key] = self._content(size).partition(b"\0")[0]
            else:
                if kind == b"S":
                    self._skip_places(block)
                return _header(block, kind, size, given)
        if given:
            raise ValueError("it ends before the file that a header is of")
        return None

    def _block(self) -> bytes:
        """Return the next block, `_END` at the end: not all writers mark it."""
        start = self._stream.read_some(BLOCK)
        return start + self._stream.read(BLOCK - len(start)) if start else _END

    def _content(self, size: int) -> bytes:
        """Return the content of a header that belongs to another one."""
        whole = size + -size % BLOCK
        self._left -= BLOCK + whole
        if self._left < 0:
            raise ValueError(f"its headers have more than {_MOST_OF_HEADERS:,} bytes")
        return self._stream.read(whole)[:size]

    def _records(self, size: int) -> dict[bytes, bytes]:
        """Return the records of a header that are read here."""
        data, start = self._content(size), 0
        found: dict[bytes, bytes] = {}
        while start < size:
            self._left_records -= 1
            if self._left_records < 0:
                raise ValueError(f"it has more than {_MOST_RECORDS:,} records")
            length, space, _ = data[start : start + _LONGEST_LENGTH].partition(b" ")
            end = start + _number(length, "length of a record", base=10)
            key, equals, value = data[start + len(length) + 1 : end].partition(b"=")
            if not (space and equals and value.endswith(b"\n") and end <= size):
                raise ValueError("it has a record that is damaged")
            if key in _READ or key.startswith(_SPARSE):
                found[key] = value[:-1]
            start = end
        return {key: value for key, value in found.items() if value}

    def _skip_places(self, block: bytes) -> None:
        """Read where the pieces of a sparse file are."""
        more = block[482]
        while more:
            more = self._content(BLOCK)[504]


def _header(
    block: bytes, kind: bytes, size: int, given: dict[bytes, bytes]
) -> TarHeader:
    name = block[:100].partition(b"\0")[0]
    prefix = block[345:500].partition(b"\0")[0]
    if prefix and block[257:263] == b"ustar\0":
        name = prefix + b"/" + name
    name = given.get(b"GNU.sparse.name", given.get(b"path", name))
    if kind == b"\0" and name.endswith(b"/"):
        kind = b"5"
    if b"size" in given:
        size = _number(given[b"size"], "size", base=10)
    target = b""
    if kind in _LINKS:
        target = given.get(b"linkpath", block[157:257].partition(b"\0")[0]) or b"."
    return TarHeader(
        name=_decoded(name).removeprefix("./").rstrip("/"),
        kind=kind,
        mode=_number(block[100:108], "mode"),
        stored=0 if kind in _WITHOUT_DATA else size,
        target=_decoded(target),
        is_sparse=kind == b"S" or any(key.startswith(_SPARSE) for key in given),
    )


def _number(field: bytes, what: str, *, base: int = 8) -> int:
    """Return the number in a field; raises ValueError for another one."""
    if field[:1] == b"\x80":
        # What has more digits than octal ones have.
        return int.from_bytes(field[1:], "big")
    digits = field.strip(b" \0")
    if len(digits) <= _LONGEST_LENGTH and _DIGITS.fullmatch(digits):
        with suppress(ValueError):
            return int(digits or b"0", base)
    raise ValueError(f"the {what} in a header is not a number")


def _check_sum(block: bytes) -> None:
    """Raise ValueError for a header whose checksum is wrong."""
    rest = block[:148] + b" " * 8 + block[156:]
    expected = _number(block[148:156], "checksum")
    # Some writers took the bytes as signed.
    if expected != sum(rest) != expected + sum(each >> 7 << 8 for each in rest):
        raise ValueError("a header has a wrong checksum")


def _decoded(name: bytes) -> str:
    return name.decode(errors="surrogateescape")
