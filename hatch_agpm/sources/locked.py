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
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Self

from hatch_agpm.errors import (
    AgpmError,
    ConflictError,
    ContentError,
    Location,
    raise_problems,
)
from hatch_agpm.formats.file_names import folded
from hatch_agpm.formats.toml import list_of_tables
from hatch_agpm.model.files import File
from hatch_agpm.reading import read_below
from hatch_agpm.sources.tree import Tree

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from hatch_agpm.model.rendering import UsedSource

__all__ = ["FileList", "LockedFile", "LockedTree", "check_portable", "read_file_list"]

_SHA256 = "[0-9a-f]{64}"


@dataclass(frozen=True, kw_only=True, slots=True)
class LockedFile:
    """The expected content of one listed file."""

    sha256: str
    executable: bool = False
    runtime: tuple[str, ...] = ()
    """The run-time variables of its text."""


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
            _safe(item["path"], shown): LockedFile(
                sha256=_digest(item["sha256"], shown),
                executable=bool(item.get("executable")),
                runtime=tuple(_texts(item.get("runtime", []))),
            )
            for item in list_of_tables(table["files"])
        }
        links = {
            _safe(item["path"], shown): _safe(item["to"], shown)
            for item in list_of_tables(table.get("links", []))
        }
    except (LookupError, TypeError, AttributeError) as error:
        raise ContentError(
            f"is damaged: {error!r}", location=Location(path=shown)
        ) from None
    file_list = FileList(files=files, links=links)
    for to in links.values():
        if to not in files:
            raise ContentError(
                f"lists a link to '{to}', but not that file",
                location=Location(path=shown),
            )
    return file_list


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


def _safe(path: object, shown: str) -> str:
    """Return a path if it is below its directory on every system."""
    parts = path.split("/") if isinstance(path, str) else [""]
    if not {"", ".", ".."}.isdisjoint(parts) or not set("\\:\0").isdisjoint(str(path)):
        what = f"lists the file {path!r}, which is not below its own directory"
        raise ContentError(what, location=Location(path=shown))
    return str(path)


def check_portable(paths: Iterable[str], shown: str) -> None:
    """
    Raise for paths that are one file on systems that ignore case or composition.

    `shown` is the directory of the paths.  Raises ConflictError, or ProblemsError with
    several; ContentError for a path that no list may have.
    """
    spellings: dict[str, list[str]] = defaultdict(list)
    for path in sorted(paths):
        _safe(path, shown)
        spellings[folded(path)].append(path)
    problems: list[AgpmError] = [
        ConflictError(
            f"are the same file of {shown} on systems that ignore case or "
            "composed letters",
            same,
            "rename one of them",
        )
        for same in spellings.values()
        if len(same) > 1
    ]
    raise_problems(problems)


class LockedTree(Tree):
    """
    Reads only the listed files.

    The paths that it returns are those of the list, after a prefix that distinguishes
    them from the project's.
    """

    is_locked = True

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
        super().__init__(directory, directory, label=label)
        self.file_list = file_list
        self.prefix = prefix
        self._hint = hint

    def from_base(self, path: str) -> str:
        """Return the listed path of a path that this tree returned."""
        return path.removeprefix(self.prefix)

    @cached_property
    def directories(self) -> frozenset[str]:
        """The directories of the listed files, "" included."""
        return frozenset(
            "" if str(parent) == "." else str(parent)
            for path in self.file_list.files
            for parent in PurePosixPath(path).parents
        )

    @property
    def used_links(self) -> dict[str, str]:
        """The targets of the listed links whose files were read."""
        links = self.file_list.links.items()
        return {at: to for at, to in links if self.prefix + to in self.read_files}

    def open_variables(self, path: str) -> tuple[str, ...]:
        """Return the run-time variables that are listed for a path of this tree."""
        return self.file_list.files[self.from_base(path)].runtime

    def is_directory(self, path: str) -> bool:
        """Tell whether files are listed below a path of this tree."""
        return self.from_base(path) in self.directories

    def is_file(self, path: str) -> bool:
        """Tell whether a path of this tree is listed."""
        return self.from_base(path) in self.file_list.files

    def is_link(self, path: str) -> bool:
        """Return False: the list has the targets of links, not the links."""
        del path
        return False

    def status(self, path: str) -> os.stat_result:
        """Return the status of a listed file or directory."""
        try:
            return (self.root / self.from_base(path)).lstat()
        except OSError as error:
            raise self._missing(path, error) from None

    def entries(self, directory: str) -> list[str]:
        """Return the listed paths below a directory, relative to it, sorted."""
        top = self.from_base(directory)
        start = f"{top}/" if top else ""
        known = {*self.file_list.files, *self.file_list.links, *self.directories}
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
        found = self.file_list.links.get(asked, asked)
        known = found in self.file_list.files or found in self.directories
        return self.prefix + found if known else None

    def _names(self, folder: str) -> tuple[str, ...]:
        start = f"{folder}/" if folder else ""
        return tuple(
            {
                path[len(start) :].partition("/")[0]: None
                for path in sorted(self.file_list.files)
                if path.startswith(start)
            }
        )

    def _read(self, path: str) -> File:
        inner = self.from_base(path)
        locked = self.file_list.files.get(inner)
        if locked is None:
            raise ContentError(
                "is a directory, not a file", location=Location(path=path)
            )
        whole = self.root / inner
        if os.path.realpath(whole) != str(whole):
            raise ContentError(
                "is a link, not a file", location=Location(path=path), hint=self._hint
            )
        try:
            data = read_below(str(self.root), inner, whole.lstat())
        except OSError as error:
            raise self._missing(path, error) from None
        sha256 = hashlib.sha256(data).hexdigest()
        if sha256 != locked.sha256:
            what = f"has changed: its sha256 is {sha256}, not {locked.sha256}"
            raise ContentError(what, location=Location(path=path), hint=self._hint)
        return File(path=path, data=data, executable=locked.executable)

    def _missing(self, path: str, error: OSError) -> ContentError:
        absent = isinstance(error, FileNotFoundError | NotADirectoryError)
        what = "is missing" if absent else f"cannot be read: {error.strerror}"
        return ContentError(what, location=Location(path=path), hint=self._hint)
