"""
The files of one commit, read from a clone.

A commit may hold anything, so everything that could not be a plain file in a directory
of every system is refused.
"""

from __future__ import annotations

import os
import re
import stat
from typing import TYPE_CHECKING, Final

from hatch_agpm.errors import ContentError, Location
from hatch_agpm.formats.file_names import folded, is_device
from hatch_agpm.model.files import File
from hatch_agpm.sources.locked import ListedTree, safe_path

if TYPE_CHECKING:
    from pathlib import Path

    from hatch_agpm.sources.git.repository import Entry, Repository

__all__ = ["GitTree"]

_MOST_FILES: Final = 10_000
_MOST_BYTES: Final = 10 * 1024 * 1024
_LINK: Final = "120000"
_SUBMODULE: Final = "160000"
_KINDS: Final = {_LINK: "link", _SUBMODULE: "submodule"}
_EXECUTABLE: Final = "100755"
_UNUSUAL: Final = r'[\x00-\x1f\x7f<>:"|?*\\\ud800-\udfff]|[ .]$'
"""What Windows does not accept in a name, and what is not text."""

_GIT_NAMES: Final = (".git", "git~1")
_IGNORED: Final = "[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]"
"""Characters that a file system of macOS ignores in names."""

_LARGE_FILE: Final = b"version https://git-lfs.github.com/spec/"


class GitTree(ListedTree):
    """Reads the files of one commit as objects of a clone."""

    def __init__(
        self, repository: Repository, commit: str, *, name: str, root: Path
    ) -> None:
        """Read the names of the files; `name` is that of the source."""
        self._entries_of = repository.entries(commit)
        self._repository = repository
        super().__init__(
            root,
            self._entries_of.keys(),
            links={},
            prefix=f"{name}:",
            label=f"the source '{name}'",
        )

    def entries(self, directory: str) -> list[str]:
        """Return the paths below a directory; raises ContentError for too many."""
        found = super().entries(directory)
        if len(found) > _MOST_FILES:
            what = f"has {len(found)} entries, more than {_MOST_FILES}"
            raise ContentError(
                what,
                location=Location(path=directory),
                hint="name a directory with fewer",
            )
        return found

    def status(self, path: str) -> os.stat_result:
        """Return the status that a file or directory would have in a work tree."""
        entry = self._entries_of.get(self.from_base(path))
        mode, size = stat.S_IFDIR, 0
        if entry is not None:
            kinds = {_LINK: stat.S_IFLNK, _SUBMODULE: stat.S_IFSOCK}
            mode, size = kinds.get(entry.mode, stat.S_IFREG), entry.size or 0
        return os.stat_result((mode, 0, 0, 1, 0, 0, size, 0, 0, 0))

    def is_link(self, path: str) -> bool:
        """Tell whether a path is a link."""
        entry = self._entries_of.get(self.from_base(path))
        return entry is not None and entry.mode == _LINK

    def _read(self, path: str) -> File:
        inner = self.from_base(path)
        entry = self._entries_of.get(inner)
        problem = _problem(inner, entry)
        if problem or entry is None:
            raise ContentError(problem, location=Location(path=path))
        try:
            data = self._repository.read(entry.object_id)
        except ContentError as error:
            raise ContentError(error.what, location=Location(path=path)) from None
        if data.startswith(_LARGE_FILE):
            what = "is a pointer of Git LFS, not the file itself"
            raise ContentError(what, location=Location(path=path))
        return File(path=path, data=data, executable=entry.mode == _EXECUTABLE)


def _problem(path: str, entry: Entry | None) -> str:
    """Return why an entry cannot be a file in a project; "" if it can."""
    if entry is None:
        return "is a directory, not a file"
    if entry.mode in _KINDS:
        return f"is a {_KINDS[entry.mode]}, not a file"
    if problem := _problem_of_name(path):
        return problem
    if entry.size is None:
        return "cannot be read: its object is missing or damaged"
    if entry.size > _MOST_BYTES:
        return f"has {entry.size} bytes, more than {_MOST_BYTES}"
    return ""


def _problem_of_name(path: str) -> str:
    """Return why a path cannot be that of a file in a project; "" if it can."""
    try:
        safe_path(path, "the repository")
    except ContentError:
        return "is not below its own directory on every system"
    for part in path.split("/"):
        if re.search(_UNUSUAL, part):
            return "has a name that some file systems do not accept"
        if is_device(part):
            return "has the name of a device on Windows"
        if folded(re.sub(_IGNORED, "", part)) in _GIT_NAMES:
            return "is in a directory that git would take for a repository"
    return ""
