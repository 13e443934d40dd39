"""
Reading of files that others can change: nothing but regular files is ever opened.

A pipe or a device would never end, and what was checked could be replaced by something
else before it is opened. The status of a path is compared with that of the open file.
"""

from __future__ import annotations

import errno
import os
import stat
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO, Final

__all__ = ["MOST_BYTES", "check_regular", "open_regular", "read_below", "read_regular"]

# Opening a pipe must not wait for its other end, if one replaces the file.
_FILE: Final = (
    os.O_RDONLY
    | getattr(os, "O_BINARY", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_NONBLOCK", 0)
)
MOST_BYTES: Final = 1 << 30
"""The bytes that one file may have."""

_PIECE: Final = 1 << 20
_NO_LINK: Final = getattr(os, "O_NOFOLLOW", 0)
_DIRECTORY: Final = _FILE | _NO_LINK | getattr(os, "O_DIRECTORY", 0)
_RELATIVE: Final = os.open in os.supports_dir_fd and bool(_NO_LINK)


def check_regular(path: str | Path) -> os.stat_result:
    """Return the status of a file; raises OSError if it is of another kind."""
    try:
        status = Path(path).stat()
    except ValueError:
        raise OSError(errno.EINVAL, "its path holds a NUL character") from None
    _check_kind(status)
    return status


def open_regular(path: str | Path) -> BinaryIO:
    """
    Open a regular file, which may be reached through links, for reading.

    Raises OSError, also for anything that is not a regular file.
    """
    seen = check_regular(path)
    return _opened(os.open(path, _FILE), seen)


def read_regular(path: str | Path, most: int = MOST_BYTES) -> bytes:
    """
    Return the bytes of a regular file, of which there may be `most`.

    Raises OSError, also for a larger file, and as `open_regular` does.
    """
    with open_regular(path) as file:
        return _whole(file, most)


def read_below(directory: str, path: str, seen: os.stat_result) -> bytes:
    """
    Return the bytes of a file by its path from a directory, without following links.

    `seen` is the status that the file was checked by.  Raises OSError if any part of
    the path is a link, or if the file is not the one that was seen.
    """
    if not _RELATIVE:
        with _opened(os.open(f"{directory}/{path}", _FILE | _NO_LINK), seen) as file:
            return _whole(file, MOST_BYTES)
    *folders, name = path.split("/")
    with ExitStack() as stack:
        opened = os.open(directory, _DIRECTORY)
        stack.callback(os.close, opened)
        for folder in folders:
            opened = os.open(folder, _DIRECTORY, dir_fd=opened)
            stack.callback(os.close, opened)
        opened = os.open(name, _FILE | _NO_LINK, dir_fd=opened)
        with _opened(opened, seen) as file:
            return _whole(file, MOST_BYTES)


def _whole(file: BinaryIO, most: int) -> bytes:
    # A sparse file can be larger than any memory; another one may grow meanwhile.
    size = os.fstat(file.fileno()).st_size
    data = file.read(size + 1) if size <= most else b""
    while size <= most and (piece := file.read(_PIECE)):
        data += piece
        size = len(data)
    if size > most:
        raise OSError(errno.EFBIG, f"it has more than {most:,} bytes")
    return data


def _opened(descriptor: int, seen: os.stat_result) -> BinaryIO:
    """Return an open file, which must be the one that was seen; closes others."""
    with ExitStack() as stack:
        file = stack.enter_context(os.fdopen(descriptor, "rb"))
        status = os.fstat(descriptor)
        _check_kind(status)
        if not os.path.samestat(status, seen):
            raise OSError(errno.EAGAIN, "it was replaced while it was read")
        stack.pop_all()
    return file


def _check_kind(status: os.stat_result) -> None:
    if stat.S_ISDIR(status.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if not stat.S_ISREG(status.st_mode):
        raise OSError(errno.EINVAL, "it is not a regular file")
