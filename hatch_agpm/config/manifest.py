"""
From plain tables to a `Manifest`: the resources and their tools.

The same tables are in `[tool.hatch-agpm]` and in an AGPM `agpm.toml`; the caller says
which, so that messages name what the user wrote.  Reads no files.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from hatch_agpm.config.entries import Known, found_entries, json_table, keyed_entries
from hatch_agpm.config.patches import read_patches
from hatch_agpm.config.sources import check_source, read_sources
from hatch_agpm.config.tables import section_value
from hatch_agpm.config.tools import default_tool, read_tools, tool_problem
from hatch_agpm.errors import ConfigError, raise_problems
from hatch_agpm.model.types import PLAIN, RESOURCE_TYPES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hatch_agpm.config.selection.found import BundleNames, Found
    from hatch_agpm.config.tables import AgpmEntryTable, ResourceTables
    from hatch_agpm.config.tools import Tool
    from hatch_agpm.formats.toml import TableReader
    from hatch_agpm.model.config import Patch, Source
    from hatch_agpm.model.declaration import Declaration
    from hatch_agpm.model.types import AgpmSection

__all__ = ["SECTIONS", "Manifest", "read_manifest"]

SECTIONS: Final = (
    "project",
    *RESOURCE_TYPES,
    "tools",
    "default-tools",
    "sources",
    "patch",
)
"""The tables of a manifest."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Manifest:
    """The resources to render, and their tools."""

    project: Mapping[str, object]
    """`agpm.project` as plain JSON values; {} without one."""

    has_project: bool = False
    """Whether there is a table `project`, which may be empty."""

    entries: tuple[Declaration, ...]
    tools: Mapping[str, Tool]
    default_tools: Mapping[str, str]
    sources: Mapping[str, Source]
    """The sources by name."""

    path: str
    """The file of the manifest, relative to the project root."""

    token_warning_threshold: int | None = None
    """The tokens from which on AGPM warns of a file."""

    names: BundleNames | None = None
    """The names of resources without a key; None for AGPM's, in an agpm.toml."""

    @property
    def is_agpm(self) -> bool:
        """Whether it is an `agpm.toml`, to which AGPM's own rules apply."""
        return self.names is None

    def tool_for(
        self, section: str, wanted: str | None, parent: str | None
    ) -> str | None:
        """
        Return the tool of a dependency (AGPM semantics, 2.5), None for a plain prompt.

        It is the tool that the dependency names, else that of its parent if it supports
        the type, else the default of the type.  Raises ConfigError if the tool is
        unknown or does not support the type.
        """
        if section == PLAIN:
            if wanted is not None:
                what = "is given for a plain prompt, which is for no coding agent"
                raise ConfigError(f"the tool '{wanted}'", what)
            return None
        if wanted is None and parent is not None:
            known = self.tools.get(parent)
            wanted = parent if known and section in known.rules else None
        tool = wanted or default_tool(section, self.default_tools)
        if problem := tool_problem(tool, section, self.tools):
            raise ConfigError(f"the tool '{tool}'", problem)
        return tool


def read_manifest(
    tables: ResourceTables,
    reader: TableReader,
    *,
    path: str,
    found: Sequence[Found] = (),
    names: BundleNames | None = None,
) -> Manifest:
    """
    Return the resources that the tables list, and their tools.

    `path` is the file of the manifest; `found` are the resources that have no key, and
    `names` the names of those that nothing lists.  Problems go to `reader`; raises
    ConfigError, or ProblemsError, with them and those that it has already.
    """
    tools = read_tools(reader, tables.tools)
    defaults = {str(key): tool for key, tool in (tables.default_tools or {}).items()}
    sources = read_sources(reader, tables.sources or {})
    listed = {section: _listed(tables, section) for section in RESOURCE_TYPES}
    patches = _patches(reader, tables.patch or {}, listed, found)
    known = Known(tools=tools, default_tools=defaults, sources=sources)
    entries = keyed_entries(reader, listed, known)
    entries += found_entries(reader, found, known)
    for entry in entries:
        check_source(reader, entry, sources)
    raise_problems(reader.problems)
    order = [*RESOURCE_TYPES].index
    return Manifest(
        project=json_table(tables.project or {}, reader.whole("project")),
        has_project=tables.project is not None,
        entries=tuple(
            replace(entry, patch=patches.get((entry.section, entry.name or "")))
            for entry in sorted(entries, key=lambda entry: order(entry.section))
        ),
        tools=tools,
        default_tools=defaults,
        sources=sources,
        path=path,
        names=names,
    )


def _patches(
    reader: TableReader,
    patch: Mapping[AgpmSection, Mapping[str, Mapping[str, object]]],
    listed: Mapping[str, Mapping[str, object]],
    found: Sequence[Found],
) -> Mapping[tuple[str, str], Patch]:
    """Return the patches of the entries that are listed or were found."""
    keys = {section: [*listed[section]] for section in listed}
    for each in found:
        keys[each.selection.section].append(each.name)
    return read_patches(reader, patch, keys)


def _listed(tables: ResourceTables, section: str) -> Mapping[str, str | AgpmEntryTable]:
    """Return the entries of a section that have a key."""
    value = section_value(tables, section)
    # Directories and arrays have no keys.
    return {} if value is None or isinstance(value, str | tuple) else value
