"""
Tools and install paths: the paths to which AGPM installs resources.

Works on texts and reads no files.  The rules are AGPM's (semantics, 3.4 and 7.1),
except that a path is never outside of its tool's directory.
"""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from itertools import dropwhile
from typing import TYPE_CHECKING, Final

from hatch_agpm.errors import did_you_mean
from hatch_agpm.formats.file_names import leads_out
from hatch_agpm.formats.toml import quoted_key
from hatch_agpm.model.declaration import Declaration

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hatch_agpm.config.tables import InstallTable, ToolTable
    from hatch_agpm.formats.toml import TableReader
    from hatch_agpm.model.types import AgpmSection

__all__ = [
    "BUILTIN_TOOLS",
    "MERGED",
    "InstallRule",
    "Tool",
    "default_tool",
    "install_path",
    "make_install_rule",
    "read_tools",
    "tool_problem",
]

MERGED: Final = ("hooks", "mcp-servers")
"""The types whose resources are merged into one file of the tool."""

_NOTHING: Final = "leaves nothing to name the file by"


@dataclass(frozen=True, kw_only=True, slots=True)
class InstallRule:
    """Where a tool has resources of one type."""

    path: str
    """The directory in the tool's own, or the file that resources are merged into."""

    merge: bool = False
    flatten: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Tool:
    """A coding agent that resources are for."""

    path: str
    """Its directory, relative to the directory into which AGPM installs."""

    rules: Mapping[str, InstallRule]
    """The rules by plural of the type; other types are not supported."""

    enabled: bool = True


BUILTIN_TOOLS: Final[Mapping[str, Tool]] = {
    "claude-code": Tool(
        path=".claude",
        rules={
            "agents": InstallRule(path="agents/agpm", flatten=True),
            "snippets": InstallRule(path="snippets/agpm"),
            "commands": InstallRule(path="commands/agpm", flatten=True),
            "scripts": InstallRule(path="scripts/agpm"),
            "skills": InstallRule(path="skills/agpm"),
            "hooks": InstallRule(path=".claude/settings.local.json", merge=True),
            "mcp-servers": InstallRule(path=".mcp.json", merge=True),
        },
    ),
    "opencode": Tool(
        path=".opencode",
        rules={
            "agents": InstallRule(path="agent/agpm", flatten=True),
            "snippets": InstallRule(path="snippet/agpm"),
            "commands": InstallRule(path="command/agpm", flatten=True),
            "mcp-servers": InstallRule(path=".opencode/opencode.json", merge=True),
        },
    ),
    "agpm": Tool(path=".agpm", rules={"snippets": InstallRule(path="snippets")}),
}
"""AGPM's own tools (tool_config of release 0.4.14)."""


def make_install_rule(
    tool: str,
    section: str,
    *,
    path: str | None,
    merge_target: str | None,
    flatten: bool = False,
) -> InstallRule | None:
    """
    Return the install rule that a table `[tools.<tool>.resources.<section>]` defines.

    A tool supports hooks or servers if the table has `path` or `merge_target`; without
    the latter, AGPM's own file is used.  Other types need a `path`.  None if the tool
    does not support the type.
    """
    if section not in MERGED:
        return None if path is None else InstallRule(path=path, flatten=flatten)
    if merge_target is None:
        if path is None:
            return None
        merge_target = _merge_file(tool, section)
    return InstallRule(path=_posix(merge_target), merge=True)


def _merge_file(tool: str, section: str) -> str:
    if section == "hooks":
        return ".claude/settings.local.json"
    return ".opencode/opencode.json" if tool == "opencode" else ".mcp.json"


def default_tool(section: str, defaults: Mapping[str, str]) -> str:
    """Return the default tool of a type."""
    return defaults.get(section, "agpm" if section == "snippets" else "claude-code")


def install_path(
    tool: Tool, section: str, path: str, entry: Declaration | None = None
) -> str:
    """
    Return the path to which AGPM installs a resource, relative to AGPM's directory.

    `path` is the file, relative to the manifest, with `/`.  The tool must support the
    resources of `section`.  An `entry` may have options for the path.  Raises
    ValueError, with the problem, if nothing remains of the path or it would be outside
    of the tool's directory.
    """
    rule = tool.rules[section]
    if rule.merge:
        return rule.path
    entry = entry or Declaration(section=section, path=path)
    flat = rule.flatten if entry.flatten is None else entry.flatten
    base = _joined(tool.path, *filter(None, rule.path.split("/")))
    kept = _meaningful(path) if entry.filename is None else entry.filename
    relative = _kept_part(kept, base, flat=flat)
    # Texts are joined, not paths: AGPM keeps `.` and `..` of a target as written.
    inside = _posix(_joined((entry.target or "").lstrip("/\\"), relative))
    if "\0" in inside:
        raise ValueError("holds a NUL character")
    if _leads_out(inside):
        raise ValueError(f"leads out of {base}")
    if posixpath.normpath(inside) == ".":
        raise ValueError(_NOTHING)
    return _joined(_posix(base), inside)


def _posix(path: str) -> str:
    """Return a path with `/` instead of backslashes, as AGPM does."""
    return path.replace("\\", "/")


def _joined(*parts: str) -> str:
    """Join texts by one slash each, as Rust's `PathBuf` does."""
    whole = ""
    for part in parts:
        whole += f"/{part}" if whole and not whole.endswith("/") else part
    return whole


def _meaningful(path: str) -> str:
    """Return a path without leading `.` and `..`: `../../shared/x` is `shared/x`."""
    parts = [part for part in _posix(path).split("/") if part not in {"", "."}]
    if path.startswith("/"):
        folded: list[str] = []
        for part in parts:
            if part == "..":
                del folded[-1:]
            else:
                folded.append(part)
        return "/".join(folded)
    return "/".join(dropwhile("..".__eq__, parts))


def _kept_part(path: str, base: str, *, flat: bool) -> str:
    """Return the part of a path that is kept below the directory `base`."""
    parts = [part for part in path.split("/") if part not in {"", "."}]
    if flat:
        parts = parts[-1:]
    else:
        names = list(dropwhile("..".__eq__, parts))
        if names and names[0] in base.split("/"):
            parts = names[1:]
    if not parts or parts == [".."]:
        raise ValueError(_NOTHING)
    return "/".join(parts)


def _leads_out(path: str) -> bool:
    depth = 0
    for part in path.split("/"):
        depth += -1 if part == ".." else part not in {"", "."}
        if depth < 0:
            return True
    return False


def tool_problem(tool: str, section: str, tools: Mapping[str, Tool]) -> str:
    """Return why a tool cannot have what a section lists, "" if it can."""
    if tool not in tools:
        hint = did_you_mean(tool, tools) or f"known are {', '.join(sorted(tools))}"
        return f"is not known; {hint}"
    if section not in tools[tool].rules:
        able = sorted(name for name, other in tools.items() if section in other.rules)
        return f"does not support {section}" + (
            f"; {', '.join(able)} would" if able else ""
        )
    return ""


def read_tools(
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
    reader: TableReader,
    tool: str,
    tables: Mapping[AgpmSection, InstallTable],
    where: str,
) -> dict[str, InstallRule]:
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
