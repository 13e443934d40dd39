"""
The files of a project: read by name, remembered, and never one outside of it.

Two directories are used: the project root, which is the boundary, and the base,
which holds the manifest and which its paths are relative to.  A file is known by its
real path relative to the root, so that two spellings of one file are one file.  An
external directory that the project declares is a tree of its own, bounded by itself.
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

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Tree"]

_MOST_GUESSES: Final = 20
_ABSENT: Final = (errno.ENOENT, errno.ENOTDIR, errno.ELOOP)
_SURROGATE: Final = "[\ud800-\udfff]"


class Tree:
    """
    Reads the files of one project; each at most once.

    Paths that come in are relative to the base unless said otherwise; paths that
    go out are real and relative to the root.
    """

    is_locked = False
    """Whether a list says which files there are, and what they hold."""

    def __init__(
        self, root: Path, base: Path, *, bounded: bool = False, label: str = ""
    ) -> None:
        """
        Take the project root and the directory of the manifest, absolute.

        If `bounded`, the base is the boundary, wherever it is; `label` is what
        messages call it.
        """
        self.root = Path(os.path.realpath(root))
        self.base = Path(os.path.realpath(base))
        self.label = label or "the project"
        self._boundary = self.base if bounded else self.root
        self._files: dict[str, File] = {}
        self._real: dict[str, str | None] = {}
        self._folders: dict[str, str] = {}
        """The real paths of directories, by path as asked for."""

        self._listings: dict[str, tuple[str, ...]] = {}
        self._guesses = 0
        self.listings: dict[str, DirectoryListing] = {}
        """What lay in the directories that were searched, by real path."""

    @property
    def read_files(self) -> Mapping[str, File]:
        """Every file that was read so far, by path."""
        return self._files

    @property
    def links(self) -> Mapping[str, str]:
        """What was located through a link: its path as asked for -> its real path."""
        asked = {
            os.path.relpath(self.base / path, self.root).replace(os.sep, "/"): real
            for path, real in self._real.items()
            if real is not None
        }
        return {
            path: real
            for path, real in asked.items()
            # What `..` behind a link means cannot be said without the link.
            if path != real and os.path.lexists(self.root / path)
        }

    @property
    def used_links(self) -> dict[str, str]:
        """The links that were followed, and where they led, relative to the base."""
        return {self.from_base(at): self.from_base(to) for at, to in self.links.items()}

    @property
    def absent(self) -> tuple[str, ...]:
        """The paths, relative to the root, that were located and led nowhere."""
        paths = (self.base / path for path, real in self._real.items() if real is None)
        return tuple(
            sorted(
                os.path.relpath(path, self.root).replace(os.sep, "/") for path in paths
            )
        )

    def locate(self, path: str) -> str | None:
        """
        Return the real path of `path`, which is relative to the base.

        None where nothing is there.  Raises ContentError where it is outside
        the project, be it by `..`, as an absolute path or through a link.
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
        """Return the real path of a path; each directory is looked at once."""
        folder, name = os.path.split(path)
        # Windows has other spellings of a name than its own.
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

    def nearest(self, path: str) -> str:
        """Return a hint that names the file most like the missing `path`, or ""."""
        if "\\" in path:
            return "paths are written with '/'"
        self._guesses += 1
        if self._guesses > _MOST_GUESSES:
            # To guess takes time, and nobody reads a thousand hints.
            return ""
        folder, _, name = path.rpartition("/")
        hint = did_you_mean(name, self._names(folder))
        if folder and hint:
            return hint.replace("'", f"'{folder}/", 1)
        return hint

    def _names(self, folder: str) -> tuple[str, ...]:
        """Return the names in a directory; none where it cannot be read."""
        if folder not in self._listings:
            names: list[str] = []
            try:
                real = self._locate(folder or ".")
                if real is not None:
                    names = [entry.name for entry in (self.root / real).iterdir()]
            except (OSError, ContentError):
                names = []
            self._listings[folder] = tuple(filter(_is_text, names))
        return self._listings[folder]

    def is_directory(self, path: str) -> bool:
        """Tell whether a real path is a directory."""
        return (self.root / path).is_dir()

    def is_file(self, path: str) -> bool:
        """Tell whether a real path, or what a link there leads to, is a file."""
        return (self.root / path).is_file()

    def is_link(self, path: str) -> bool:
        """Tell whether `path`, which is relative to the base, is a link itself."""
        return (self.base / path).is_symlink()

    def status(self, path: str) -> os.stat_result:
        """Return the status of a real path, where no link is followed."""
        return (self.root / path).lstat()

    def open_variables(self, path: str) -> tuple[str, ...]:
        """Return the values that a text lacks until it is used: known of lists only."""
        del path
        return ()

    def read(self, path: str) -> File:
        """
        Return the file at a real path.

        Raises ContentError where it is anything but a file, or cannot be read.
        """
        if path not in self._files:
            try:
                self._files[path] = self._read(path)
            except OSError as error:
                what = f"cannot be read: {error.strerror}"
                raise ContentError(what, location=Location(path=path)) from None
        return self._files[path]

    def _read(self, path: str) -> File:
        # An external directory is reached by `..`, from the root's real path.
        whole = os.path.normpath(self.root / path)
        mode = os.lstat(whole).st_mode
        if stat.S_ISDIR(mode):
            raise ContentError(
                "is a directory, not a file", location=Location(path=path)
            )
        # A link would lead anywhere, and a device or a pipe could go on for ever.
        if self._resolved(whole) != whole:
            raise ContentError("is a link, not a file", location=Location(path=path))
        if not stat.S_ISREG(mode):
            raise ContentError("is not a regular file", location=Location(path=path))
        data = Path(whole).read_bytes()
        return File(path=path, data=data, executable=bool(mode & 0o100))

    def entries(self, directory: str) -> list[str]:
        """
        List the files below a real directory, by path relative to it, sorted.

        Directories are listed as well, and entered unless they are links.  Raises
        ContentError where one cannot be read.
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
                            # Python leaves it beside scripts that have been run.
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
            searched = f"{directory}/{folder}".rstrip("/")
            self.listings[searched] = DirectoryListing(names=tuple(names), hidden=True)
        return sorted(found)


def _exists(path: str) -> bool:
    """Tell whether something is there; raises OSError where that cannot be said."""
    try:
        Path(path).stat()
    except OSError as error:
        if error.errno in _ABSENT:
            return False
        raise
    return True


def _is_text(path: str) -> bool:
    """Tell whether a name can be written down: file systems allow any bytes."""
    return path.isascii() or not re.search(_SURROGATE, path)
