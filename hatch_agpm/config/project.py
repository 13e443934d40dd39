"""
A project's directory and tables: its manifest, its paths and its output.

Reads `[tool.hatch-agpm]`, the AGPM manifest that it may name, and the names in the
conventional directories.  Does not read resources.
"""

from __future__ import annotations

import tomllib
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Final

from packaging.utils import canonicalize_name

from hatch_agpm.config.declared import read_table
from hatch_agpm.config.export import (
    check_export_table,
    mark_exported,
    package_of_export,
)
from hatch_agpm.config.manifest import SECTIONS, Manifest, read_manifest
from hatch_agpm.config.output import find_output
from hatch_agpm.config.selection.directories import (
    CONVENTION,
    conventional,
    refuse_near_names,
    searched_directories,
)
from hatch_agpm.config.selection.found import (
    BundleNames,
    find_resources,
    keyed_selections,
    read_selections,
)
from hatch_agpm.config.selection.glob import compile_pattern
from hatch_agpm.config.tables import AgpmTable, ProjectTable, section_value
from hatch_agpm.errors import (
    AgpmError,
    ConfigError,
    ProblemsError,
    raise_problems,
)
from hatch_agpm.formats.file_names import leads_out
from hatch_agpm.formats.toml import TableReader
from hatch_agpm.model.config import TABLE, ExportSettings
from hatch_agpm.model.types import RESOURCE_TYPES
from hatch_agpm.reading import read_regular
from hatch_agpm.tera import Limits

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from pathlib import Path

    from hatch_agpm.config.selection.directories import Selection
    from hatch_agpm.model.build import BuildContext
    from hatch_agpm.model.rendering import DirectoryListing
    from hatch_agpm.model.types import Section

__all__ = [
    "Project",
    "editable_mode",
    "load_toml",
    "read_agpm_toml",
    "read_built_project",
    "read_project",
    "read_single_key",
]


_FOR_MODELS: Final = ("prompts", "agents", "commands", "snippets", "skills")
"""The sections whose texts models read."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Project:
    """A project's configuration: where its templates are, and how to render them."""

    root: Path
    """The project's directory: no file outside of it is read."""

    base: Path
    """The manifest's directory, where its paths and `| content` start."""

    manifest: Manifest
    output: str = ""
    """The bundle's directory in source form (`src/pkg/prompts`); "" for none."""

    templates: str | None = None
    """The directory of exported templates, relative to the root."""

    with_metadata: bool = False
    """Whether templates see the project's own metadata."""

    env: tuple[str, ...] = ()
    """The environment variables that templates may read."""

    limits: Limits = field(default_factory=Limits)
    searched: Mapping[str, DirectoryListing] = field(default_factory=dict)
    """The directories that were searched because no resource is listed."""
    export: ExportSettings = field(default_factory=ExportSettings)

    sbom: bool = False
    """Whether the wheel gets a bill of materials."""

    verbatim: tuple[str, ...] = ()
    """Patterns of files that are text as a whole, relative to the root."""

    max_tokens: Mapping[str, int] = field(default_factory=dict)
    """The tokens that a text may have, by section."""

    hidden_text: tuple[str, ...] | None = None
    """The files that may have hidden text; None outside of a build, where all may."""

    def is_verbatim(self, path: str) -> bool:
        """Tell whether a file, by its path relative to the root, is only text."""
        return any(compile_pattern(each).fullmatch(path) for each in self.verbatim)


def load_toml(path: Path, shown: str) -> dict[str, object]:
    """
    Return the tables of a TOML file that messages call `shown`.

    Raises ConfigError if it is missing, not UTF-8, or not TOML.
    """
    try:
        return tomllib.loads(read_regular(path).decode())
    except OSError as error:
        raise ConfigError(f"{shown}:", f"cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{shown}:", "is not UTF-8 text") from None
    except RecursionError:
        raise ConfigError(f"{shown}:", "is nested too deeply") from None
    except ValueError as error:
        raise ConfigError(f"{shown}:", f"is not valid TOML: {error}") from None


def read_project(
    root: Path,
    pyproject: Mapping[str, object],
    *,
    only: Collection[str] | None = None,
) -> Project:
    """
    Read the project at `root`, whose parsed pyproject.toml is `pyproject`.

    Of the files in directories, those in `only` are resources; None for all.
    Raises ConfigError, or ProblemsError with everything that is wrong.
    """
    reader = TableReader(f"{TABLE}.")
    tables = read_table(ProjectTable, _table(pyproject), reader)
    check_export_table(reader, tables.export)
    manifest, searched = _manifest(root, pyproject, tables, reader, only)
    path = tables.manifest
    return Project(
        root=root,
        base=root if path is None else (root / path).parent,
        manifest=mark_exported(manifest, tables.export, root),
        output=tables.output or "",
        templates=tables.templates,
        with_metadata=path is None if tables.metadata is None else tables.metadata,
        env=tables.env,
        limits=Limits(**asdict(tables.limits)),
        sbom=tables.sbom,
        verbatim=tables.verbatim,
        max_tokens=_max_tokens(tables.max_tokens),
        hidden_text=tables.hidden_text,
        searched=searched,
        export=tables.export,
    )


def _max_tokens(limit: int | Mapping[Section, int] | None) -> Mapping[str, int]:
    """Return the limits by section; a number is for what models read."""
    if isinstance(limit, int):
        return dict.fromkeys(_FOR_MODELS, limit)
    return dict((limit or {}).items())


def read_built_project(
    context: BuildContext, *, only: Collection[str] | None = None
) -> Project:
    """
    Read the project that is being built, and find its output directory.

    Of the files in directories, those in `only` are resources; None for all.
    Raises ConfigError, or ProblemsError with everything that is wrong.
    """
    project = read_project(context.root, context.pyproject, only=only)
    output = project.output or _output_of_export(project)
    output = find_output(context.root, output, context.pyproject, context.distribution)
    return replace(project, output=output)


def _output_of_export(project: Project) -> str:
    """
    Return the output of a project that only exports skills in place, "" for others.

    Nothing is put there; it tells in which package the skills are.
    """
    if project.templates is not None:
        return ""
    packages = [
        package_of_export(project.root, entry.path, project.export.directory)
        if entry.export and entry.install is False
        else ""
        for entry in project.manifest.entries
    ]
    return f"{min(packages)}/prompts" if all(packages) and packages else ""


def _table(pyproject: Mapping[str, object]) -> Mapping[str, object]:
    """Return `[tool.hatch-agpm]`; raise ConfigError if it is misspelt or no table."""
    tool = pyproject.get("tool", {})
    tool = tool if isinstance(tool, dict) else {}
    raise_problems(
        [
            ConfigError(f"tool.{name}", "is not read", hint=f"call it {TABLE}")
            for name in ("agpm", "hatch_agpm")
            if name in tool
        ]
    )
    table = tool.get("hatch-agpm", {})
    if not isinstance(table, dict):
        raise ConfigError(TABLE, "must be a table", repr(table))
    return table


def editable_mode(pyproject: Mapping[str, object]) -> str:
    """
    Return the mode of an editable install: `redirect`, `in-tree` or `off`.

    Reads only that key; raises ConfigError for other values.
    """
    reader = TableReader(f"{TABLE}.")
    mode = read_single_key(pyproject, "editable", reader).editable
    raise_problems(reader.problems)
    return mode


def read_single_key(
    pyproject: Mapping[str, object], key: str, reader: TableReader
) -> ProjectTable:
    """
    Return `[tool.hatch-agpm]` as if it had no other key than one.

    Problems with that key go to `reader`.
    """
    tool = pyproject.get("tool")
    table = tool.get("hatch-agpm") if isinstance(tool, dict) else None
    options = table if isinstance(table, dict) else {}
    only = {name: value for name, value in options.items() if name == key}
    return read_table(ProjectTable, only, reader)


def _manifest(
    root: Path,
    pyproject: Mapping[str, object],
    tables: ProjectTable,
    reader: TableReader,
    only: Collection[str] | None,
) -> tuple[Manifest, Mapping[str, DirectoryListing]]:
    """
    Read the manifest; return it with the directories that were searched for it.

    Raises its problems together with those of `reader`.
    """
    path, table = tables.manifest, _table(pyproject)
    if path is None:
        if "manifest" in table:
            raise_problems(reader.problems)
        return _own_manifest(root, tables, reader, _name(pyproject), only)
    try:
        manifest = _other_manifest(root, table, path)
    except ProblemsError as error:
        raise ProblemsError([*reader.problems, *error.problems]) from None
    except AgpmError as error:
        raise_problems([*reader.problems, error])
        raise
    raise_problems(reader.problems)
    return manifest, {}


def _name(pyproject: Mapping[str, object]) -> str:
    """Return the name of the project as a skill can have it, "" without one."""
    project = pyproject.get("project")
    name = project.get("name") if isinstance(project, dict) else ""
    return canonicalize_name(str(name)) if name else ""


def _own_manifest(
    root: Path,
    tables: ProjectTable,
    reader: TableReader,
    name: str,
    only: Collection[str] | None,
) -> tuple[Manifest, Mapping[str, DirectoryListing]]:
    """Read the resources of the table, and find those that have no key."""
    selections = read_selections(reader, tables, root)
    keyed = list(keyed_selections(tables))
    unlisted = [each for each in RESOURCE_TYPES if section_value(tables, each) is None]
    searching = [
        replace(each, only=only) for each in (*selections, *conventional(unlisted))
    ]
    # Before they are searched, so that a file that is added meanwhile is seen as a
    # change.
    searched = searched_directories(root, searching)
    names = BundleNames(directories=_directories(selections), project=name)
    found, problems = find_resources(root, searching, keyed, names)
    refuse_near_names(root, [*searching, *keyed])
    if not found and len(unlisted) == len(RESOURCE_TYPES):
        # With a misspelt section there seem to be no resources; one message is enough.
        raise_problems(reader.problems)
        if tables.templates is None:
            raise ConfigError(
                f"{TABLE}",
                "lists no resource, and none is found in "
                f"{CONVENTION}, {CONVENTION}/agents, ...",
                hint="list them, or move the templates there",
            )
    reader.problems += problems
    path = "pyproject.toml"
    return read_manifest(tables, reader, path=path, found=found, names=names), searched


def _directories(selections: Iterable[Selection]) -> dict[str, tuple[str, ...]]:
    """Return the directories that are listed as such, by section."""
    found: dict[str, tuple[str, ...]] = {}
    for each in selections:
        if not (each.file or each.pattern or each.is_external):
            found[each.section] = (*found.get(each.section, ()), each.directory)
    return found


def _other_manifest(root: Path, table: Mapping[str, object], path: str) -> Manifest:
    """Read the AGPM manifest that the table names; it replaces the table's own."""
    problems: list[AgpmError] = [
        ConfigError(
            f"{TABLE}.{section}",
            "cannot be combined with 'manifest'",
            hint=f"move it into {path}, or delete 'manifest'",
        )
        for section in (*SECTIONS, "verbatim")
        if section in table
    ]
    raise_problems(problems)
    if leads_out(path):
        key, what = f"{TABLE}.manifest", "must stay inside the project"
        raise ConfigError(key, what, repr(path))
    if not (root / path).resolve().is_relative_to(root.resolve()):
        key, what = f"{TABLE}.manifest", "leads out of the project through a link"
        raise ConfigError(key, what, repr(path))
    return _agpm_manifest(root / path, path)


def _agpm_manifest(path: Path, shown: str) -> Manifest:
    reader = TableReader(path=shown)
    tables = read_table(AgpmTable, load_toml(path, shown), reader)
    manifest = read_manifest(tables, reader, path=shown)
    return replace(manifest, token_warning_threshold=tables.token_warning_threshold)


def read_agpm_toml(path: Path, root: Path) -> Project:
    """
    Read an AGPM manifest on its own; no path may be outside of `root`.

    Raises ConfigError, or ProblemsError with everything that is wrong.
    """
    manifest = _agpm_manifest(path, path.name)
    return Project(root=root, base=path.parent, manifest=manifest)
