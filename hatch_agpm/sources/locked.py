"""
Directories of which a build reads only listed files, each with its sha256.

Copies in an sdist, vendored copies and the files of an installed distribution are of
this kind.  The list defines which files exist; the directory only supplies their bytes,
and a file that differs is an error.
"""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final, Self

from hatch_agpm.errors import (
    ContentError,
    Location,
)
from hatch_agpm.formats.toml import list_of_tables
from hatch_agpm.installed.index import damage_of
from hatch_agpm.model.files import File
from hatch_agpm.reading import read_below
from hatch_agpm.sources.tree import Tree

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from hatch_agpm.model.rendering import UsedSource

__all__ = [
    "PREVIOUS",
    "FileList",
    "ListedTree",
    "LockedFile",
    "LockedTree",
    "read_file_list",
    "safe_path",
]

PREVIOUS: Final = ".hatch-agpm-previous"
"""
A directory beside those of vendored sources, with files that are being replaced.

It is there while `hatch-agpm vendor` runs, or after that was killed.
"""

_SHA256 = "[0-9a-f]{64}"


@dataclass(frozen=True, kw_only=True, slots=True)
class LockedFile:
    """The expected content of one listed file."""

    sha256: str
    executable: bool = False
    runtime: tuple[str, ...] = ()
    """The run-time variables of its text."""

    stored: str = ""
    """The path of its copy in the directory; "" for its own."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FileList:
    """The files of a directory, by path relative to it, with `/`."""

    files: Mapping[str, LockedFile]

    links: Mapping[str, str]
    """The targets of links, by the path of the link."""

    @classmethod
    def of(cls, used: UsedSource) -> Self:
        """Return the list of the used files of a source."""
        files = {
            file.path: LockedFile(
                sha256=hashlib.sha256(file.data).hexdigest(),
                executable=file.executable,
            )
            for file in used.files
        }
        return cls(files=files, links=used.links)

    def as_table(self) -> dict[str, object]:
        """
        Return it as plain values, sorted; `read_file_list` is the inverse.

        Run-time variables are not included, because used texts have none.
        """
        files = [
            {"path": path, "sha256": file.sha256}
            | ({"executable": True} if file.executable else {})
            | ({"stored": file.stored} if file.stored else {})
            for path, file in sorted(self.files.items())
        ]
        links = [{"path": path, "to": to} for path, to in sorted(self.links.items())]
        return {"files": files} | ({"links": links} if links else {})


def read_file_list(table: Mapping[str, object], shown: str) -> FileList:
    """
    Return the list from plain values; `shown` is their file.

    Raises ContentError if they are not a list, or if a path is not below the directory.
    """
    try:
        files = {
            safe_path(item["path"], shown): LockedFile(
                sha256=_digest(item["sha256"], shown),
                executable=bool(item.get("executable")),
                runtime=tuple(_texts(item.get("runtime", []))),
                stored=_stored(item, shown),
            )
            for item in list_of_tables(table["files"])
        }
        links = {
            safe_path(item["path"], shown): safe_path(item["to"], shown)
            for item in list_of_tables(table.get("links", []))
        }
    except (LookupError, TypeError, AttributeError) as error:
        raise ContentError(
            f"is damaged: {damage_of(error)}", location=Location(path=shown)
        ) from None
    file_list = FileList(files=files, links=links)
    for to in links.values():
        if to not in files:
            raise ContentError(
                f"lists a link to '{to}', but not that file",
                location=Location(path=shown),
            )
    return file_list


def _stored(item: Mapping[str, object], shown: str) -> str:
    return safe_path(item["stored"], shown) if "stored" in item else ""


def _texts(value: object) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(e, str) for e in value):
        raise TypeError(value)
    return value


def _digest(value: object, shown: str) -> str:
    if not isinstance(value, str) or not re.fullmatch(_SHA256, value):
        raise ContentError(
            "lists a value that is not a sha256",
            location=Location(path=shown),
            got=repr(value),
        )
    return value


def safe_path(path: object, shown: str) -> str:
    """
    Return a path if it is below its directory on every system.

    Raises ContentError, with `shown` as the file that lists it, if it is not.
    """
    parts = path.split("/") if isinstance(path, str) else [""]
    if not {"", ".", ".."}.isdisjoint(parts) or not set("\\:\0").isdisjoint(str(path)):
        what = f"lists the file {path!r}, which is not below its own directory"
        raise ContentError(what, location=Location(path=shown))
    return str(path)


class ListedTree(Tree):
    """
    Reads only the files of a list.

    The paths that it returns are those of the list, after a prefix that distinguishes
    them from the project's.
    """

    is_locked = True

    def __init__(
        self,
        directory: Path,
        paths: Collection[str],
        *,
        links: Mapping[str, str],
        prefix: str,
        label: str,
    ) -> None:
        """
        Keep the directory, an absolute path, and the paths of its files.

        `links` are the targets of links, by the path of the link; in messages, `label`
        is the name of the directory.
        """
        super().__init__(directory, directory, label=label)
        self.paths = paths
        self.prefix = prefix
        self._targets = links

    def from_base(self, path: str) -> str:
        """Return the listed path of a path that this tree returned."""
        return path.removeprefix(self.prefix)

    @cached_property
    def directories(self) -> frozenset[str]:
        """The directories of the listed files, "" included."""
        return frozenset(
            "" if str(parent) == "." else str(parent)
            for path in self.paths
            for parent in PurePosixPath(path).parents
        )

    @property
    def used_links(self) -> dict[str, str]:
        """The targets of the listed links whose files were read."""
        links = self._targets.items()
        return {at: to for at, to in links if self.prefix + to in self.read_files}

    def is_directory(self, path: str) -> bool:
        """Tell whether files are listed below a path of this tree."""
        return self.from_base(path) in self.directories

    def is_file(self, path: str) -> bool:
        """Tell whether a path of this tree is listed."""
        return self.from_base(path) in self.paths

    def is_link(self, path: str) -> bool:
        """Return False: the list has the targets of links, not the links."""
        del path
        return False

    def entries(self, directory: str) -> list[str]:
        """Return the listed paths below a directory, relative to it, sorted."""
        top = self.from_base(directory)
        start = f"{top}/" if top else ""
        known = {*self.paths, *self._targets, *self.directories}
        return sorted(
            path[len(start) :]
            for path in known
            if path.startswith(start) and path[len(start) :]
        )

    def _locate(self, path: str) -> str | None:
        self.check_relative(path)
        parts: list[str] = []
        for part in path.split("/"):
            if part == ".." and not parts:
                raise ContentError(f"{path!r} leads out of {self.label}")
            if part == "..":
                parts.pop()
            elif part not in {"", "."}:
                parts.append(part)
        asked = "/".join(parts)
        found = self._targets.get(asked, asked)
        known = found in self.paths or found in self.directories
        return self.prefix + found if known else None

    def _names(self, folder: str) -> tuple[str, ...]:
        start = f"{folder}/" if folder else ""
        return tuple(
            {
                path[len(start) :].partition("/")[0]: None
                for path in sorted(self.paths)
                if path.startswith(start)
            }
        )


class LockedTree(ListedTree):
    """Reads only the listed files, and only with their listed contents."""

    def __init__(
        self,
        directory: Path,
        file_list: FileList,
        *,
        prefix: str,
        label: str,
        hint: str,
    ) -> None:
        """
        Keep the directory, an absolute path, and the list of its files.

        In messages, `label` is its name, and `hint` says what to do about a file that
        is missing or differs.
        """
        super().__init__(
            directory,
            file_list.files,
            links=file_list.links,
            prefix=prefix,
            label=label,
        )
        self.file_list = file_list
        self._hint = hint

    def open_variables(self, path: str) -> tuple[str, ...]:
        """Return the run-time variables that are listed for a path of this tree."""
        return self.file_list.files[self.from_base(path)].runtime

    def status(self, path: str) -> os.stat_result:
        """Return the status of a listed file or directory."""
        stored = self._stored(self.from_base(path))
        kept, whole = self._kept / stored, self.root / stored
        try:
            return (kept if kept.exists() and not whole.exists() else whole).lstat()
        except OSError as error:
            raise self._missing(path, error) from None

    def stored_path(self, path: str) -> str:
        """Return the path of the copy of a file of this tree."""
        return self.prefix + self._stored(self.from_base(path))

    def _stored(self, inner: str) -> str:
        locked = self.file_list.files.get(inner)
        return locked.stored if locked and locked.stored else inner

    def _read(self, path: str) -> File:
        inner = self.from_base(path)
        locked = self.file_list.files.get(inner)
        if locked is None:
            raise ContentError(
                "is a directory, not a file", location=Location(path=path)
            )
        stored = self._stored(inner)
        try:
            data = self._checked(self.root, stored, path, locked.sha256)
        except ContentError:
            kept = self._kept
            if not (kept / stored).is_file():
                raise
            data = self._checked(kept, stored, path, locked.sha256)
        return File(path=path, data=data, executable=locked.executable)

    @property
    def _kept(self) -> Path:
        """The directory of copies that are being replaced."""
        return self.root.parent / PREVIOUS / self.root.name

    def _checked(self, top: Path, stored: str, path: str, expected: str) -> bytes:
        """Return the bytes of a copy; raises ContentError if they are not expected."""
        whole = top / stored
        if os.path.realpath(whole) != str(whole):
            raise ContentError(
                "is a link, not a file", location=Location(path=path), hint=self._hint
            )
        try:
            data = read_below(str(top), stored, whole.lstat())
        except OSError as error:
            raise self._missing(path, error) from None
        sha256 = hashlib.sha256(data).hexdigest()
        if sha256 != expected:
            what = f"has changed: its sha256 is {sha256}, not {expected}"
            raise ContentError(what, location=Location(path=path), hint=self._hint)
        return data

    def _missing(self, path: str, error: OSError) -> ContentError:
        absent = isinstance(error, FileNotFoundError | NotADirectoryError)
        what = "is missing" if absent else f"cannot be read: {error.strerror}"
        return ContentError(what, location=Location(path=path), hint=self._hint)
