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
"""The bytes that are read of all headers of a member, or of a piece of a file."""

_MOST_UNPACKED: Final = 1 << 32
_MOST_MEMBERS: Final = 100_000


@contextmanager
def opened_tar(path: Path) -> Iterator[tarfile.TarFile]:
    """
    Open a tar, compressed or not, for reading it and its members in order.

    What is damaged, or larger than an sdist may be, raises TarError or what `readable`
    takes for damage.
    """
    with path.open("rb") as file, _Tar.open(fileobj=file) as archive:
        yield archive


class _Tar(tarfile.TarFile):
    """
    A tar of which each read, and the number of members, is bounded.

    A header can state any size, and a few compressed bytes have many headers.
    """

    members: list[tarfile.TarInfo]
    """Those that were read, which the base class has without documenting it."""

    def __init__(
        self, name: str | None = None, mode: Any = "r", fileobj: Any = None, **more: Any
    ) -> None:
        self._bounded = _Bounded(fileobj)
        super().__init__(name, mode, self._bounded, **more)

    def next(self) -> tarfile.TarInfo | None:
        """
        Return the next member.

        Raises ReadError for headers that are too large, and for too many members.
        """
        self._bounded.restart()
        member = super().next()
        if len(self.members) > _MOST_MEMBERS:
            raise tarfile.ReadError(f"it has more than {_MOST_MEMBERS:,} members")
        return member


class _Bounded:
    """
    A file of which a tar reads no more in sequence than it may have.

    A header may be read at once, in pieces, or be followed by further headers of the
    same member, so the bytes of all reads are counted.  The count starts again with
    each member, and with each piece of a file, for which the tar seeks.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._left = _MOST_AT_ONCE

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def restart(self) -> None:
        """Count from here."""
        self._left = _MOST_AT_ONCE

    def read(self, size: int) -> bytes:
        """Return the next bytes; raises ReadError for too many."""
        if not 0 <= size <= self._left:
            raise tarfile.ReadError(f"a header has more than {_MOST_AT_ONCE:,} bytes")
        self._left -= size
        return self._file.read(size)

    def seek(self, position: int) -> int:
        """Move to a position; raises ReadError for one that is too far."""
        if position > _MOST_UNPACKED:
            raise tarfile.ReadError(f"it has more than {_MOST_UNPACKED:,} bytes")
        self.restart()
        return self._file.seek(position)
