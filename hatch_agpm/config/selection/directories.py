"""
Directories of templates: those that the table names, and the conventional ones.

A type lists directories, patterns and files; a type that the table does not have is
found in `prompts/<type>/`, and files directly in `prompts/` are plain prompts.  Finds
the files that these mean, and reads none.
"""

from __future__ import annotations

import os
import posixpath
import tomllib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from hatch_agpm.config.selection.glob import compile_pattern, is_pattern
from hatch_agpm.errors import (
    AgpmError,
    BundleError,
    ConfigError,
    did_you_mean,
    raise_problems,
)
from hatch_agpm.formats.file_names import is_python, is_visible
from hatch_agpm.model.config import TABLE
from hatch_agpm.model.rendering import DirectoryListing
from hatch_agpm.model.types import PLAIN, RESOURCE_TYPES, SKILL_FILE
from hatch_agpm.reading import read_regular

if TYPE_CHECKING:
    import re
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from hatch_agpm.config.tables import ListedTable

__all__ = [
    "CONVENTION",
    "WITH_PYTHON",
    "Selection",
    "conventional",
    "fixed_part",
    "refuse_near_names",
    "searched_directories",
]

CONVENTION: Final = "prompts"
"""The directory in which templates are found that no table lists."""

_RANK_OF_FILE: Final = 1000
"""More than any path has parts."""

WITH_PYTHON: Final = ("scripts", "skills")
"""The sections whose directories may have files of Python."""

_NO_PROMPTS: Final = ("README", "LICENSE")
_LOCK: Final = "hatch-agpm.lock"
_OF_AGPM: Final = ("agpm.toml", "agpm.lock", _LOCK)


@dataclass(frozen=True, kw_only=True, slots=True)
class Selection:
    """A directory, pattern or file of one type."""

    section: str
    key: str
    """The key of the table, for messages: `agents`, `agents[0]`."""

    directory: str
    """The directory that its files are in, relative to the project; "." for that."""

    pattern: str = ""
    """The pattern of the files, relative to the directory; "" for all."""

    file: str = ""
    """The one file that it means, relative to the project; "" for all."""

    table: ListedTable | None = None
    """The options of the entry; None for the convention."""

    is_shallow: bool = False
    """Whether only files directly in the directory are meant."""

    only: Collection[str] | None = None
    """The files that it may mean, relative to the project; None for any."""

    @property
    def is_external(self) -> bool:
        """Whether its files are those of a source."""
        return self.table is not None and self.table.source is not None

    @property
    def rank(self) -> tuple[int, bool]:
        """The rank among the selections that mean one file: the highest has it."""
        if self.file:
            return _RANK_OF_FILE, True
        return len(PurePosixPath(self.directory).parts), bool(self.pattern)

    def find(self, root: Path) -> list[str]:
        """
        Return the files that it means, for skills their directories, sorted.

        Raises ConfigError for a pattern that is wrong, BundleError, or ProblemsError
        with several, for directories that cannot be read.
        """
        if self.file:
            return [self.file]
        meant = self._compiled(self.pattern or "**")
        exclude = self.table.exclude if self.table else ()
        excluded = [self._compiled(pattern) for pattern in exclude]
        search = _FileSearch(root, self, excluded)
        if self.table is None and search.is_vendored:
            return []
        skills = self.section == "skills"
        found = search.skills() if skills else search.files(self.section)
        if self.table is None and PurePosixPath() in found:
            what = "is not in a directory of its own, whose name is that of the skill"
            path = f"{self.directory}/{SKILL_FILE}"
            raise BundleError(path, what, "move it into one")
        return [
            posixpath.normpath(f"{self.directory}/{path}")
            for path in map(str, found)
            if meant.fullmatch(path)
            and not any(_is_excluded(path, pattern) for pattern in excluded)
            and (_is_plain(path) or not self.is_shallow)
        ]

    def matches(self, path: str) -> bool:
        """Tell whether its pattern matches a path that is relative to the project."""
        within = PurePosixPath(path).is_relative_to(self.directory)
        rest = posixpath.relpath(path, self.directory)
        return within and self._compiled(self.pattern).fullmatch(rest) is not None

    def _compiled(self, pattern: str) -> re.Pattern[str]:
        try:
            return compile_pattern(pattern.rstrip("/"))
        except ValueError as error:
            raise ConfigError(f"{TABLE}.{self.key}", str(error), pattern) from None


def fixed_part(path: str) -> str:
    """Return the directory of a pattern: what is before its first wild card."""
    parts = path.split("/")
    wild = [index for index, part in enumerate(parts) if is_pattern(part)]
    return "/".join(parts[: wild[0]] if wild else parts) or "."


def conventional(sections: Iterable[str]) -> list[Selection]:
    """Return the conventional directories of these sections."""
    found = []
    for section in sections:
        path = f"{CONVENTION}/{section}"
        found.append(Selection(section=section, key=path, directory=path))
        if section == PLAIN:
            path = CONVENTION
            found.append(
                Selection(section=section, key=path, directory=path, is_shallow=True)
            )
    return found


def searched_directories(
    root: Path, selections: Iterable[Selection]
) -> dict[str, DirectoryListing]:
    """Return the entries of all directories that these selections search, by path."""
    return {
        path.relative_to(root).as_posix(): entries
        for selection in selections
        if not selection.file and not selection.is_external
        for path, entries in _visible_directories(
            root, root / selection.directory, depth=1 if selection.is_shallow else 0
        )
    }


def refuse_near_names(root: Path, selections: Iterable[Selection]) -> None:
    """
    Raise for directories in `prompts/` whose names are nearly those of types.

    Their files would not be found, unless one of the `selections` means them.  Raises
    BundleError, or ProblemsError with several.
    """
    top = root / CONVENTION
    present = sorted(each.name for each in top.iterdir()) if top.is_dir() else []
    meant = [each.file or each.directory for each in selections]
    problems: list[AgpmError] = []
    for written in present:
        path = f"{CONVENTION}/{written}"
        if written in RESOURCE_TYPES or not (top / written).is_dir():
            continue
        if any(PurePosixPath(each).is_relative_to(path) for each in meant):
            continue
        if hint := did_you_mean(written.lower().replace("_", "-"), RESOURCE_TYPES):
            problems.append(BundleError(path, "is not a directory of resources", hint))
    raise_problems(problems)


def _visible_directories(
    root: Path, top: Path, depth: int = 0
) -> Iterator[tuple[Path, DirectoryListing]]:
    """
    Yield the directories from `top` down, with the entries that are not hidden.

    `depth` is the number of levels, 0 for all.  A path that is not a directory or
    cannot be read is skipped, and so is a link that leads out of `root`.
    """
    try:
        with os.scandir(top) as scanned:
            entries = [
                entry
                for entry in scanned
                if not entry.name.startswith(".") and entry.name != "__pycache__"
            ]
        directories = {e.name for e in entries if e.is_dir(follow_symlinks=False)}
        links = {e.name for e in entries if e.is_symlink()}
    except OSError:
        return
    names = tuple(e.name + "/" * (e.name in directories) for e in entries)
    yield top, DirectoryListing(names=names, hidden=False)
    if depth != 1:
        for entry in entries:
            whole = top / entry.name
            is_followed = entry.name in links and _is_followed(root, whole)
            if entry.name in directories or is_followed:
                yield from _visible_directories(root, whole, depth - 1)


def _is_followed(root: Path, path: Path) -> bool:
    """Tell whether a path is a link to a directory whose files can be resources."""
    return (
        _is_link(path)
        and path.is_dir()
        and not (_leads_out(root, path) or _leads_back(path))
    )


def _is_link(path: Path) -> bool:
    """Tell whether a path that may be too long is a link that leads somewhere."""
    try:
        return path.is_symlink() and path.exists()
    except OSError:
        return False


def _leads_out(root: Path, link: Path) -> bool:
    """Tell whether a link leads out of the project."""
    return not link.resolve().is_relative_to(root.resolve())


def _leads_back(link: Path) -> bool:
    """Tell whether a link leads to a directory that it is in."""
    return link.parent.resolve().is_relative_to(link.resolve())


def _is_plain(path: str) -> bool:
    """Tell whether a path in `prompts/` is that of a plain prompt by convention."""
    return not ("/" in path or path.upper().startswith(_NO_PROMPTS) or path in _OF_AGPM)


def _is_excluded(path: str, pattern: re.Pattern[str]) -> bool:
    """Tell whether a pattern matches a path, or one of the directories it is in."""
    return any(
        pattern.fullmatch(str(each))
        for each in (path, *PurePosixPath(path).parents)
        if str(each) != "."
    )


class _FileSearch:
    """
    The search of one directory for files.

    Directories that are `excluded` are not entered, and neither are those of vendored
    sources, unless the search begins there.  A link to a directory is followed.
    """

    def __init__(
        self, root: Path, selection: Selection, excluded: Sequence[re.Pattern[str]]
    ) -> None:
        directory = selection.directory
        self.root = root
        self.is_shallow = selection.is_shallow
        self.only = selection.only
        self.top = root / directory
        self.excluded = excluded
        vendored = vendored_directories(root)
        within = {e for e in vendored if PurePosixPath(directory).is_relative_to(e)}
        self.is_vendored = bool(within)
        """Whether the whole directory is one of a vendored source."""

        self.vendored = [root / each for each in vendored if each not in within]
        self.problems: list[AgpmError] = []

    def skills(self) -> list[PurePosixPath]:
        """
        Return the directories with a SKILL.md that are not in another such one.

        Raises as `files` does, and for a `skill.md`, which no tool reads.
        """
        found: dict[PurePosixPath, None] = {}
        problems: list[AgpmError] = []
        for path in self.files("skills"):
            skill = path.parent
            if any(each in found for each in (skill, *skill.parents)):
                continue
            if path.name == SKILL_FILE:
                found[skill] = None
            elif path.name.upper() == SKILL_FILE.upper() and not any(
                _is_excluded(str(path), pattern) for pattern in self.excluded
            ):
                shown = (self.top / path).relative_to(self.root).as_posix()
                what = f"is not called {SKILL_FILE}, so no tool reads it as a skill"
                problems.append(BundleError(shown, what, f"rename it to {SKILL_FILE}"))
        raise_problems(problems)
        return list(found)

    def files(self, section: str) -> list[PurePosixPath]:
        """
        Return the files that can be resources, parents before children.

        Raises BundleError, or ProblemsError with several, for directories that cannot
        be read and for links that cannot be followed.
        """
        found: list[PurePosixPath] = []
        # Broken links and special files are listed, so that they are reported.
        walk = os.walk(self.top, onerror=self._note, followlinks=True)
        for folder, directories, names in walk:
            here = Path(folder)
            directories[:] = [each for each in directories if self._enters(here / each)]
            within = PurePosixPath(here.relative_to(self.top).as_posix())
            found += [
                within / name
                for name in self._wanted(folder, names)
                if is_visible(name) and (section in WITH_PYTHON or not is_python(name))
            ]
        raise_problems(self.problems)
        return sorted(
            found, key=lambda path: (path.parent, path.name != SKILL_FILE, path)
        )

    def _wanted(self, folder: str, names: list[str]) -> list[str]:
        """Return the names in a directory that the selection may mean."""
        if self.only is None:
            return names
        within = os.path.relpath(folder, self.root).replace(os.sep, "/")
        top = "" if within == "." else f"{within}/"
        return [name for name in names if f"{top}{name}" in self.only]

    def _enters(self, directory: Path) -> bool:
        """Tell whether a directory is searched; note a link that is not followed."""
        within = directory.relative_to(self.top).as_posix()
        if (
            self.is_shallow
            or not is_visible(directory.name)
            or directory in self.vendored
            or any(_is_excluded(within, pattern) for pattern in self.excluded)
        ):
            return False
        if not _is_link(directory):
            return True
        hint = "list it in `exclude`"
        if _leads_out(self.root, directory):
            what = "is a link that leads out of the project"
            hint = f"{hint}, or declare the directory under `sources`"
        elif _leads_back(directory):
            what = "is a link to a directory that it is in"
        else:
            return True
        shown = directory.relative_to(self.root).as_posix()
        self.problems.append(BundleError(shown, what, hint))
        return False

    def _note(self, error: OSError) -> None:
        missing = isinstance(error, FileNotFoundError | NotADirectoryError)
        if not missing or error.filename != str(self.top):
            self.problems.append(_unreadable(self.root, error))


def vendored_directories(root: Path) -> list[str]:
    """Return the directories that a lock file names; its problems are for others."""
    try:
        lock = tomllib.loads(read_regular(root / _LOCK).decode())
    except (OSError, ValueError, RecursionError):
        return []
    tables = lock.get("source")
    return [
        each["directory"]
        for each in (tables if isinstance(tables, list) else ())
        if isinstance(each, dict) and isinstance(each.get("directory"), str)
    ]


def _unreadable(root: Path, error: OSError) -> AgpmError:
    shown = os.path.relpath(error.filename, root).replace(os.sep, "/")
    return BundleError(shown, f"cannot be read: {error.strerror}")
