"""
Reads the files of a project by name, caches them, and refuses external ones.

There are two directories: the project root, which is the boundary, and the base, the
directory of the manifest, to which its paths are relative.  A file is identified by its
real path relative to the root, so that two spellings of one file are one file.  An
external directory that the project declares is a tree of its own, with itself as
boundary.
"""

from __future__ import annotations

import errno
import os
import re
import stat
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from hatch_agpm.errors import ContentError, Location, did_you_mean
from hatch_agpm.model.files import File
from hatch_agpm.model.rendering import DirectoryListing
from hatch_agpm.reading import read_below

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Tree"]

_MOST_GUESSES: Final = 20
_ABSENT: Final = (errno.ENOENT, errno.ENOTDIR, errno.ELOOP)
_SURROGATE: Final = "[\ud800-\udfff]"


class Tree:
    """
    Reads the files of one project; each at most once.

    Arguments are paths relative to the base unless stated otherwise; results are real
    paths relative to the root.
    """

    is_locked = False
    """Whether a list defines the files and their contents."""

    def __init__(
        self, root: Path, base: Path, *, bounded: bool = False, label: str = ""
    ) -> None:
        """
        Keep the project root and the directory of the manifest, as absolute paths.

        If `bounded`, the base is the boundary; `label` is its name in messages.
        """
        self.root = Path(os.path.realpath(root))
        self.base = Path(os.path.realpath(base))
        self.label = label or "the project"
        self._boundary = self.base if bounded else self.root
        self._files: dict[str, File] = {}
        self._real: dict[str, str | None] = {}
        self._folders: dict[str, str] = {}
        """The real paths of directories, by requested path."""

        self._entries: dict[str, tuple[str, ...]] = {}
        self._guesses = 0
        self.searched: dict[str, DirectoryListing] = {}
        """The entries of the directories that were searched, by real path."""

    @property
    def read_files(self) -> Mapping[str, File]:
        """Every file that was read so far, by path."""
        return self._files

    @property
    def links(self) -> Mapping[str, str]:
        """The real paths of what was located through links, by requested path."""
        asked = {
            os.path.relpath(self.base / path, self.root).replace(os.sep, "/"): real
            for path, real in self._real.items()
            if real is not None
        }
        return {
            path: real
            for path, real in asked.items()
            # The meaning of `..` after a link depends on the link.
            if path != real and os.path.lexists(self.root / path)
        }

    @property
    def used_links(self) -> dict[str, str]:
        """The links that were followed, and their targets, relative to the base."""
        return {self.from_base(at): self.from_base(to) for at, to in self.links.items()}

    @property
    def absent(self) -> tuple[str, ...]:
        """The paths, relative to the root, that were located and do not exist."""
        paths = (self.base / path for path, real in self._real.items() if real is None)
        return tuple(
            sorted(
                os.path.relpath(path, self.root).replace(os.sep, "/") for path in paths
            )
        )

    def locate(self, path: str) -> str | None:
        """
        Return the real path of `path`, which is relative to the base.

        Returns None if it does not exist.  Raises ContentError if it is outside of the
        project, by `..`, as an absolute path or through a link.
        """
        if path not in self._real:
            self._real[path] = self._locate(path)
        return self._real[path]

    def _locate(self, path: str) -> str | None:
        self.check_relative(path)
        try:
            real = self._resolved(os.fspath(self.base / path))
            exists = _exists(real)
        except OSError as error:
            raise ContentError(f"cannot read {path!r}: {error.strerror}") from None
        boundary = str(self._boundary)
        if real != boundary and not real.startswith(boundary.rstrip(os.sep) + os.sep):
            lexical = Path(os.path.normpath(self.base / path))
            inside = lexical.is_relative_to(self._boundary)
            raise ContentError(
                f"{path!r} leads out of {self.label}{' through a link' * inside}",
                hint=f"move the file into {self.label}",
            )
        if not exists:
            return None
        if self._boundary == self.root:
            return real[len(boundary) :].lstrip(os.sep).replace(os.sep, "/") or "."
        return os.path.relpath(real, self.root).replace(os.sep, "/")

    def _resolved(self, path: str) -> str:
        """Return the real path of a path; each directory is resolved once."""
        folder, name = os.path.split(path)
        # On Windows a name has several spellings.
        if os.name == "nt" or name in {"", ".", ".."}:
            return os.path.realpath(path)
        if folder not in self._folders:
            self._folders[folder] = os.path.realpath(folder)
        whole = Path(self._folders[folder], name)
        return os.path.realpath(path) if whole.is_symlink() else str(whole)

    def check_relative(self, path: str) -> None:
        """Raise ContentError for a path that is absolute, or is not text."""
        if "\0" in path or PurePosixPath(path).is_absolute():
            raise ContentError(
                f"the path {path!r} must be relative to {self.label}",
                hint="a build on another machine could not find it",
            )
        if not _is_text(path):
            raise ContentError(f"the path {path!r} is not UTF-8 text")

    def from_base(self, path: str) -> str:
        """Return a real path as AGPM names it: relative to the base, with `../`."""
        if self.base == self.root:
            return path
        relative = os.path.relpath(self.root / path, self.base)
        return relative.replace(os.sep, "/")

    def stored_path(self, path: str) -> str:
        """Return the path, relative to the root, of the bytes of a file."""
        return path

    def nearest(self, path: str) -> str:
        """Return a hint with the most similar file to a missing path, or ""."""
        if "\\" in path:
            return "paths are written with '/'"
        self._guesses += 1
        if self._guesses > _MOST_GUESSES:
            # Guessing takes time, and more hints are not useful.
            return ""
        folder, _, name = path.rpartition("/")
        hint = did_you_mean(name, self._names(folder))
        if folder and hint:
            return hint.replace("'", f"'{folder}/", 1)
        return hint

    def _names(self, folder: str) -> tuple[str, ...]:
        """Return the names in a directory; () if it cannot be read."""
        if folder not in self._entries:
            names: list[str] = []
            try:
                real = self._locate(folder or ".")
                if real is not None:
                    names = [entry.name for entry in (self.root / real).iterdir()]
            except (OSError, ContentError):
                names = []
            self._entries[folder] = tuple(filter(_is_text, names))
        return self._entries[folder]

    def is_directory(self, path: str) -> bool:
        """Tell whether a real path is a directory."""
        return (self.root / path).is_dir()

    def is_file(self, path: str) -> bool:
        """Tell whether a real path, or the target of a link there, is a file."""
        return (self.root / path).is_file()

    def is_link(self, path: str) -> bool:
        """Tell whether `path`, which is relative to the base, is a link itself."""
        return (self.base / path).is_symlink()

    def status(self, path: str) -> os.stat_result:
        """Return the status of a real path, without following links."""
        return (self.root / path).lstat()

    def open_variables(self, path: str) -> tuple[str, ...]:
        """Return the run-time variables of a rendered text; only a list has any."""
        del path
        return ()

    def read(self, path: str) -> File:
        """
        Return the file at a real path.

        Raises ContentError if it is not a file, or cannot be read.
        """
        if path not in self._files:
            try:
                self._files[path] = self._read(path)
            except OSError as error:
                what = f"cannot be read: {error.strerror}"
                raise ContentError(what, location=Location(path=path)) from None
        return self._files[path]

    def _read(self, path: str) -> File:
        # The path of an external directory begins with `..`, relative to the real root.
        whole = os.path.normpath(self.root / path)
        seen = os.lstat(whole)
        mode = seen.st_mode
        if stat.S_ISDIR(mode):
            raise ContentError(
                "is a directory, not a file", location=Location(path=path)
            )
        # A link could point anywhere, and a device or a pipe could be endless.
        if self._resolved(whole) != whole:
            raise ContentError("is a link, not a file", location=Location(path=path))
        if not stat.S_ISREG(mode):
            raise ContentError("is not a regular file", location=Location(path=path))
        boundary = str(self._boundary)
        inside = os.path.relpath(whole, boundary).replace(os.sep, "/")
        data = read_below(boundary, inside, seen)
        return File(path=path, data=data, executable=bool(mode & 0o100))

    def entries(self, directory: str) -> list[str]:
        """
        List the files below a real directory, by path relative to it, sorted.

        Directories are listed as well, and entered unless they are links.  Raises
        ContentError if one cannot be read.
        """
        found: list[str] = []
        waiting = [""]
        while waiting:
            folder = waiting.pop()
            names: list[str] = []
            try:
                with os.scandir(self.root / directory / folder) as entries:
                    for entry in entries:
                        if entry.name == "__pycache__":
                            # Python writes it beside scripts that were run.
                            continue
                        path = f"{folder}{entry.name}"
                        found.append(path)
                        is_directory = entry.is_dir(follow_symlinks=False)
                        names.append(entry.name + "/" * is_directory)
                        if is_directory:
                            waiting.append(f"{path}/")
            except OSError as error:
                what = f"cannot be read: {error.strerror}"
                where = f"{directory}/{folder}".strip("/")
                raise ContentError(what, location=Location(path=where)) from None
            path = f"{directory}/{folder}".rstrip("/")
            self.searched[path] = DirectoryListing(names=tuple(names), hidden=True)
        return sorted(found)


def _exists(path: str) -> bool:
    """Tell whether a path exists; raises OSError if that cannot be determined."""
    try:
        Path(path).stat()
    except OSError as error:
        if error.errno in _ABSENT:
            return False
        raise
    return True


def _is_text(path: str) -> bool:
    """Tell whether a name is valid text: file systems allow any bytes."""
    return path.isascii() or not re.search(_SURROGATE, path)
