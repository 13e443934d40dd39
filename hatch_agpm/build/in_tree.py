"""
A bundle in the source tree, for `editable = "in-tree"`.

A marker in the output directory lists what was written, with its sha256: these files
may be replaced and removed, all others are the user's.  Files are replaced atomically,
and the marker lists a file before it is written, so that after a crash the next run
does not treat it as a file of the user.
"""

from __future__ import annotations

import hashlib
import shutil
from typing import TYPE_CHECKING, Final

from hatch_agpm.build.writing import remove_empty, replace_file
from hatch_agpm.model.rendering import FileContent
from hatch_agpm.reading import read_regular

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from pathlib import Path

__all__ = [
    "is_owned",
    "recorded_digests",
    "release",
    "remove_from_tree",
    "write_into_tree",
]

_MARKER: Final = ".hatch-agpm"
_IGNORED: Final = ".gitignore"
_HEADER: Final = "# hatch-agpm writes, replaces and removes these files\n"


def is_owned(directory: Path, path: str) -> bool:
    """Tell whether a file in an output directory was written there and not changed."""
    if path.startswith(_MARKER):
        return True
    return _sha256(_read(directory / path)) in _listed(directory).get(path, ())


def write_into_tree(
    directory: Path, files: Mapping[str, FileContent], *, kept: Collection[str] = ()
) -> None:
    """
    Write a bundle into an output directory, and remove what was written there before.

    `kept` are the stubs that the user has there.  The caller must have checked the
    files that are not listed in the marker.  Raises `OSError`.
    """
    contents = {path: file for path, file in files.items() if path not in kept}
    contents[_IGNORED] = _ignored(kept)
    before = _listed(directory)
    after = {path: {file.sha256} for path, file in contents.items()}
    directory.mkdir(parents=True, exist_ok=True)
    both = {
        path: before.get(path, set()) | after.get(path, set())
        for path in {*before, *after}
    }
    _write_marker(directory, both)
    for path, file in contents.items():
        replace_file(directory / path, file, part_in=directory)
    _remove(directory, set(before) - set(after))
    _write_marker(directory, after)


def remove_from_tree(directory: Path) -> None:
    """Remove what was written into an output directory, and nothing else."""
    listed = _listed(directory)
    if not (directory / _MARKER).exists():
        return
    _remove(directory, {path for path in listed if is_owned(directory, path)})
    (directory / _MARKER).unlink()
    shutil.rmtree(directory / "__pycache__", ignore_errors=True)
    remove_empty([directory])


def release(directory: Path, paths: Collection[str]) -> None:
    """Remove files from the marker, so that they are the user's."""
    listed = _listed(directory)
    found = [path for path in paths if path in listed]
    for path in found:
        del listed[path]
    if found:
        ignored = _ignored(paths)
        replace_file(directory / _IGNORED, ignored)
        listed[_IGNORED] = {ignored.sha256}
        _write_marker(directory, listed)


def recorded_digests(directory: Path) -> dict[str, str]:
    """Return the sha256 of each unchanged file that was written there, by path."""
    recorded = {}
    for path, digests in _listed(directory).items():
        digest = _sha256(_read(directory / path))
        if digest in digests:
            recorded[path] = digest
    if (directory / _MARKER).is_file():
        recorded[_MARKER] = _sha256(_read(directory / _MARKER))
    return recorded


def _ignored(kept: Iterable[str]) -> FileContent:
    """Return a .gitignore for the directory that keeps the user's own files."""
    text = "*\n" + "".join(f"!/{path}\n" for path in sorted(kept))
    return FileContent(data=text.encode())


def _listed(directory: Path) -> dict[str, set[str]]:
    """Return the digests that each file in the marker may have."""
    try:
        text = read_regular(directory / _MARKER).decode()
    except (OSError, ValueError):
        return {}
    listed: dict[str, set[str]] = {}
    for line in text.removeprefix(_HEADER).splitlines():
        digest, _, path = line.partition(" ")
        listed.setdefault(path, set()).add(digest)
    return listed


def _write_marker(directory: Path, listed: Mapping[str, Iterable[str]]) -> None:
    lines = [
        f"{digest} {path}\n"
        for path, digests in sorted(listed.items())
        for digest in sorted(digests)
    ]
    text = "".join([_HEADER, *lines])
    replace_file(directory / _MARKER, FileContent(data=text.encode()))


def _remove(directory: Path, paths: Iterable[str]) -> None:
    """Remove files, and the directories that they leave empty."""
    for path in sorted(paths):
        file = directory / path
        file.unlink(missing_ok=True)
        remove_empty(parent for parent in file.parents if directory in parent.parents)


def _read(file: Path) -> bytes:
    try:
        return read_regular(file)
    except OSError:
        return b""


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
