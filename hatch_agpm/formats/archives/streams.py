"""Files that may be compressed, of which no more is read than they may have."""

from __future__ import annotations

import importlib
import io
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any, Final

from hatch_agpm.reading import open_regular

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["BoundedStream", "Part", "most_unpacked", "opened_stream"]

_FORMATS: Final = (
    (b"\x1f\x8b", "gzip", "BadGzipFile"),
    (b"BZh", "bz2", ""),
    (b"\xfd7zXZ\0", "lzma", "LZMAError"),
    (b"\x28\xb5\x2f\xfd", "compression.zstd", "ZstdError"),
)
"""What a compressed file begins with, the module that reads it, and its error."""

_PIECE: Final = 1 << 20
_FEW_BYTES: Final = 1 << 28
_LARGEST_RATIO: Final = 16
_MOST_BYTES: Final = 1 << 32


def most_unpacked(size: int) -> int:
    """Return the bytes that an archive of a size may have unpacked."""
    return min(_FEW_BYTES + _LARGEST_RATIO * size, _MOST_BYTES)


class BoundedStream:
    """What a file has, unpacked, and from which position it is read."""

    def __init__(self, file: IO[bytes], most: int, error: type[Exception]) -> None:
        self._file = file
        self._most = most
        self._error = error
        self.position = 0

    def read_some(self, size: int) -> bytes:
        """
        Return the next bytes: at most `size`, none at the end.

        Raises ValueError for more than there may be, and what a damaged file raises.
        """
        try:
            data = self._file.read(size)
        except (self._error, MemoryError) as error:
            raise ValueError(str(error) or "it needs too much memory") from None
        self.position += len(data)
        if self.position > self._most:
            raise ValueError(f"it has more than {self._most:,} bytes unpacked")
        return data

    def read(self, size: int) -> bytes:
        """Return the next bytes, as `read_some`; raises EOFError for fewer."""
        pieces = [self.read_some(size)]
        left = size - len(pieces[0])
        while left and pieces[-1]:
            pieces.append(self.read_some(left))
            left -= len(pieces[-1])
        if left:
            raise EOFError("it ends too early")
        return b"".join(pieces)

    def skip_to(self, position: int) -> None:
        """Read up to a position."""
        while left := position - self.position:
            self.read(min(left, _PIECE))

    def part(self, size: int) -> Part:
        """Return the next bytes as a file."""
        return Part(self, size)


class Part:
    """The next bytes of a stream, as a file."""

    def __init__(self, stream: BoundedStream, size: int) -> None:
        self._stream = stream
        self._left = size

    def read(self, size: int, /) -> bytes:
        """Return the next bytes: fewer than `size` at the end only."""
        data = self._stream.read(min(size, self._left))
        self._left -= len(data)
        return data


@contextmanager
def opened_stream(path: Path) -> Iterator[BoundedStream]:
    """
    Open a file, compressed or not, for reading what it has unpacked.

    Raises ValueError for one that this Python cannot unpack, and OSError.
    """
    with open_regular(path) as file:
        most = most_unpacked(file.seek(0, io.SEEK_END))
        file.seek(0)
        start = file.read(6)
        file.seek(0)
        for magic, name, damage in _FORMATS:
            if start.startswith(magic):
                module = _module(name)
                with module.open(file, "rb") as unpacked:
                    error = getattr(module, damage, EOFError)
                    yield BoundedStream(unpacked, most, error)
                return
        yield BoundedStream(file, most, EOFError)


def _module(name: str) -> Any:
    """Return a module; raises ValueError if this Python does not have it."""
    try:
        return importlib.import_module(name)
    except ImportError:
        what = f"this Python has no module {name}, which unpacks it"
        raise ValueError(what) from None
