"""
Tar archives that may be hostile, read in order and within bounds.

The module `tarfile` does not bound what the headers of an archive cost together, and
each of its versions reads them in other pieces.  Here all that is read is counted.
"""

from __future__ import annotations

import posixpath
import stat
from functools import cached_property
from typing import TYPE_CHECKING, Final

from hatch_agpm.formats.archives.headers import BLOCK, TarHeader, read_headers
from hatch_agpm.formats.archives.streams import opened_stream
from hatch_agpm.formats.archives.unpacking import FileDigest, digest_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from hatch_agpm.formats.archives.streams import BoundedStream

__all__ = ["tar_files"]

_PIECE: Final = 1 << 20
_TRAILING: Final = "Not a gzipped file"
"""What the module gzip says of bytes that follow what it has read."""


def tar_files(
    path: Path, most: Callable[[str], int | None]
) -> list[tuple[str, FileDigest]]:
    """
    Return the digests of files in a tar, compressed or not, in order.

    `most` returns the bytes that a file of a name may have, None for one that is not
    wanted; of a larger one only the size is read.  A link has the content of the file
    that it leads to.  Raises what `readable` takes for damage for an archive that is
    damaged, or larger than an sdist may be.
    """
    archive = _Archive()
    with opened_stream(path) as stream:
        archive.read(stream, lambda header, _: most(header.name))
    if wanted := archive.unread_targets(most):
        # They may precede their links.
        again = _Archive()
        with opened_stream(path) as stream:
            again.read(stream, lambda _, number: wanted.get(number))
        archive.digests |= again.digests
    return list(archive.files(most))


class _Archive:
    """The members of a tar, and the digests of those that were read."""

    def __init__(self) -> None:
        self.headers: list[TarHeader] = []
        self.digests: dict[int, FileDigest] = {}
        """Those of regular files, by number of the member."""

        self._targets: dict[int, int] = {}

    def read(
        self, stream: BoundedStream, most: Callable[[TarHeader, int], int | None]
    ) -> None:
        """Read all headers, and of each file as many bytes as `most` says."""
        for number, header in enumerate(read_headers(stream)):
            self.headers.append(header)
            end = stream.position + header.stored + -header.stored % BLOCK
            allowed = most(header, number)
            if allowed is not None and header.is_file:
                if header.is_sparse:
                    raise ValueError(f"{header.name} is a sparse file")
                part = stream.part(header.stored)
                executable = bool(header.mode & stat.S_IXUSR)
                digest = digest_of(part, header.stored, allowed, executable=executable)
                self.digests[number] = digest
            stream.skip_to(end)
        if not stream.position:
            raise ValueError("it is empty")
        # Only at the end is it known that nothing of it is missing.
        try:
            while stream.read_some(_PIECE):
                pass
        except ValueError as error:
            # Readers of archives ignore what follows the compressed data.
            if _TRAILING not in str(error):
                raise

    def unread_targets(self, most: Callable[[str], int | None]) -> dict[int, int]:
        """Return the unread files that links lead to, and how much of them to read."""
        wanted: dict[int, int] = {}
        for number, header in enumerate(self.headers):
            allowed = most(header.name) if header.target else None
            if allowed is None:
                continue
            target = self._target_of(number)
            known = self.digests.get(target)
            if self.headers[target].is_file and not (known and known.sha256):
                wanted[target] = max(allowed, wanted.get(target, allowed))
        return wanted

    def files(
        self, most: Callable[[str], int | None]
    ) -> Iterator[tuple[str, FileDigest]]:
        """Yield the name and the digest of each file and link that is wanted."""
        # Devices, pipes, and directories that a link leads to, have no content.
        nothing = FileDigest.of(b"", executable=False)
        for number, header in enumerate(self.headers):
            if not header.is_directory and most(header.name) is not None:
                target = self._target_of(number)
                yield header.name, self.digests.get(target, nothing)

    def _target_of(self, number: int) -> int:
        """
        Return the number of the member that a link leads to; of others, their own.

        Raises LookupError for a link that leads to nothing, or to itself.
        """
        passed: list[int] = []
        while self.headers[number].target and number not in self._targets:
            passed.append(number)
            self._targets[number] = -1
            number = self._linked(self.headers[number])
        found = self._targets.get(number, number)
        if found < 0:
            name = self.headers[number].name
            raise LookupError(f"the link {name} leads to itself")
        self._targets.update(dict.fromkeys(passed, found))
        return found

    def _linked(self, link: TarHeader) -> int:
        """Return the number of the member that a link names."""
        target = link.target
        if link.is_symbolic:
            target = posixpath.join(posixpath.dirname(link.name), target)
        try:
            return self._numbers[posixpath.normpath(target)]
        except KeyError:
            raise LookupError(f"the link {link.name} leads to nothing") from None

    @cached_property
    def _numbers(self) -> Mapping[str, int]:
        """The number of the last member of each name."""
        return {header.name: number for number, header in enumerate(self.headers)}
