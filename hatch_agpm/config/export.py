"""
The table `[tool.hatch-agpm.export]`, and the `export` of single entries.

Decides which entries of a manifest are exported.  Reads no files.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from hatch_agpm.errors import (
    AgpmError,
    ConfigError,
    did_you_mean,
    raise_problems,
)
from hatch_agpm.formats.file_names import (
    faults,
    is_git_directory,
    is_installed_metadata,
    is_rubbish,
)
from hatch_agpm.model.config import EXPORTED_TYPES, ExportSettings
from hatch_agpm.model.types import AGPM_SECTIONS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from hatch_agpm.config.manifest import Manifest
    from hatch_agpm.formats.toml import TableReader
    from hatch_agpm.model.declaration import Declaration

__all__ = ["check_export_table", "mark_exported", "package_of_export"]

_TABLE: Final = "tool.hatch-agpm.export"
_PREFIX: Final = r"[a-z0-9]+(?:-[a-z0-9]+)*"
_ABLE: Final = "only agents, commands and skills can be"


def check_export_table(reader: TableReader, settings: ExportSettings) -> None:
    """Report to `reader` what is wrong with the values of the table `export`."""
    if problem := _directory_problem(settings.directory):
        reader.problem("export.directory", problem, got=repr(settings.directory))
    prefix = settings.prefix
    if isinstance(prefix, str) and prefix and not re.fullmatch(_PREFIX, prefix):
        what = "must be lower-case letters and digits, with '-' between words"
        reader.problem("export.prefix", what, got=repr(prefix))


def _directory_problem(directory: str) -> str:
    pure = PurePosixPath(directory)
    if (
        directory != str(pure)
        or pure.is_absolute()
        or {".", ".."} & {directory, *pure.parts}
        or "\\" in directory
    ):
        return "must be a directory inside the package, written with '/'"
    if pure.parts[0] in AGPM_SECTIONS:
        return f"must not have the name of a type, '{pure.parts[0]}'"
    if fault := next(faults(directory), ""):
        return f"is not a valid directory on every system: {fault}"
    for part in pure.parts:
        if (
            is_rubbish(part)
            or is_rubbish(part.casefold())
            or is_git_directory(part)
            or is_installed_metadata(part)
        ):
            return f"must not be in '{part}', which has a meaning for other programs"
    return ""


def package_of_export(root: Path, path: str, directory: str) -> str:
    """
    Return the package in which a skill is exported in place, "" if it is not.

    `path` is that of the skill, relative to the project at `root`, and `directory` that
    of exported files in a package: `acme/.agents/skills/x` is in `acme`.
    """
    pure = PurePosixPath(path)
    for parent in pure.parents:
        if parent.parts[-1:] != ("skills",):
            continue
        top = str(parent.parent)
        if top.endswith(f"/{directory}"):
            package = top.removesuffix(f"/{directory}")
            is_package = any((root / package).glob("*.py"))
            return package if is_package else ""
    return ""


def mark_exported(manifest: Manifest, settings: ExportSettings, root: Path) -> Manifest:
    """
    Return the manifest with the `export` of each entry decided.

    The entry's own `export` is used first, then whether the table names the entry, then
    whether it is a skill in the directory of exported files of a package in the project
    at `root`, then whether the table names its type; entries with
    `install = false` are not exported by their type.  What is exported is in the bundle
    only with `install = true`.  Raises ConfigError, or ProblemsError, for entries that
    cannot be exported and for unknown names.
    """
    names = {f"{entry.section}/{entry.name}": entry for entry in manifest.entries}
    problems: list[AgpmError] = [
        ConfigError(f"{entry.key}.export", "cannot be true", hint=_ABLE)
        for entry in manifest.entries
        if entry.export and entry.section not in EXPORTED_TYPES
    ]
    problems += _wrong_names(names, settings)
    problems += (
        ConfigError(
            f"{_TABLE}.types", f"has '{section}', of which none is listed or found"
        )
        for section in settings.types
        if not any(entry.section == section for entry in manifest.entries)
    )
    raise_problems(problems)
    entries = tuple(
        _decided(
            entry,
            settings,
            in_place=not manifest.is_agpm
            and entry.section == "skills"
            and entry.source is None
            and bool(package_of_export(root, entry.path, settings.directory)),
        )
        for entry in manifest.entries
    )
    return replace(manifest, entries=entries)


def _decided(
    entry: Declaration, settings: ExportSettings, *, in_place: bool
) -> Declaration:
    """Return an entry that says whether it is exported, and is in the bundle, too."""
    is_exported = _is_exported(entry, settings) or (entry.export is None and in_place)
    if not is_exported:
        return replace(entry, export=False)
    return replace(entry, export=True, install=entry.install is True)


def _wrong_names(
    names: Mapping[str, Declaration], settings: ExportSettings
) -> Iterator[ConfigError]:
    for index, name in enumerate(settings.resources):
        key = f"{_TABLE}.resources[{index}]"
        if name.partition("/")[0] not in EXPORTED_TYPES:
            yield ConfigError(key, "cannot be exported", repr(name), _ABLE)
        elif name not in names:
            hint = did_you_mean(name, names) or "write its type and key: 'skills/x'"
            yield ConfigError(key, "is not an entry of the manifest", repr(name), hint)
        elif names[name].export is False:
            what = "has `export = false` of its own"
            yield ConfigError(key, what, repr(name), "delete one of the two")


def _is_exported(entry: Declaration, settings: ExportSettings) -> bool:
    if entry.export is not None:
        return entry.export
    if f"{entry.section}/{entry.name}" in settings.resources:
        return True
    return entry.section in settings.types and entry.install is not False
