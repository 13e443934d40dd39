"""
Reading of archives that may be damaged or hostile: wheels, and sdists.

Only as much of a file is unpacked as it may have; whatever the modules of the standard
library raise for damaged archives becomes a BundleError.
"""

from __future__ import annotations

import hashlib
import stat
import struct
import zipfile
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Final, Protocol, Self

from hatch_agpm.errors import BundleError
from hatch_agpm.reading import check_regular

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = [
    "FileDigest",
    "Readable",
    "digest_of",
    "member_digest",
    "opened_zip",
    "read_member",
    "readable",
]

_DAMAGE: Final = (
    *(zipfile.BadZipFile, zlib.error, struct.error),
    # Truncated data, positions before the start, wrong encodings, missing links,
    # encrypted members and unknown versions.
    *(OSError, EOFError, ValueError, OverflowError, LookupError, RuntimeError),
)
_METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED: Final = 0x1
_PIECE: Final = 1 << 20


@dataclass(frozen=True, kw_only=True, slots=True)
class FileDigest:
    """The content that one file of a wheel or sdist must have, or has."""

    size: int
    sha256: str
    executable: bool | None
    """None where it is not known, as of files of Windows."""

    @classmethod
    def of(cls, data: bytes, *, executable: bool) -> Self:
        """Return the digest of a file with these bytes."""
        sha256 = hashlib.sha256(data).hexdigest()
        return cls(size=len(data), sha256=sha256, executable=executable)


class Readable(Protocol):
    """What returns the next bytes, none at the end."""

    def read(self, size: int, /) -> bytes:
        """Return at most `size` bytes."""


@contextmanager
def readable(name: str) -> Iterator[None]:
    """Raise BundleError, about the archive `name`, for what damaged ones cause."""
    try:
        yield
    except _DAMAGE as error:
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise BundleError(name, f"cannot be read: {reason}") from None


@contextmanager
def opened_zip(path: Path) -> Iterator[zipfile.ZipFile]:
    """Open a zip file; raise BundleError if it, or what is read of it, is damaged."""
    with readable(path.name):
        check_regular(path)
        with zipfile.ZipFile(path) as archive:
            yield archive


def read_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, most: int) -> bytes:
    """
    Return the bytes of a file in a zip file, which may have `most` of them.

    Raises BundleError for a file that is larger, encrypted, or compressed in another
    way than those of wheels.
    """
    with _opened(archive, member) as file:
        data = file.read(most + 1) if member.file_size <= most else b""
    if member.file_size > most or len(data) > most:
        raise BundleError(member.filename, f"has more than {most:,} bytes")
    return data


def member_digest(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, most: int
) -> FileDigest:
    """
    Return the digest of a file in a zip file; raise BundleError as `read_member` does.

    Of a file with more than `most` bytes, only the size is read.
    """
    executable = bool(member.external_attr >> 16 & stat.S_IXUSR)
    with _opened(archive, member) as file:
        return digest_of(file, member.file_size, most, executable=executable)


def digest_of(file: Readable, size: int, most: int, *, executable: bool) -> FileDigest:
    """
    Return the digest of a file of which an archive states the size.

    Of a file with more than `most` bytes, only the size is read.
    """
    whole, length = hashlib.sha256(), 0
    while size <= most and (piece := file.read(_PIECE)):
        whole.update(piece)
        length += len(piece)
        size = max(size, length)
    sha256 = whole.hexdigest() if size <= most else ""
    return FileDigest(size=size, sha256=sha256, executable=executable)


def _opened(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> IO[bytes]:
    if member.flag_bits & _ENCRYPTED:
        raise BundleError(member.filename, "is encrypted")
    if member.compress_type not in _METHODS:
        what = f"is compressed by the method {member.compress_type}"
        hint = "wheels have stored and deflated files"
        raise BundleError(member.filename, what, hint)
    return archive.open(member)
