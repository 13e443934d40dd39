"""
From plain tables to a `Manifest`: the resources and their tools.

The same tables are in `[tool.hatch-agpm]` and in an AGPM `agpm.toml`; the caller says
which, so that messages name what the user wrote.  Reads no files.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from hatch_agpm.config.patches import read_patches
from hatch_agpm.config.sources import (
    GIT_FIELDS,
    check_source,
    path_problem,
    read_sources,
    refuse_git,
)
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
from hatch_agpm.formats.toml import TableReader, plain_json, quoted_key
from hatch_agpm.model.declaration import Declaration
from hatch_agpm.model.types import RESOURCE_TYPES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hatch_agpm.model.config import Patch, Source

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

_FOR_AGPM_ONLY: Final = ("gitignore", "token_warning_threshold")
"""Keys of an agpm.toml that affect only AGPM's own commands."""

_ENTRY_TEXTS: Final = (
    *("path", "tool", "filename", "target"),
    *("source", "version", "command"),
)
_ENTRY_FIELDS: Final = (
    *_ENTRY_TEXTS,
    *GIT_FIELDS,
    "flatten",
    "install",
    "template_vars",
    "args",
)


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
    table: Mapping[str, object], *, prefix: str, path: str, agpm_toml: bool
) -> Manifest:
    """
    Read the tables of a manifest; other keys of `table` are the caller's.

    In messages, `prefix` precedes the keys, and `path` is the file.  In an `agpm_toml`
    the keys for AGPM's own commands are accepted, and unknown ones are refused here.
    Raises ConfigError, or ProblemsError with all problems.
    """
    shown_path = path if agpm_toml else ""
    reader = TableReader(prefix, shown_path)
    if agpm_toml:
        reader.known_only(table, (*SECTIONS, *_FOR_AGPM_ONLY))
        _check_agpm_only(reader, table)
    project = reader.get(table, "project", dict) or {}
    tools = _tools(reader, reader.get(table, "tools", dict))
    defaults = _default_tools(reader, reader.get(table, "default-tools", dict) or {})
    sources = read_sources(reader, reader.get(table, "sources", dict) or {})
    patches = _patches(reader, table)
    entries: list[Declaration] = []
    for section in RESOURCE_TYPES:
        listed = reader.get(table, section, dict) or {}
        _same_but_for_case(reader, section, listed)
        for alias in listed:
            entry = _entry(reader, section, alias, listed[alias], defaults)
            if entry and _usable(reader, entry, tools):
                check_source(reader, entry, sources)
                patch = patches.get((section, alias))
                entries.append(replace(entry, patch=patch))
    raise_problems(reader.problems)
    return Manifest(
        project=_json_table(project),
        entries=tuple(entries),
        tools=tools,
        default_tools=defaults,
        sources=sources,
        path=path,
    )


def _check_agpm_only(reader: TableReader, table: Mapping[str, object]) -> None:
    """Report wrong types, which AGPM refuses; the values have no effect here."""
    reader.get(table, "gitignore", bool)
    threshold = reader.get(table, "token_warning_threshold", int)
    if threshold is not None and threshold < 0:
        what = "must not be negative"
        reader.problem("token_warning_threshold", what, got=str(threshold))


def _patches(
    reader: TableReader, table: Mapping[str, object]
) -> Mapping[tuple[str, str], Patch]:
    if "patch" not in table:
        return {}
    return read_patches(reader, table)


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
    value = _known_fields(reader, value, where)
    texts = {field: reader.get(value, field, str, where) for field in _ENTRY_TEXTS}
    reader.strings(value, "args", where)  # have no effect, in AGPM and here
    refuse_git(reader, value, where)
    template_vars = reader.get(value, "template_vars", dict, where)
    flatten = reader.get(value, "flatten", bool, where)
    install = reader.get(value, "install", bool, where)
    export = reader.get(value, "export", bool, where)
    path = texts["path"]
    _check_path(reader, value, path, where)
    if not path:
        return None
    return Declaration(
        section=section,
        name=alias,
        path=path,
        key=reader.whole(key),
        tool=texts["tool"] or default_tool(section, defaults),
        source=texts["source"],
        filename=texts["filename"],
        target=texts["target"],
        flatten=flatten,
        install=install,
        export=export,
        template_vars=None if template_vars is None else _json_table(template_vars),
    )


def _known_fields(
    reader: TableReader, value: Mapping[str, object], where: str
) -> Mapping[str, object]:
    """Return the fields of an entry, and report each that is not allowed."""
    known: tuple[str, ...] = _ENTRY_FIELDS
    if not reader.path:
        known = (*known, "export")
    elif "export" in value:
        hint = "name it in the `resources` of [tool.hatch-agpm.export], pyproject.toml"
        reader.problem(f"{where}export", "is not a field of AGPM", hint=hint)
        value = {field: value[field] for field in value if field != "export"}
    reader.known_only(value, known, where)
    return value


def _check_path(
    reader: TableReader, value: Mapping[str, object], path: str | None, where: str
) -> None:
    if "path" not in value:
        reader.problem(f"{where}path", "is missing")
    elif path is not None and (problem := path_problem(path)):
        reader.problem(f"{where}path", problem, got=repr(path))


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


def _default_tools(
    reader: TableReader, table: Mapping[str, object]
) -> Mapping[str, str]:
    # AGPM ignores an unknown type here; it can only be a mistake.
    reader.known_only(table, RESOURCE_TYPES, "default-tools.")
    found = {
        section: reader.get(table, section, str, "default-tools.")
        for section in RESOURCE_TYPES
    }
    return {section: tool for section, tool in found.items() if tool is not None}


def _tools(
    reader: TableReader, table: Mapping[str, object] | None
) -> Mapping[str, Tool]:
    """Return the tools; a table `[tools.*]` replaces all of AGPM's (semantics, 7.1)."""
    if table is None:
        return BUILTIN_TOOLS
    tools: dict[str, Tool] = {}
    for name in table:
        where = f"tools.{quoted_key(name)}"
        value = reader.expect(table[name], dict, where)
        if value is None:
            continue
        where += "."
        reader.known_only(value, ("path", "enabled", "resources"), where)
        if "/" in name or "\\" in name or ".." in name:
            reader.problem(where[:-1], "must not be a path")
        path = reader.get(value, "path", str, where)
        if "path" not in value:
            reader.problem(f"{where}path", "is missing")
        enabled = reader.get(value, "enabled", bool, where)
        resources = reader.get(value, "resources", dict, where) or {}
        builtin = BUILTIN_TOOLS.get(name)
        rules = dict(builtin.rules) if builtin else {}
        rules |= _install_rules(reader, name, resources, f"{where}resources.")
        if path is not None and _leaves_project(reader, path, f"{where}path"):
            continue
        tools[name] = Tool(path=path or "", rules=rules, enabled=enabled is not False)
    return tools


def _leaves_project(reader: TableReader, path: str, key: str) -> bool:
    if leads_out(path.replace("\\", "/")):
        reader.problem(key, "must stay inside the project", got=repr(path))
        return True
    return False


def _install_rules(
    reader: TableReader, tool: str, resources: Mapping[str, object], where: str
) -> dict[str, InstallRule]:
    reader.known_only(resources, RESOURCE_TYPES, where)
    rules: dict[str, InstallRule] = {}
    for section in RESOURCE_TYPES:
        value = reader.get(resources, section, dict, where)
        if value is None:
            continue
        here = f"{where}{section}."
        reader.known_only(value, ("path", "merge-target", "flatten"), here)
        path = reader.get(value, "path", str, here)
        merge_target = reader.get(value, "merge-target", str, here)
        # An overridden type without `flatten` is not flattened.
        flatten = reader.get(value, "flatten", bool, here) or False
        rule = make_install_rule(
            tool, section, path=path, merge_target=merge_target, flatten=flatten
        )
        if rule is None:
            wanted = "merge-target" if section in MERGED else "path"
            if wanted not in value:
                reader.problem(f"{here}{wanted}", "is missing")
        else:
            _leaves_project(reader, rule.path.lstrip("/"), here[:-1])
        # A wrong install rule is reported once, not again for each of its resources.
        rules[section] = rule or InstallRule(path=section)
    return rules
