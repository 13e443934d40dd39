"""
Where the output directory of the source tree is in a finished wheel.

Each backend has rules of its own for that.  So the files of the packages around the
output are looked for in the wheel; in an editable wheel, which does not have them, the
directories are read that it adds to `sys.path`.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

__all__ = ["PackedOutput", "locate"]

_SOURCE_DIRECTORIES = ("src", "python", "lib")
"""Directories that contain packages by convention, unless they are packages."""

_SCHEMES = ("purelib", "platlib")


@dataclass(frozen=True, kw_only=True, slots=True)
class PackedOutput:
    """The directory of the output in a wheel."""

    directory: str
    """The path from the directory of the packages: `acme/prompts`."""

    prefix: str = ""
    """The directory of the packages with a slash at its end; "" for the root."""


def locate(root: Path, output: str, files: Mapping[str, bytes]) -> PackedOutput:
    """
    Return where `output` is in a wheel with these files, by path.

    `root` is the directory of the project.
    """
    path = PurePosixPath(output)
    for entry in _path_entries(files):
        directory = os.path.realpath(root / output)
        if directory.startswith(entry + os.sep):
            found = directory.removeprefix(entry + os.sep).replace(os.sep, "/")
            return PackedOutput(directory=found)
    prefixes = ("", *_data_directories(files))
    # Without the last: the directory of the project is not in a wheel.
    for parent in list(path.parents)[:-1]:
        for prefix, directory in _directories(root, parent, prefixes, files):
            within = PurePosixPath(directory, path.relative_to(parent))
            return PackedOutput(directory=str(within), prefix=prefix)
    return PackedOutput(directory=_by_convention(root, path))


def _path_entries(files: Mapping[str, bytes]) -> list[str]:
    """Return the directories that `.pth` files add to `sys.path`, the longest first."""
    lines = [
        line.strip()
        for path, data in files.items()
        if path.endswith(".pth") and "/" not in path
        for line in data.decode("utf-8", "surrogateescape").splitlines()
    ]
    entries = {os.path.realpath(line) for line in lines if Path(line).is_absolute()}
    return sorted(entries, key=len, reverse=True)


def _data_directories(paths: Iterable[str]) -> list[str]:
    """Return the directories of packages in the `.data` directory of a wheel."""
    split = (path.split("/", 2) for path in paths)
    found = {
        f"{parts[0]}/{parts[1]}/"
        for parts in split
        if parts[0].endswith(".data") and parts[1] in _SCHEMES
    }
    return sorted(found)


def _directories(
    root: Path,
    directory: PurePosixPath,
    prefixes: tuple[str, ...],
    files: Mapping[str, bytes],
) -> Iterator[tuple[str, str]]:
    """Yield where a directory of the tree is in the wheel, the likeliest first."""
    try:
        found = sorted(path for path in (root / directory).iterdir() if path.is_file())
    except OSError:
        return
    for start in range(len(directory.parts)):
        candidate = "/".join(directory.parts[start:])
        for prefix in prefixes:
            if any(f"{prefix}{candidate}/{file.name}" in files for file in found):
                yield prefix, candidate
    # Renamed: recognised by equal files that are not empty.
    contents = {file.name: file.read_bytes() for file in found if file.stat().st_size}
    for path, data in files.items():
        where, _, name = path.rpartition("/")
        if contents.get(name) == data and ".dist-info" not in where:
            prefix = next((each for each in prefixes[1:] if path.startswith(each)), "")
            yield prefix, where.removeprefix(prefix.rstrip("/")).lstrip("/")


def _by_convention(root: Path, output: PurePosixPath) -> str:
    top, *rest = output.parts
    is_source = top in _SOURCE_DIRECTORIES and not (root / top / "__init__.py").exists()
    return "/".join(rest) if rest and is_source else str(output)
