"""
Replaces the vendored copies of a project so that a killed run does no harm.

The lock file is replaced last, and at once.  Until then, files that it lists and that
are replaced are kept in a directory of their own, where builds find them: the lock file
has their sha256.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from hatch_agpm.build.writing import remove_empty, replace_file, write_files
from hatch_agpm.errors import AgpmError, BundleError, raise_problems
from hatch_agpm.model.rendering import FileContent
from hatch_agpm.reading import read_regular
from hatch_agpm.sources.locked import PREVIOUS
from hatch_agpm.sources.lockfile import LOCK_FILE, read_lock

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from hatch_agpm.sources.lockfile import Locked

__all__ = ["Replacement"]

_NEW: Final = ".hatch-agpm-new"
"""Beside the directories of sources: files that are going to be moved there."""


@dataclass(frozen=True, kw_only=True)
class Replacement:
    """The copies that are wanted, and those that the lock file lists."""

    root: Path
    files: Mapping[str, Mapping[str, FileContent]]
    """By directory of a source and path in it."""

    lock: str
    """The text of the new lock file; "" for none."""

    old: Mapping[str, Locked]
    """The contents of the present lock file, by source."""

    def stale(self) -> Iterator[str]:
        """Yield the paths of files in the directories that are not wanted."""
        for directory in self._directories:
            known = self.files.get(directory, {})
            for path in _files_below(self.root / directory):
                if path not in known:
                    yield f"{directory}/{path}"

    def write(self) -> None:
        """
        Replace the copies and the lock file.

        Raises BundleError, before anything is written, if a directory has files that
        are not ours.
        """
        stale = self._checked_stale()
        changed = {
            directory: {
                path: file
                for path, file in files.items()
                if not _is_there(self.root / directory / path, file)
            }
            for directory, files in self.files.items()
        }
        for top in self._tops:
            shutil.rmtree(top / _NEW, ignore_errors=True)
            write_files(top / _NEW, {LOCK_FILE: FileContent(data=self.lock.encode())})
        for directory, files in changed.items():
            write_files(_beside(self.root / directory, _NEW), files)
        self._keep(stale, changed)
        for path in stale:
            (self.root / path).unlink()
        for directory, files in changed.items():
            self._move(self.root / directory, files)
        self._replace_lock()
        for top in self._tops:
            shutil.rmtree(top / _NEW, ignore_errors=True)
            shutil.rmtree(top / PREVIOUS, ignore_errors=True)
        for directory in self._directories:
            _remove_empty_directories(self.root / directory)
        for top in self._tops:
            remove_empty([top])

    @cached_property
    def _directories(self) -> list[str]:
        old = (locked.directory for locked in self.old.values())
        return sorted({*self.files, *old})

    @cached_property
    def _tops(self) -> list[Path]:
        """The directories that the directories of sources are in."""
        return sorted({(self.root / each).parent for each in self._directories})

    def _checked_stale(self) -> list[str]:
        """Return the files to delete; raise BundleError for those of others."""
        ours = set(self._listed(self.old))
        for top in self._tops:
            ours.update(self._listed(_pending(top / _NEW / LOCK_FILE)))
        stale = list(self.stale())
        hint = "move it elsewhere"
        problems: list[AgpmError] = [
            BundleError(path, f"is not listed in {LOCK_FILE}", hint)
            for path in stale
            if path not in ours
        ]
        raise_problems(problems)
        return stale

    def _listed(self, locked: Mapping[str, Locked]) -> Iterator[str]:
        for each in locked.values():
            yield from (f"{each.directory}/{path}" for path in each.file_list.files)

    def _keep(
        self, stale: list[str], changed: Mapping[str, Mapping[str, FileContent]]
    ) -> None:
        """Copy the files that the lock file lists and that are going to change."""
        going = {*stale, *(f"{at}/{path}" for at in changed for path in changed[at])}
        for each in self.old.values():
            directory = self.root / each.directory
            for path, listed in each.file_list.files.items():
                whole = directory / path
                if f"{each.directory}/{path}" not in going or not whole.is_file():
                    continue
                data = read_regular(whole)
                # A killed run has kept the file that another one has replaced.
                if hashlib.sha256(data).hexdigest() == listed.sha256:
                    file = FileContent(data=data, executable=listed.executable)
                    replace_file(_beside(directory, PREVIOUS) / path, file)

    def _move(self, directory: Path, files: Mapping[str, FileContent]) -> None:
        """Move new files to their places."""
        for path in files:
            whole = directory / path
            _make_way(directory, whole)
            (_beside(directory, _NEW) / path).replace(whole)

    def _replace_lock(self) -> None:
        whole = self.root / LOCK_FILE
        lock = FileContent(data=self.lock.encode())
        if not self.lock:
            whole.unlink(missing_ok=True)
        elif not _is_there(whole, lock):
            replace_file(whole, lock)


def _beside(directory: Path, name: str) -> Path:
    """Return the directory for the files of a source in a directory of ours."""
    return directory.parent / name / directory.name


def _pending(path: Path) -> Mapping[str, Locked]:
    """Return the lock file of a run that was killed; {} without one."""
    try:
        return read_lock(read_regular(path).decode())
    except (OSError, ValueError, AgpmError):
        return {}


def _is_there(path: Path, file: FileContent) -> bool:
    if path.is_symlink() or not path.is_file():
        return False
    is_executable = bool(path.stat().st_mode & 0o100)
    same_mode = os.name == "nt" or is_executable == file.executable
    return same_mode and read_regular(path) == file.data


def _make_way(directory: Path, path: Path) -> None:
    """Make the directories of a path, and remove what is left of others there."""
    for parent in reversed(path.relative_to(directory).parents):
        folder = directory / parent
        if folder.is_symlink() or folder.is_file():
            folder.unlink()
        folder.mkdir(parents=True, exist_ok=True)
    if path.is_dir() and not path.is_symlink():
        _remove_empty_directories(path)


def _files_below(directory: Path) -> list[str]:
    paths = (path for path in directory.rglob("*") if not path.is_dir())
    return sorted(path.relative_to(directory).as_posix() for path in paths)


def _remove_empty_directories(directory: Path) -> None:
    """Remove the directories below a directory that hold no file, and itself."""
    folders = [path for path in directory.rglob("*") if path.is_dir()]
    for folder in [*sorted(folders, reverse=True), directory]:
        remove_empty([folder])
