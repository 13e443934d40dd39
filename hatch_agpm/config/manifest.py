"""
From plain tables to a `Manifest`: the resources and their tools.

The same tables are in `[tool.hatch-agpm]` and in an AGPM `agpm.toml`; the caller says
which, so that messages name what the user wrote.  Reads no files.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from hatch_agpm.config.declared import read_table
from hatch_agpm.config.patches import read_patches
from hatch_agpm.config.sources import check_source, read_sources, refuse_git
from hatch_agpm.config.tables import AgpmEntryTable, EntryTable, section_field
from hatch_agpm.config.tools import (
    BUILTIN_TOOLS,
    MERGED,
    InstallRule,
    Tool,
    default_tool,
    make_install_rule,
)
from hatch_agpm.errors import ConfigError, did_you_mean, raise_problems
from hatch_agpm.formats.file_names import leads_out
from hatch_agpm.formats.toml import plain_json, quoted_key
from hatch_agpm.model.declaration import Declaration
from hatch_agpm.model.types import RESOURCE_TYPES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hatch_agpm.config.tables import InstallTable, ResourceTables, ToolTable
    from hatch_agpm.formats.toml import TableReader
    from hatch_agpm.model.config import Source

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

    entries: tuple[Declaration, ...]
    tools: Mapping[str, Tool]
    default_tools: Mapping[str, str]
    sources: Mapping[str, Source | None]
    """The sources by name; Git repositories, which cannot be read, are None."""

    path: str
    """The file of the manifest, relative to the project root."""

    def tool_for(self, section: str, wanted: str | None, parent: str | None) -> str:
        """
        Return the tool of a dependency (AGPM semantics, 2.5).

        It is the tool that the dependency names, else that of its parent if it supports
        the type, else the default of the type.  Raises ConfigError if the tool is
        unknown or does not support the type.
        """
        if wanted is None and parent is not None:
            known = self.tools.get(parent)
            wanted = parent if known and section in known.rules else None
        tool = wanted or default_tool(section, self.default_tools)
        if problem := _tool_problem(tool, section, self.tools):
            raise ConfigError(f"the tool '{tool}'", problem)
        return tool


def read_manifest(
    tables: ResourceTables,
    reader: TableReader,
    *,
    path: str,
    found: Mapping[str, Mapping[str, object]] = MappingProxyType({}),
) -> Manifest:
    """
    Return the resources that the tables list, and their tools.

    `path` is the file of the manifest, and `found` has the entries by section that no
    table lists.  Problems go to `reader`; raises ConfigError, or ProblemsError, with
    them and those that it has already.
    """
    tools = _tools(reader, tables.tools)
    defaults = tables.default_tools or {}
    # AGPM ignores an unknown type here; it can only be a mistake.
    reader.known_only(defaults, RESOURCE_TYPES, "default-tools.")
    sources = read_sources(reader, tables.sources or {})
    listed = {
        section: found.get(section) or _listed(reader, tables, section)
        for section in RESOURCE_TYPES
    }
    patches = read_patches(reader, tables.patch, listed) if tables.patch else {}
    entries = _entries(reader, listed, defaults, tools)
    for entry in entries:
        check_source(reader, entry, sources)
    raise_problems(reader.problems)
    return Manifest(
        project=_json_table(tables.project or {}),
        entries=tuple(
            replace(entry, patch=patches.get((entry.section, entry.name or "")))
            for entry in entries
        ),
        tools=tools,
        default_tools=defaults,
        sources=sources,
        path=path,
    )


def _entries(
    reader: TableReader,
    listed: Mapping[str, Mapping[str, object]],
    defaults: Mapping[str, str],
    tools: Mapping[str, Tool],
) -> list[Declaration]:
    """Return the entries, without those of tools that are switched off."""
    entries: list[Declaration] = []
    for section, by_key in listed.items():
        _same_but_for_case(reader, section, by_key)
        for alias, value in by_key.items():
            entry = _entry(reader, section, alias, value, defaults)
            if entry and _usable(reader, entry, tools):
                entries.append(entry)
    return entries


def _listed(
    reader: TableReader, tables: ResourceTables, section: str
) -> Mapping[str, object]:
    value = getattr(tables, section_field(section))
    return reader.expect(value, dict, section) or {} if value is not None else {}


def _json_table(table: Mapping[str, object]) -> dict[str, object]:
    return {key: plain_json(value) for key, value in table.items()}


def _usable(reader: TableReader, entry: Declaration, tools: Mapping[str, Tool]) -> bool:
    """Tell whether the entry's tool is known and enabled; report an unknown tool."""
    # An entry always has both; a dependency need not.
    name, tool = entry.name or "", entry.tool or ""
    key = f"{entry.section}.{quoted_key(name)}"
    if problem := _tool_problem(tool, entry.section, tools):
        reader.problem(f"{key}: the tool '{tool}'", problem)
        return False
    # AGPM skips what is listed for a tool that is switched off (semantics, 2.7).
    return tools[tool].enabled


def _tool_problem(tool: str, section: str, tools: Mapping[str, Tool]) -> str:
    if tool not in tools:
        hint = did_you_mean(tool, tools) or f"known are {', '.join(sorted(tools))}"
        return f"is not known; {hint}"
    if section not in tools[tool].rules:
        able = sorted(name for name, other in tools.items() if section in other.rules)
        return f"does not support {section}" + (
            f"; {', '.join(able)} would" if able else ""
        )
    return ""


def _entry(
    reader: TableReader,
    section: str,
    alias: str,
    value: object,
    defaults: Mapping[str, str],
) -> Declaration | None:
    key = f"{section}.{quoted_key(alias)}"
    if isinstance(value, str):
        value = {"path": value}
    if not isinstance(value, dict):
        reader.problem(key, "must be a path or a table with a path", got=repr(value))
        return None
    where = f"{key}."
    found = _entry_table(reader, value, where)
    refuse_git(reader, value, where)
    if not found.path:
        return None
    variables = found.template_vars
    return Declaration(
        section=section,
        name=alias,
        path=found.path,
        key=reader.whole(key),
        tool=found.tool or default_tool(section, defaults),
        source=found.source,
        filename=found.filename,
        target=found.target,
        flatten=found.flatten,
        install=found.install,
        export=found.export if isinstance(found, EntryTable) else None,
        template_vars=None if variables is None else _json_table(variables),
    )


def _entry_table(
    reader: TableReader, value: Mapping[str, object], where: str
) -> AgpmEntryTable:
    """Return the keys of an entry; those of an agpm.toml are AGPM's."""
    if not reader.path:
        return read_table(EntryTable, value, reader, where)
    if "export" in value:
        hint = "name it in the `resources` of [tool.hatch-agpm.export], pyproject.toml"
        reader.problem(f"{where}export", "is not a field of AGPM", hint=hint)
        value = {name: value[name] for name in value if name != "export"}
    return read_table(AgpmEntryTable, value, reader, where)


def _same_but_for_case(
    reader: TableReader, section: str, listed: Mapping[str, object]
) -> None:
    seen: dict[str, str] = {}
    for alias in listed:
        other = seen.setdefault(alias.casefold(), alias)
        if other != alias:
            reader.problem(
                f"{section}.{quoted_key(alias)}",
                f"differs from '{other}' in case only",
                hint="some file systems would keep one of them; rename it",
            )


def _tools(
    reader: TableReader, tables: Mapping[str, ToolTable] | None
) -> Mapping[str, Tool]:
    """Return the tools; a table `[tools.*]` replaces all of AGPM's (semantics, 7.1)."""
    if tables is None:
        return BUILTIN_TOOLS
    tools: dict[str, Tool] = {}
    for name, table in tables.items():
        where = f"tools.{quoted_key(name)}"
        if "/" in name or "\\" in name or ".." in name:
            reader.problem(where, "must not be a path")
        builtin = BUILTIN_TOOLS.get(name)
        rules = dict(builtin.rules) if builtin else {}
        rules |= _install_rules(
            reader, name, table.resources or {}, f"{where}.resources."
        )
        path = table.path or ""
        if path and _leaves_project(reader, path, f"{where}.path"):
            continue
        tools[name] = Tool(path=path, rules=rules, enabled=table.enabled)
    return tools


def _leaves_project(reader: TableReader, path: str, key: str) -> bool:
    if leads_out(path.replace("\\", "/")):
        reader.problem(key, "must stay inside the project", got=repr(path))
        return True
    return False


def _install_rules(
    reader: TableReader, tool: str, tables: Mapping[str, InstallTable], where: str
) -> dict[str, InstallRule]:
    reader.known_only(tables, RESOURCE_TYPES, where)
    rules: dict[str, InstallRule] = {}
    for section, table in tables.items():
        here = f"{where}{section}."
        rule = make_install_rule(
            tool,
            section,
            path=table.path,
            merge_target=table.merge_target,
            # An overridden type without `flatten` is not flattened.
            flatten=table.flatten,
        )
        if rule is None:
            wanted = "merge-target" if section in MERGED else "path"
            reader.problem(f"{here}{wanted}", "is missing")
        else:
            _leaves_project(reader, rule.path.lstrip("/"), here[:-1])
        # A wrong install rule is reported once, not again for each of its resources.
        rules[section] = rule or InstallRule(path=section)
    return rules
