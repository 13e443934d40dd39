"""Tar archives that may be hostile: headers, members and sizes within bounds."""

from __future__ import annotations

import tarfile
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["opened_tar"]

_MOST_AT_ONCE: Final = 1 << 21
"""The bytes that are read at once: of a header, or a piece of a file."""

_MOST_UNPACKED: Final = 1 << 32
_MOST_MEMBERS: Final = 100_000


@contextmanager
def opened_tar(path: Path) -> Iterator[Iterator[tuple[_Tar, tarfile.TarInfo]]]:
    """
    Open a tar, compressed or not, for reading it and its members in order.

    What is damaged, or larger than an sdist may be, raises TarError or what `readable`
    takes for damage.
    """
    with path.open("rb") as file, _Tar.open(fileobj=file) as archive:
        yield _members(archive)


def _members(archive: _Tar) -> Iterator[tuple[_Tar, tarfile.TarInfo]]:
    for number, member in enumerate(archive):
        if number >= _MOST_MEMBERS:
            raise tarfile.ReadError(f"it has more than {_MOST_MEMBERS:,} members")
        yield archive, member


class _Tar(tarfile.TarFile):
    """A tar of which each read is bounded, because a header can state any size."""

    def __init__(
        self, name: str | None = None, mode: Any = "r", fileobj: Any = None, **more: Any
    ) -> None:
        super().__init__(name, mode, _Bounded(fileobj), **more)


class _Bounded:
    """A file of which a tar reads no more than it may have."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def read(self, size: int) -> bytes:
        """Return the next bytes; raises ReadError for too many."""
        if not 0 <= size <= _MOST_AT_ONCE:
            raise tarfile.ReadError(f"a header has more than {_MOST_AT_ONCE:,} bytes")
        return self._file.read(size)

    def seek(self, position: int) -> int:
        """Move to a position; raises ReadError for one that is too far."""
        if position > _MOST_UNPACKED:
            raise tarfile.ReadError(f"it has more than {_MOST_UNPACKED:,} bytes")
        return self._file.seek(position)
