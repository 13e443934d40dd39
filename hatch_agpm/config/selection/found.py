"""
The resources that are listed without a key: their files, and their names.

Every file belongs to one selection and has one name in the bundle.
"""

from __future__ import annotations

import posixpath
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from hatch_agpm.config.selection.directories import CONVENTION, Selection, fixed_part
from hatch_agpm.config.selection.glob import is_pattern
from hatch_agpm.config.sources import path_problem
from hatch_agpm.config.tables import ListedTable, section_value
from hatch_agpm.errors import ConfigError, did_you_mean, shown
from hatch_agpm.formats.file_names import is_too_long, leads_out, split_extension
from hatch_agpm.model.config import TABLE
from hatch_agpm.model.types import RESOURCE_TYPES, SKILL_FILE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from hatch_agpm.config.tables import ResourceTables
    from hatch_agpm.formats.toml import TableReader

__all__ = [
    "BundleNames",
    "Found",
    "find_resources",
    "keyed_selections",
    "read_selections",
]

_NONE: Final = (-1, False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """A file, or the directory of a skill, that a selection means."""

    selection: Selection
    path: str
    name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class BundleNames:
    """The names of resources that have no key, by the directories that are listed."""

    directories: Mapping[str, tuple[str, ...]]
    """The listed directories, by section."""

    project: str = ""
    """The name of the project, for a skill that is the whole of it."""

    def of(self, section: str, path: str, *, fixed: str = "") -> str:
        """
        Return the name of a file, or of the directory of a skill.

        It is the path below the deepest directory that its section lists, else below
        `prompts/<section>/`, else below `fixed`, the directory of a pattern, else below
        the deepest directory that another section lists.
        """
        others = [each for found in self.directories.values() for each in found]
        for directories in (
            self.directories.get(section, ()),
            (f"{CONVENTION}/{section}",),
            (fixed,) if fixed else (),
            (*others, CONVENTION),
        ):
            within = [each for each in directories if _is_within(path, each)]
            if within:
                deepest = max(within, key=lambda each: len(PurePosixPath(each).parts))
                return self._below(section, path, deepest)
        return self._below(section, path, ".")

    def _below(self, section: str, path: str, directory: str) -> str:
        if section == "skills" and posixpath.normpath(path) == directory:
            return PurePosixPath(path).name or self.project or "skill"
        parts = posixpath.relpath(path, directory).split("/")
        while len(parts) > 1 and parts[0] in {"..", section}:
            del parts[0]
        name = "/".join(parts)
        return name if section == "skills" else split_extension(name)[0]


def _is_within(path: str, directory: str) -> bool:
    return PurePosixPath(path).is_relative_to(directory) or directory == "."


# --- from the tables ------------------------------------------------------------------


def read_selections(
    reader: TableReader, tables: ResourceTables, root: Path
) -> list[Selection]:
    """
    Return the directories that the tables list; problems go to `reader`.

    `root` is the project's directory.
    """
    selections: list[Selection] = []
    for section in RESOURCE_TYPES:
        value = section_value(tables, section)
        items: list[tuple[str, str | ListedTable]] = []
        if isinstance(value, str):
            items = [(section, value)]
        elif isinstance(value, tuple):
            items = [(f"{section}[{n}]", item) for n, item in enumerate(value)]
        for key, item in items:
            table = _table(reader, item, key)
            if table is not None and table.path:
                selections += _selection(reader, section, key, table, root)
    return selections


def _table(
    reader: TableReader, item: str | ListedTable, key: str
) -> ListedTable | None:
    if isinstance(item, ListedTable):
        return item
    if problem := path_problem(item):
        reader.problem(key, problem, got=shown(item))
        return None
    return ListedTable(path=item)


def _selection(
    reader: TableReader, section: str, key: str, table: ListedTable, root: Path
) -> Iterator[Selection]:
    written = table.path or ""
    where = key if table == ListedTable(path=written) else f"{key}.path"
    if leads_out(written) or "\\" in written:
        hint = "declare the directory under `sources`" if leads_out(written) else ""
        what = "must be a path inside the project, written with '/'"
        reader.problem(where, what, got=repr(written), hint=hint)
        return
    if is_too_long(written):
        reader.problem(where, "is longer than a path can be", got=shown(written))
        return
    path = posixpath.normpath(written)
    if section == "skills" and PurePosixPath(path).name == SKILL_FILE:
        path = posixpath.dirname(path) or "."
    if table.source is not None:
        yield Selection(section=section, key=key, directory=path, table=table)
        return
    selection = _meant(section, key, table, root / path, path)
    if selection is None:
        what, hint = "names no file or directory", _nearest(root, path)
        reader.problem(where, what, got=repr(written), hint=hint)
    elif table.name is not None and not selection.file:
        what = "cannot name all the files of a directory"
        reader.problem(f"{key}.name", what, got=repr(table.name))
    else:
        yield selection


def _meant(
    section: str, key: str, table: ListedTable, whole: Path, path: str
) -> Selection | None:
    """Return the selection of a path, None if it does not exist."""
    selection = Selection(section=section, key=key, directory=path, table=table)
    if whole.is_dir():
        is_skill = section == "skills" and (whole / SKILL_FILE).is_file()
        return replace(selection, file=path) if is_skill else selection
    if whole.exists():
        return replace(selection, directory=posixpath.dirname(path) or ".", file=path)
    if not is_pattern(path):
        return None
    top = fixed_part(path)
    return replace(selection, directory=top, pattern=posixpath.relpath(path, top))


def _nearest(root: Path, path: str) -> str:
    folder = root / posixpath.dirname(path)
    names = [each.name for each in folder.iterdir()] if folder.is_dir() else []
    hint = did_you_mean(posixpath.basename(path), names)
    within = posixpath.dirname(path)
    return hint.replace("'", f"'{within}/", 1) if within else hint


def keyed_selections(tables: ResourceTables) -> Iterator[Selection]:
    """Yield the files that entries with a key mean; wrong ones are left out."""
    for section in RESOURCE_TYPES:
        value = section_value(tables, section)
        if value is None or isinstance(value, str | tuple):
            continue
        for alias, item in value.items():
            source = None if isinstance(item, str) else item.source
            written = item if isinstance(item, str) else item.path
            if written is None or source is not None:
                continue
            path, key = posixpath.normpath(written), f"{section}.{alias}"
            if is_pattern(path):
                top = fixed_part(path)
                rest = posixpath.relpath(path, top)
                yield Selection(section=section, key=key, directory=top, pattern=rest)
            elif section == "skills" and PurePosixPath(path).name == SKILL_FILE:
                file = posixpath.dirname(path) or "."
                yield Selection(section=section, key=key, directory=".", file=file)
            else:
                yield Selection(section=section, key=key, directory=".", file=path)


# --- from selections to files ---------------------------------------------------------


def find_resources(
    root: Path,
    selections: Sequence[Selection],
    keyed: Iterable[Selection],
    names: BundleNames,
) -> tuple[list[Found], list[ConfigError]]:
    """
    Return the files that selections mean, each once, and what is wrong with them.

    A file that several selections mean belongs to the deepest of them; entries that are
    `keyed` have files, too.  What is listed of a source is not searched here, and has
    no name.  Raises ConfigError for a pattern that is wrong, BundleError or
    ProblemsError for directories that cannot be read.
    """
    problems: list[ConfigError] = []
    claims = _claims(root, selections, problems)
    rank_of_entry = _RanksOfEntries(keyed, claims)
    found: list[tuple[str, Selection]] = []
    for path, claimants in claims.items():
        deepest = _deepest(claimants)
        if rank_of_entry(path) >= deepest[0].rank:
            continue
        if len(deepest) > 1 and not all(map(_own_name, deepest)):
            what = f"is listed by {' and '.join(each.key for each in deepest)}"
            hint = "list it once, or give each a `name`"
            key = f"{TABLE}: the file '{path}'"
            problems.append(ConfigError(key, what, hint=hint))
        found += [(path, selection) for selection in deepest]
    external = [
        Found(selection=selection, path=selection.directory, name="")
        for selection in selections
        if selection.is_external
    ]
    return [*_named(found, names), *external], problems


def _claims(
    root: Path, selections: Sequence[Selection], problems: list[ConfigError]
) -> dict[str, list[Selection]]:
    """Return the selections of each file; `problems` gets those that mean none."""
    claims: dict[str, list[Selection]] = defaultdict(list)
    for selection in selections:
        paths = [] if selection.is_external else selection.find(root)
        for path in paths:
            claims[path].append(selection)
        if paths or selection.only is not None or selection.is_external:
            continue
        if selection.table is not None:
            what = (
                "has no skill" if selection.section == "skills" else "has no template"
            )
            key = f"{TABLE}.{selection.key}"
            problems.append(ConfigError(key, what, repr(selection.table.path)))
    return claims


def _deepest(claimants: Sequence[Selection]) -> list[Selection]:
    """Return the selections of the highest rank."""
    rank = max(selection.rank for selection in claimants)
    return [each for each in claimants if each.rank == rank]


class _RanksOfEntries:
    """The ranks of what entries with a key, and skills, have of other types' files."""

    def __init__(
        self, keyed: Iterable[Selection], claims: Mapping[str, Sequence[Selection]]
    ) -> None:
        self._files: dict[str, tuple[int, bool]] = {}
        self._patterns: list[Selection] = []
        self._skills = {
            path: max(each.rank for each in claimants if each.section == "skills")
            for path, claimants in claims.items()
            if any(each.section == "skills" for each in claimants)
        }
        for entry in keyed:
            if entry.section == "skills":
                self._skills[entry.file] = entry.rank
            if entry.file:
                self._files[entry.file] = entry.rank
            else:
                self._patterns.append(entry)

    def __call__(self, path: str) -> tuple[int, bool]:
        """Return the highest rank of an entry that has the file."""
        above = (str(each) for each in PurePosixPath(path).parents)
        return max(
            self._files.get(path, _NONE),
            *(self._skills.get(each, _NONE) for each in above),
            *(entry.rank for entry in self._patterns if entry.matches(path)),
            _NONE,
        )


def _named(found: Sequence[tuple[str, Selection]], names: BundleNames) -> list[Found]:
    """Give each file its name; files that differ in nothing else keep an extension."""
    named = [
        (selection, path, _own_name(selection) or _found_name(selection, path, names))
        for path, selection in found
    ]
    count = Counter((selection.section, name) for selection, _, name in named)
    return [
        Found(
            selection=selection,
            path=path,
            name=name
            if count[selection.section, name] == 1 or _own_name(selection)
            else name + split_extension(path)[1],
        )
        for selection, path, name in named
    ]


def _found_name(selection: Selection, path: str, names: BundleNames) -> str:
    return names.of(selection.section, path, fixed=selection.directory)


def _own_name(selection: Selection) -> str | None:
    return selection.table.name if selection.table else None
