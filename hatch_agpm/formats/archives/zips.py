"""The files of a zip file that may be hostile, by path, unpacked within bounds."""

from __future__ import annotations

from bisect import bisect_left
from functools import cached_property
from typing import TYPE_CHECKING, Final

from hatch_agpm.errors import BundleError
from hatch_agpm.formats.archives.streams import most_unpacked
from hatch_agpm.formats.archives.unpacking import FileDigest, member_digest
from hatch_agpm.formats.file_names import folded

if TYPE_CHECKING:
    import zipfile
    from collections.abc import Iterable, Iterator, Mapping, Sequence

__all__ = ["ZipFiles", "paths_below"]

_LIBRARIES: Final = ("purelib", "platlib")


class ZipFiles:
    """
    The files of a wheel, or of an sdist that is a zip file, by path.

    What is found of one file costs nothing for the others, of which there may be many.
    """

    def __init__(
        self, archive: zipfile.ZipFile, size: int, *, is_sdist: bool = False
    ) -> None:
        """Keep an open archive of a size; the paths of an sdist begin at its root."""
        self._archive = archive
        self._left = most_unpacked(size)
        self._members: dict[str, list[zipfile.ZipInfo]] = {}
        for member in archive.infolist():
            name = member.filename
            path = name.partition("/")[2] if is_sdist else name
            if not member.is_dir():
                self._members.setdefault(path, []).append(member)

    def digests(self, path: str, most: int) -> list[FileDigest]:
        """
        Return the digest of each file of a path, of which only the first one is read.

        Of a file with more than `most` bytes, only the size is read.  Raises
        BundleError as `member_digest` does, and for more than an archive may have.
        """
        members = self._members.get(path)
        if members is None:
            return []
        if members[0].file_size <= most:
            self._left -= members[0].file_size
        if self._left < 0:
            what = "is not compared: the archive has too many bytes unpacked"
            raise BundleError(path, what)
        return [member_digest(self._archive, members[0], most)] * len(members)

    def below(self, directory: str) -> Sequence[str]:
        """Return the paths of the files below a directory, sorted."""
        return paths_below(self._sorted, directory)

    def twins(
        self, paths: Iterable[str], directories: Iterable[str]
    ) -> Iterator[tuple[str, str]]:
        """
        Yield other files that installers may write to some paths or directories.

        Each with that path: on some systems names are equal that differ in case,
        composition, slashes or dots, and `x.data/purelib` is unpacked beside the rest.
        """
        given = set(paths)
        for path in sorted(given):
            for twin in self._by_target.get(_target(path), ()):
                if twin not in given and twin != path:
                    yield twin, path
        for directory in directories:
            for target in paths_below(self._targets, _target(directory)):
                for twin in self._by_target[target]:
                    if twin not in given and not twin.startswith(f"{directory}/"):
                        yield twin, f"{directory}/"

    @cached_property
    def _sorted(self) -> list[str]:
        return sorted(self._members)

    @cached_property
    def _by_target(self) -> Mapping[str, list[str]]:
        found: dict[str, list[str]] = {}
        for path in self._members:
            found.setdefault(_target(path), []).append(path)
        return found

    @cached_property
    def _targets(self) -> list[str]:
        return sorted(self._by_target)


def paths_below(paths: Sequence[str], directory: str) -> Sequence[str]:
    """Return those of some sorted paths that are below a directory."""
    start = f"{directory}/"
    # The character after the slash.
    end = f"{directory}0"
    return paths[bisect_left(paths, start) : bisect_left(paths, end)]


def _target(path: str) -> str:
    """Return where a file of a wheel is installed, as all file systems compare it."""
    parts: list[str] = []
    for part in path.replace("\\", "/").split("/"):
        name = part.rstrip(" .")
        if part == "..":
            parts = parts[:-1]
        elif name:
            parts.append(name)
    if len(parts) > 1 and parts[0].endswith(".data") and parts[1] in _LIBRARIES:
        parts = parts[2:]
    return folded("/".join(parts))
