"""
Files of a project, read and written without following a link anywhere on the path.

Each directory is opened by its parent, so that nobody can replace one by a link
between a check and its use.  Where a system cannot do that, each part is checked first.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from hatch_agpm.errors import BundleError
from hatch_agpm.formats.file_names import folded
from hatch_agpm.install.record import DIRECTORY

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from hatch_agpm.model.rendering import FileContent

__all__ = ["Disk", "FoundFile"]

_STAGED: Final = "new-"
"""How files in our directory begin that are being written."""

_JUNCTION: Final = 0xA0000003
"""The tag of a directory of Windows that is a link to another one."""

_NO_LINK: Final = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
_BINARY: Final = getattr(os, "O_BINARY", 0) | _NO_LINK
_NO_SPACE: Final = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)}
_NO_ACCESS: Final = {errno.EACCES, errno.EPERM, errno.EROFS}
_READ: Final = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | _BINARY
_WRITE: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY
_ENTER: Final = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | _NO_LINK
_RELATIVE: Final = (
    hasattr(os, "O_NOFOLLOW")
    and os.scandir in os.supports_fd
    and {os.open, os.stat, os.mkdir, os.unlink, os.rmdir, os.rename}
    <= os.supports_dir_fd
)


@dataclass(frozen=True, kw_only=True, slots=True)
class FoundFile:
    """What is at a path."""

    data: bytes | None = None
    """The bytes of a regular file; None for nothing, and for anything else."""

    blocked: str = ""
    """Why nothing can be written there, "" if it can."""

    executable: bool = False
    """Whether its owner may run it."""

    obstacle: str = ""
    """The path of the file or directory that is in the way; "" without one."""

    @property
    def sha256(self) -> str:
        """Of the bytes; "" without a file."""
        return "" if self.data is None else hashlib.sha256(self.data).hexdigest()


class _Directory:
    """A directory that is open, or its path where that is not possible."""

    def __init__(self, path: str, descriptor: int | None) -> None:
        self.path = path
        self.descriptor = descriptor

    def at(self, name: str) -> str:
        """Return the path of an entry, for calls that take the descriptor, too."""
        return name if self.descriptor is not None else f"{self.path}/{name}"

    def names(self) -> list[str]:
        place = self.path if self.descriptor is None else self.descriptor
        with os.scandir(place) as entries:
            return [entry.name for entry in entries]

    def status(self, name: str) -> os.stat_result | None:
        """Return the status of an entry, or of a link itself; None without one."""
        try:
            return os.stat(self.at(name), dir_fd=self.descriptor, follow_symlinks=False)
        except FileNotFoundError:
            return None

    @contextmanager
    def entered(self, name: str) -> Iterator[_Directory]:
        path = f"{self.path}/{name}"
        if self.descriptor is None:
            yield _Directory(path, None)
            return
        opened = os.open(name, _ENTER, dir_fd=self.descriptor)
        try:
            yield _Directory(path, opened)
        finally:
            os.close(opened)


class _Spellings:
    """The names in directories, by what some systems take for the same name."""

    def __init__(self) -> None:
        self._found: dict[str, dict[str, list[str]]] = {}

    def like(self, directory: _Directory, name: str) -> list[str]:
        """Return the entries of a directory that may be the same as a name."""
        if directory.path not in self._found:
            found = self._found[directory.path] = {}
            for each in directory.names():
                found.setdefault(folded(each), []).append(each)
        return self._found[directory.path].get(folded(name), [])

    def forget(self) -> None:
        """Read all directories again."""
        self._found.clear()


class _BlockedError(BundleError):
    """A part of a path is not what it has to be."""

    def __init__(self, path: str, what: str, obstacle: str = "") -> None:
        super().__init__(path, what)
        self.obstacle = obstacle

    @property
    def sentence(self) -> str:
        """What is wrong, with the part."""
        return f"'{self.path}' {self.what}"


class Disk:
    """
    The files below the directory of a project, by path from it with `/`.

    Raises BundleError, with the path, for what the system does not allow.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._spellings: Final = _Spellings()

    def find(self, path: str, gone: Collection[str] = ()) -> FoundFile:
        """
        Return what is at a path.

        What is in `gone` is going to be removed before: it is not in the way.
        """
        return self._found(path, gone, self._spellings)

    def _found(
        self, path: str, gone: Collection[str], spellings: _Spellings | None
    ) -> FoundFile:
        """Return the same; without `spellings`, other names are not in the way."""
        try:
            with (
                _reported(path, "read"),
                self._parent(path, gone, spellings) as (directory, name),
            ):
                status = _checked(directory, name, path, gone, spellings)
                if status is None:
                    return FoundFile()
                if not stat.S_ISREG(status.st_mode):
                    what = f"'{path}' is not a regular file"
                    return FoundFile(blocked=what, obstacle=path)
                executable = bool(status.st_mode & stat.S_IXUSR)
                return FoundFile(data=_read(directory, name), executable=executable)
        except FileNotFoundError:
            return FoundFile()
        except _BlockedError as error:
            return FoundFile(blocked=error.sentence, obstacle=error.obstacle)

    def write(self, path: str, content: FileContent, expected: str) -> None:
        """
        Write a file at once; its directory must be there.

        `expected` is the SHA-256 of what it replaces, "" for nothing.  Raises
        BundleError if there is something else.
        """
        self._check(path, expected)
        staged = f"{_STAGED}{os.getpid()}"
        with (
            _reported(path, "written"),
            self._parent(path) as (directory, name),
            self._opened(DIRECTORY) as staging,
        ):
            try:
                _stage(staging, staged, content, directory.status(name))
                os.replace(
                    staging.at(staged),
                    directory.at(name),
                    src_dir_fd=staging.descriptor,
                    dst_dir_fd=directory.descriptor,
                )
            except OSError as error:
                _remove(staging, staged)
                if error.errno != errno.EXDEV:
                    raise
                what = f"is on another file system than {DIRECTORY}"
                raise BundleError(path, what, "mount both on one") from None

    def remove(self, path: str, expected: str) -> None:
        """Remove a file; raises BundleError if its SHA-256 is not the expected one."""
        self._check(path, expected)
        with _reported(path, "removed"), self._parent(path) as (directory, name):
            os.unlink(directory.at(name), dir_fd=directory.descriptor)

    def make(self, path: str) -> None:
        """Make a directory, whose parent must be there."""
        with _reported(path, "made"), self._parent(path) as (directory, name):
            os.mkdir(directory.at(name), dir_fd=directory.descriptor)
        self._spellings.forget()

    def remove_empty(self, path: str) -> bool:
        """Remove a directory if it is empty; tell whether it is not there any more."""
        try:
            with self._parent(path) as (directory, name):
                os.rmdir(directory.at(name), dir_fd=directory.descriptor)
        except FileNotFoundError:
            return True
        except (OSError, _BlockedError):
            return False
        return True

    def emptied(self, directories: Collection[str], gone: Collection[str]) -> set[str]:
        """Return which directories have nothing but paths in `gone`, or each other."""
        found, left = set[str](), set(gone)
        for path in sorted(directories, reverse=True):
            if self.has_directory(path):
                with _reported(path, "read"), self._opened(path) as directory:
                    inside = {f"{path}/{name}" for name in directory.names()}
                if inside <= left:
                    found.add(path)
                    left.add(path)
        return found

    def has_directory(self, path: str) -> bool:
        """Tell whether there is a directory at a path; a link is none."""
        try:
            with _reported(path, "read"), self._parent(path) as (directory, name):
                status = directory.status(name)
        except (FileNotFoundError, _BlockedError):
            return False
        return status is not None and stat.S_ISDIR(status.st_mode)

    def clean(self) -> None:
        """Remove what a run that was killed has left in our directory."""
        with _reported(DIRECTORY, "read"), self._opened(DIRECTORY) as staging:
            for name in staging.names():
                if name.startswith(_STAGED):
                    _remove(staging, name)

    def _check(self, path: str, expected: str) -> None:
        # A file with another spelling is either another file, or it is found here.
        found = self._found(path, (), None)
        self._spellings.forget()
        if found.blocked or found.sha256 != expected:
            what = found.blocked or "was changed while the command ran"
            raise BundleError(path, what, "run it again")

    @contextmanager
    def _opened(self, path: str) -> Iterator[_Directory]:
        """Open a directory; raises OSError or _BlockedError."""
        with self._parent(f"{path}/x") as (directory, _):
            yield directory

    @contextmanager
    def _parent(
        self,
        path: str,
        gone: Collection[str] = (),
        spellings: _Spellings | None = None,
    ) -> Iterator[tuple[_Directory, str]]:
        """Open the directory of a path, part by part."""
        *folders, name = path.split("/")
        opened = os.open(self.root, os.O_RDONLY) if _RELATIVE else None
        try:
            top = _Directory(str(self.root), opened)
            with _descended(top, folders, "", gone, spellings) as directory:
                yield directory, name
        finally:
            if opened is not None:
                os.close(opened)


@contextmanager
def _reported(path: str, what: str) -> Iterator[None]:
    """Raise BundleError for an OSError: what cannot be done with a path, and advice."""
    try:
        yield
    except OSError as error:
        if what == "read" and isinstance(error, FileNotFoundError):
            raise
        hint = "run the command again when that is possible"
        if error.errno in _NO_SPACE:
            hint = "make room for it, and run the command again"
        if error.errno in _NO_ACCESS:
            hint = "allow yourself to do that, and run the command again"
        reason = error.strerror or error
        raise BundleError(path, f"cannot be {what}: {reason}", hint) from None


@contextmanager
def _descended(
    directory: _Directory,
    folders: list[str],
    shown: str,
    gone: Collection[str],
    spellings: _Spellings | None,
) -> Iterator[_Directory]:
    """Enter one folder after the other; raises _BlockedError for a link."""
    if not folders:
        yield directory
        return
    name = folders[0]
    shown = f"{shown}/{name}" if shown else name
    status = _checked(directory, name, shown, gone, spellings)
    if status is None:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), shown)
    if not stat.S_ISDIR(status.st_mode):
        raise _BlockedError(shown, "is not a directory", shown)
    with (
        directory.entered(name) as inner,
        _descended(inner, folders[1:], shown, gone, spellings) as last,
    ):
        yield last


def _checked(
    directory: _Directory,
    name: str,
    shown: str,
    gone: Collection[str],
    spellings: _Spellings | None,
) -> os.stat_result | None:
    """
    Return the status of an entry that is not a link; None without one, or in `gone`.

    Raises _BlockedError for a link, and for an entry that some systems would not
    distinguish from it.
    """
    status = directory.status(name)
    if status is not None:
        is_junction = getattr(status, "st_reparse_tag", 0) == _JUNCTION
        if stat.S_ISLNK(status.st_mode) or is_junction:
            raise _BlockedError(shown, "is a link")
    above = shown.removesuffix(name)
    for other in spellings.like(directory, name) if spellings else ():
        if other != name and above + other not in gone:
            what = f"differs from '{other}' in case or composed letters only"
            raise _BlockedError(shown, what, above + other)
    return None if shown in gone else status


def _read(directory: _Directory, name: str) -> bytes:
    opened = os.open(directory.at(name), _READ, dir_fd=directory.descriptor)
    with os.fdopen(opened, "rb") as file:
        if not stat.S_ISREG(os.fstat(opened).st_mode):
            raise OSError(errno.EAGAIN, "it was replaced while it was read", name)
        return file.read()


def _stage(
    directory: _Directory,
    name: str,
    content: FileContent,
    replaced: os.stat_result | None,
) -> None:
    """
    Write a file that is going to replace another one.

    Who may read and write that may still do so: settings can hold secrets.
    """
    mode = 0o755 if content.executable else 0o644
    if replaced is not None:
        mode = replaced.st_mode & 0o666
        mode |= (mode & 0o444) >> 2 if content.executable else 0
    _remove(directory, name)
    opened = os.open(directory.at(name), _WRITE, mode, dir_fd=directory.descriptor)
    with os.fdopen(opened, "wb") as file:
        file.write(content.data)
        if replaced is not None and hasattr(os, "fchmod"):
            os.fchmod(opened, mode)


def _remove(directory: _Directory, name: str) -> None:
    if directory.status(name) is not None:
        os.unlink(directory.at(name), dir_fd=directory.descriptor)
