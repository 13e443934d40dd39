"""Reads the metadata of the distributions in a zip file on the path."""

from __future__ import annotations

import errno
import os
import stat
import struct
import zipfile
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["zipped_files"]

_DAMAGE = (
    *(zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, LookupError),
    # Encrypted files, unknown methods, and positions that no file has.
    *(RuntimeError, OverflowError, struct.error),
)


def zipped_files(
    path: str, wanted: Callable[[str, str], bool], most: int
) -> Iterator[tuple[str, bytes | OSError]]:
    """
    Yield directories of metadata in a zip file, and their file or the error of it.

    `wanted` tells which files are meant, by their directory and the path in it; all of
    them together have at most so many bytes.  Nothing is yielded for what is not a zip
    file.
    """
    try:
        # Opening a pipe must not wait for its other end.
        opened = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        with os.fdopen(opened, "rb") as file:
            if not stat.S_ISREG(os.fstat(opened).st_mode):
                return
            with zipfile.ZipFile(file) as archive:
                paths = {
                    info: member
                    for member in archive.namelist()
                    for info, _, rest in [member.partition("/")]
                    if wanted(info, rest)
                }
                left = most
                for info, member in sorted(paths.items()):
                    found = _unpacked(archive, member, left)
                    left -= len(found) if isinstance(found, bytes) else 0
                    yield info, found
    except _DAMAGE:
        return


def _unpacked(archive: zipfile.ZipFile, member: str, most: int) -> bytes | OSError:
    """Return the bytes of a file, or the error of reading it."""
    try:
        size = archive.getinfo(member).file_size
        is_too_large = size > most
        with archive.open(member) as file:
            data = b"" if is_too_large else file.read(size + 1)
    except _DAMAGE as error:
        return OSError(errno.EIO, str(error) or "it is damaged")
    if is_too_large:
        return OSError(errno.EFBIG, f"it has more than {most:,} bytes")
    return data
