"""Reads the metadata of the distributions in a zip file on the path."""

from __future__ import annotations

import errno
import os
import stat
import zipfile
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["zipped_files"]

_DAMAGE = (
    *(zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, LookupError),
    # Encrypted files, and unknown methods.
    RuntimeError,
)


def zipped_files(
    path: str, wanted: Callable[[str, str], bool], most: int
) -> Iterator[tuple[str, bytes | OSError]]:
    """
    Yield directories of metadata in a zip file, and their file or the error of it.

    `wanted` tells which files are meant, by their directory and the path in it; they
    have at most so many bytes.  Nothing is yielded for what is not a zip file.
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
                for info, member in sorted(paths.items()):
                    yield info, _unpacked(archive, member, most)
    except _DAMAGE:
        return


def _unpacked(archive: zipfile.ZipFile, member: str, most: int) -> bytes | OSError:
    """Return the bytes of a file, or the error of reading it."""
    try:
        with archive.open(member) as file:
            data = file.read(most + 1)
    except _DAMAGE as error:
        return OSError(errno.EIO, str(error) or "it is damaged")
    if len(data) > most:
        return OSError(errno.EFBIG, f"it has more than {most:,} bytes")
    return data
