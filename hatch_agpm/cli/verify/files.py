"""The files of a wheel and of an installed distribution, read in the same way."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Final, Protocol

from hatch_agpm.build.verify import verify_directory, verify_files
from hatch_agpm.errors import BundleError
from hatch_agpm.formats.archives import ZipFiles, read_member
from hatch_agpm.formats.file_names import leads_out
from hatch_agpm.installed.discovery import FILE_PATHS
from hatch_agpm.installed.environment import MOST_OF_METADATA, distributions_of
from hatch_agpm.reading import read_regular

if TYPE_CHECKING:
    import zipfile
    from collections.abc import Container, Iterable, Mapping, Sequence
    from pathlib import Path

    from hatch_agpm.formats.archives import FileDigest
    from hatch_agpm.installed.environment import InstalledDistribution

__all__ = [
    "InstalledFiles",
    "VerifiedFiles",
    "WheelFiles",
    "find_installed",
    "is_metadata",
]

_INFO: Final = ".dist-info"
_LINE_OF_RECORD: Final = 100
"""The characters of a line beside the path, with some to spare."""

_SPARE: Final = 1 << 20


class VerifiedFiles(Protocol):
    """The files of something that is verified."""

    @property
    def label(self) -> str:
        """What messages call it."""

    @property
    def kind(self) -> str:
        """What it is: a wheel, or a distribution."""

    @property
    def size(self) -> int:
        """How large it is; the bytes that its indexes may have depend on it."""

    @property
    def most_of_record(self) -> int:
        """The bytes that its RECORD may have."""

    @property
    def paths(self) -> Sequence[str]:
        """The files; of an installed distribution only those of its metadata."""

    @property
    def repeated(self) -> Sequence[str]:
        """The files of its metadata that are there more than once."""

    def has(self, path: str) -> bool:
        """Tell whether there is a file of this path."""

    def read(self, path: str, most: int) -> bytes:
        """Return the bytes of a file of at most `most`; raises BundleError."""

    def without_modes(self, plan: dict[str, FileDigest]) -> dict[str, FileDigest]:
        """Return a plan without modes where the files have none to compare."""

    def compare(
        self, plan: Mapping[str, FileDigest], directories: Iterable[str]
    ) -> None:
        """Raise AgpmError for what differs from a plan, as `verify_files` does."""


class WheelFiles:
    """The files of a wheel."""

    kind: Final = "wheel"

    def __init__(self, wheel: Path, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self.size = wheel.stat().st_size
        self._files = ZipFiles(archive, self.size)
        self._members = {member.filename: member for member in archive.infolist()}
        self.label = wheel.name
        self.paths = tuple(self._members)
        in_metadata = Counter(
            member.filename
            for member in archive.infolist()
            if is_metadata(member.filename)
        )
        self.repeated = tuple(path for path in in_metadata if in_metadata[path] > 1)
        names = sum(len(path.encode(errors="replace")) for path in self.paths)
        self.most_of_record = 4 * names + _LINE_OF_RECORD * len(self.paths) + _SPARE

    def has(self, path: str) -> bool:
        """Tell whether there is a file of this path."""
        return path in self._members

    def read(self, path: str, most: int) -> bytes:
        """Return the bytes of a file of at most `most`; raises BundleError."""
        return read_member(self._archive, self._members[path], most)

    def without_modes(self, plan: dict[str, FileDigest]) -> dict[str, FileDigest]:
        """Return a plan without the modes of files that were packed on Windows."""
        packed = {
            path for path, member in self._members.items() if member.create_system == 0
        }
        return _without_modes(plan, packed)

    def compare(
        self, plan: Mapping[str, FileDigest], directories: Iterable[str]
    ) -> None:
        """Raise AgpmError for what differs from a plan."""
        verify_files(self._files, self.label, plan, directories=directories)


class InstalledFiles:
    """The files of an installed distribution."""

    kind: Final = "distribution"

    def __init__(self, distribution: InstalledDistribution) -> None:
        root, info = distribution.root, distribution.info
        self._root = root
        self.label = info.removesuffix(_INFO).replace("-", " ", 1)
        self.most_of_record = MOST_OF_METADATA
        self.size = MOST_OF_METADATA
        self.repeated = ()
        # The directory can be a link, to where there are many others.
        paths = [f"{info}/{name}" for name in ("METADATA", "RECORD", *FILE_PATHS)]
        self.paths = tuple(path for path in paths if self._is_file(path))

    def has(self, path: str) -> bool:
        """Tell whether there is a file of this path."""
        return not leads_out(path) and os.path.lexists(self._root / path)

    def _is_file(self, path: str) -> bool:
        return self.has(path) and not (self._root / path).is_dir()

    def read(self, path: str, most: int) -> bytes:
        """Return the bytes of a file of at most `most`; raises BundleError."""
        try:
            return read_regular(self._root / path, most)
        except OSError as error:
            raise BundleError(path, f"cannot be read: {error.strerror}") from None

    def without_modes(self, plan: dict[str, FileDigest]) -> dict[str, FileDigest]:
        """Return a plan without modes on a system that has none."""
        return _without_modes(plan, plan) if os.name == "nt" else plan

    def compare(
        self, plan: Mapping[str, FileDigest], directories: Iterable[str]
    ) -> None:
        """Raise AgpmError for what differs from a plan."""
        verify_directory(self._root, self.label, plan, directories=directories)


def is_metadata(path: str) -> bool:
    """Tell whether a file is in the metadata of a distribution."""
    return path.partition("/")[0].endswith(_INFO)


def _without_modes(
    plan: dict[str, FileDigest], paths: Container[str]
) -> dict[str, FileDigest]:
    return {
        path: replace(file, executable=None) if path in paths else file
        for path, file in plan.items()
    }


def find_installed(name: str) -> InstalledFiles:
    """
    Return the files of the distribution of this name in the environment.

    Raises BundleError for one that is not installed in a directory of `sys.path`, or
    more than once in the same one.
    """
    found = [each for each in distributions_of(name) if each.info.endswith(_INFO)]
    if len(found) > 1:
        infos = " and ".join(each.info for each in found)
        what = f"is installed more than once: {infos}"
        raise BundleError(name, what, f"uninstall {name}, and install it again")
    if found:
        return InstalledFiles(found[0])
    what = "is not installed in a directory of this environment"
    raise BundleError(name, what, "wheels are verified without `--installed`")
