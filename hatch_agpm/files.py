"""
The files of a project: read by name, remembered, and never one outside of it.

Two directories matter: the project root, which is the boundary, and the base,
where the manifest lies and where its paths start.  A file is known by its real
path relative to the root, so that two spellings of one file are one file.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from hatch_agpm.errors import ContentError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["File", "Tree"]


@dataclass(frozen=True, kw_only=True, slots=True)
class File:
    """The content of one file, read once."""

    path: str
    """The real path, relative to the project root, with `/`."""

    data: bytes
    executable: bool

    @property
    def sha256(self) -> str:
        """Of the bytes, in hexadecimal digits."""
        return hashlib.sha256(self.data).hexdigest()

    @property
    def text(self) -> str:
        """The content as text; raises ContentError where it is not UTF-8."""
        try:
            return self.data.decode()
        except UnicodeDecodeError as error:
            line = self.data.count(b"\n", 0, error.start) + 1
            raise ContentError(
                "is not UTF-8 text",
                self.path,
                line,
                got=f"byte 0x{self.data[error.start]:02x}",
                hint="save the file as UTF-8",
            ) from None


class Tree:
    """
    Reads the files of one project; each at most once.

    Paths that come in are relative to the base unless said otherwise; paths that
    go out are real and relative to the root.
    """

    def __init__(self, root: Path, base: Path) -> None:
        """Take the project root and the directory of the manifest, absolute."""
        self.root = Path(os.path.realpath(root))
        self.base = Path(os.path.realpath(base))
        self._files: dict[str, File] = {}
        self._real: dict[str, str | None] = {}

    @property
    def read_files(self) -> Mapping[str, File]:
        """Every file that was read so far, by path."""
        return self._files

    def locate(self, path: str) -> str | None:
        """
        Return the real path of `path`, which is relative to the base.

        None where nothing is there.  Raises ContentError where it lies outside
        the project, be it by `..`, as an absolute path or through a link.
        """
        if path not in self._real:
            self._real[path] = self._locate(path)
        return self._real[path]

    def _locate(self, path: str) -> str | None:
        if "\0" in path or PurePosixPath(path).is_absolute():
            raise ContentError(
                f"the path {path!r} must be relative to the project",
                hint="a build on another machine could not find it",
            )
        try:
            real = Path(os.path.realpath(self.base / path))
            exists = real.exists()
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else str(error)
            raise ContentError(f"cannot read {path!r}: {reason}") from None
        if not real.is_relative_to(self.root):
            lexical = Path(os.path.normpath(self.base / path))
            through = " through a link" if lexical.is_relative_to(self.root) else ""
            raise ContentError(
                f"{path!r} leads out of the project{through}",
                hint="move the file into the project",
            )
        return real.relative_to(self.root).as_posix() if exists else None

    def from_base(self, path: str) -> str:
        """Return a real path as AGPM names it: relative to the base, with `../`."""
        relative = os.path.relpath(self.root / path, self.base)
        return relative.replace(os.sep, "/")

    def nearest(self, path: str) -> str:
        """Return a hint that names the file most like the missing `path`, or ""."""
        folder, _, name = path.rpartition("/")
        try:
            names = sorted(path.name for path in (self.base / folder).iterdir())
        except (OSError, ValueError):
            return ""
        hint = did_you_mean(name, names)
        if folder and hint:
            return hint.replace("'", f"'{folder}/", 1)
        return hint

    def is_directory(self, path: str) -> bool:
        """Tell whether a real path is a directory."""
        return (self.root / path).is_dir()

    def read(self, path: str) -> File:
        """
        Return the file at a real path.

        Raises ContentError where it is a directory or cannot be read.
        """
        if path not in self._files:
            whole = self.root / path
            if whole.is_dir():
                raise ContentError("is a directory, not a file", path)
            try:
                data = whole.read_bytes()
                executable = bool(whole.stat().st_mode & 0o111)
            except OSError as error:
                what = f"cannot be read: {error.strerror}"
                raise ContentError(what, path) from None
            self._files[path] = File(path=path, data=data, executable=executable)
        return self._files[path]

    def entries(self, directory: str, *, into_directories: bool = True) -> list[str]:
        """
        List what lies below a real directory, by path relative to it, sorted.

        Directories are listed as well, and entered unless they are links.
        """
        top = self.root / directory
        found: list[str] = []
        for folder, names, files in os.walk(top):
            inside = Path(folder).relative_to(top)
            found += [(inside / name).as_posix() for name in (*names, *files)]
            names[:] = [
                name
                for name in names
                if into_directories and not Path(folder, name).is_symlink()
            ]
        return sorted(found)
