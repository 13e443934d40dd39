"""
Where shipped files go in a project, by AGPM's rules, and which paths are refused.

Paths of distributions and of records are not trusted: a file must be in a directory of
a known tool that is for such files, and its name must be possible on every system.
"""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from hatch_agpm.config import read_single_key
from hatch_agpm.config.tools import BUILTIN_TOOLS, InstallRule, Tool, read_tools
from hatch_agpm.errors import ConfigError, did_you_mean, raise_problems
from hatch_agpm.formats.file_names import (
    faults,
    folded,
    is_git_directory,
    split_extension,
)
from hatch_agpm.formats.toml import TableReader
from hatch_agpm.model.config import TABLE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from hatch_agpm.install.shipped import Shipment
    from hatch_agpm.model.rendering import FileContent

__all__ = [
    "Placed",
    "Tools",
    "check_tools",
    "is_settings_file",
    "place",
    "project_tools",
    "twins",
]

_CLAUDE: Final = "claude-code"
_OPENCODE: Final = "opencode"
_SHARED: Final = "agents"
"""The name of the directory `.agents`, which several tools read."""

_EXPORTS: Final[Mapping[str, Mapping[str, str]]] = {
    _CLAUDE: {
        "skills": ".claude/skills",
        "agents": ".claude/agents",
        "commands": ".claude/commands",
    },
    _OPENCODE: {"skills": ".opencode/skills"},
    _SHARED: {"skills": ".agents/skills"},
}
"""Where tools look for what is exported, by section."""

_DIRECTORIES: Final[Mapping[str, tuple[str, ...]]] = {
    ".claude": ("agents", "commands", "scripts", "skills", "snippets"),
    ".opencode": (
        *("agent", "agents", "command", "commands"),
        *("skill", "skills", "snippet", "snippets"),
    ),
    ".agents": ("skills",),
    ".agpm": ("snippets",),
}
"""What may be written to in the folder of a tool: nothing that it runs or obeys."""

_SETTINGS: Final[Mapping[tuple[str, str], tuple[str, ...]]] = {
    (_CLAUDE, "hook"): (".claude/settings.local.json", ".claude/settings.json"),
    (_CLAUDE, "mcp-server"): (".mcp.json",),
    (_OPENCODE, "mcp-server"): (
        *(".opencode/opencode.json", ".opencode/opencode.jsonc"),
        *("opencode.json", "opencode.jsonc"),
    ),
}
"""The settings files into which a tool's hooks and servers can be merged."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Tools:
    """The tools of a project: AGPM's, `.agents`, and those of its own table."""

    tools: Mapping[str, Tool]

    def path_problem(self, path: str, tool: str | None = None) -> str:
        """
        Return why a file may not be at a path, "" if it may.

        It must be below a directory of the tool, by default of any tool.
        """
        if found := next(faults(path), ""):
            return found
        names = self.tools if tool is None else {tool} & self.tools.keys()
        known = sorted({each for name in names for each in self._directories(name)})
        if not any(path.startswith(f"{directory}/") for directory in known):
            shown = ", ".join(known) or "none"
            name = tool or "a tool"
            return f"is not in a directory of {name} for such files ({shown})"
        if any(map(is_git_directory, path.split("/"))):
            return "is in a directory of Git, from which it runs programs"
        return ""

    def is_above(self, path: str) -> bool:
        """Tell whether a directory is the folder of a tool, or one for its files."""
        known = {each for name in self.tools for each in self._directories(name)}
        return any(f"{each}/".startswith(f"{path}/") for each in known)

    def _directories(self, name: str) -> Iterator[str]:
        """Yield the directories that may be written to, relative to the project."""
        tool = self.tools[name]
        top = tool.path.strip("/")
        if next(faults(top), ""):
            return
        for directory in _DIRECTORIES.get(top, ()):
            yield f"{top}/{directory}"
        for rule in tool.rules.values():
            if not rule.merge and not next(faults(rule.path.strip("/")), ""):
                yield f"{top}/{rule.path.strip('/').split('/')[0]}"

    def export_directory(self, tool: str, section: str) -> str | None:
        """Return where a tool looks for what is exported; None if it does not."""
        if tool in _EXPORTS:
            return _EXPORTS[tool].get(section)
        rule = self.tools[tool].rules.get(section)
        if section != "skills" or rule is None or rule.merge:
            return None
        return f"{self.tools[tool].path}/{rule.path}"


def project_tools(pyproject: Mapping[str, object]) -> Tools:
    """
    Return the tools of a project; `pyproject` are the tables of its pyproject.toml.

    Raises ConfigError for wrong tables of tools.
    """
    reader = TableReader(f"{TABLE}.")
    own = read_tools(reader, read_single_key(pyproject, "tools", reader).tools)
    raise_problems(reader.problems)
    shared = Tool(path=".agents", rules={"skills": InstallRule(path="skills")})
    return Tools(tools={**BUILTIN_TOOLS, _SHARED: shared, **own})


def check_tools(names: Sequence[str], tools: Tools) -> None:
    """Raise ConfigError for the name of a tool that there is not."""
    for name in names:
        if name not in tools.tools:
            known = f"known are {', '.join(sorted(tools.tools))}"
            hint = did_you_mean(name, tools.tools) or known
            raise ConfigError(f"--tool {name}", "is not known", hint=hint)


def is_settings_file(path: str) -> bool:
    """Tell whether something can be merged into the file of this path."""
    return any(path in files for files in _SETTINGS.values())


@dataclass(frozen=True, kw_only=True, slots=True)
class Placed:
    """The files of a shipment at their paths in a project, and what is wrong."""

    files: Mapping[str, FileContent]
    directories: Mapping[str, str]
    """The directory of the skill that a file belongs to, by path of the file."""

    settings: Mapping[str, str]
    """The file that each hook or server is merged into, by its full name."""

    problems: tuple[tuple[str, str], ...] = ()
    """Paths or names, each with what is wrong."""

    notes: tuple[str, ...] = ()


def place(shipment: Shipment, tools: Tools, wanted: Collection[str] | None) -> Placed:
    """
    Return where the files of a distribution go.

    `wanted` are the tools; None for all that resources are for, and for exported files
    Claude Code.
    """
    placing = _Placing(shipment, tools)
    placing.files_of(wanted)
    placing.settings_of(wanted)
    return Placed(
        files=placing.files,
        directories=placing.directories,
        settings=placing.settings,
        problems=tuple(dict.fromkeys(placing.problems)),
        notes=tuple(dict.fromkeys(placing.notes)),
    )


class _Placing:
    """Collects the places of one shipment."""

    def __init__(self, shipment: Shipment, tools: Tools) -> None:
        self.shipment = shipment
        self.tools = tools
        self.files: dict[str, FileContent] = {}
        self.directories: dict[str, str] = {}
        self.settings: dict[str, str] = {}
        self.problems: list[tuple[str, str]] = []
        self.notes: list[str] = []

    def files_of(self, wanted: Collection[str] | None) -> None:
        """Place the files of resources, and exported ones for each tool."""
        renamed = _renamed(self.shipment)
        for file in self.shipment.files:
            if file.tool is not None:
                if self.is_wanted(file.tool, file.resource, wanted):
                    own = renamed.get((file.resource, _normal(file.install_path)))
                    path, directory = file.path, file.directory
                    if own is not None:
                        path = own + path.removeprefix(file.install_path)
                        directory = own if directory else ""
                    self.add(file.tool, path, directory, file.content)
                continue
            section, _, rest = file.path.partition("/")
            directory = file.directory.partition("/")[2]
            for tool in sorted(wanted or {_CLAUDE}):
                top = self.tools.export_directory(tool, section)
                if top is not None:
                    own = f"{top}/{directory}" if directory else ""
                    self.add(tool, f"{top}/{rest}", own, file.content)

    def is_wanted(
        self, tool: str, resource: str, wanted: Collection[str] | None
    ) -> bool:
        """Tell whether a resource of a tool is to be installed."""
        if tool not in self.tools.tools:
            if wanted is None:
                what = f"is for the tool '{tool}', which this project does not have"
                title = self.shipment.title
                self.notes.append(f"{resource} of {title} {what}: it is not installed")
            return False
        if wanted is None:
            return self.tools.tools[tool].enabled
        return tool in wanted

    def add(self, tool: str, path: str, directory: str, content: FileContent) -> None:
        """Add one file, or the problem of its path."""
        path = _normal(path)
        if problem := self.tools.path_problem(path, tool):
            self.problems.append((path, problem))
            return
        present = self.files.setdefault(path, content)
        if present.data != content.data:
            what = "is the install path of two files; ask its authors"
            self.problems.append((path, what))
        if directory:
            self.directories[path] = _normal(directory)

    def settings_of(self, wanted: Collection[str] | None) -> None:
        """Place hooks and servers."""
        for setting in self.shipment.settings:
            if not self.is_wanted(setting.tool, setting.resource, wanted):
                continue
            known = _SETTINGS.get((setting.tool, setting.type), ())
            path = _normal(setting.path)
            if path in known:
                self.settings[setting.resource] = path
            elif known:
                what = f"cannot be merged into {path}, only into {', '.join(known)}"
                self.problems.append((setting.resource, what))
            else:
                what = f"there is no settings file of '{setting.tool}' for it"
                title = self.shipment.title
                note = f"{setting.resource} of {title}: {what}: it is not installed"
                self.notes.append(note)


def _renamed(shipment: Shipment) -> dict[tuple[str, str], str]:
    """
    Return other install paths for resources of which several have one.

    AGPM keeps one of these by chance.  Here the file, or the directory of a skill, is
    called as the resource is in the bundle: variants of a template have names there.
    """
    owners: dict[str, dict[str, set[tuple[str, str]]]] = {}
    for file in shipment.files:
        if file.tool is not None:
            by_resource = owners.setdefault(_normal(file.install_path), {})
            content = (file.path, file.content.sha256)
            by_resource.setdefault(file.resource, set()).add(content)
    renamed: dict[tuple[str, str], str] = {}
    for path, by_resource in owners.items():
        if len({frozenset(contents) for contents in by_resource.values()}) > 1:
            folder, slash, name = path.rpartition("/")
            for resource in by_resource:
                own = resource.rpartition("/")[2] + split_extension(name)[1]
                renamed[resource, path] = f"{folder}{slash}{own}"
    return renamed


def _normal(path: str) -> str:
    """Return a path without `.` and `..` where it has these inside, as AGPM may."""
    parts = path.split("/")
    is_plain = path and "" not in parts and "\\" not in path
    return posixpath.normpath(path) if is_plain else path


def twins(paths: Collection[str]) -> Iterator[tuple[str, str, str]]:
    """
    Yield paths of which a system could have only one, and why.

    Parts that differ in case or composition only are one name on some systems, and a
    file cannot be a directory, too.
    """
    spellings: dict[str, str] = {}
    files = set(paths)
    for path in sorted(paths):
        parts = path.split("/")
        for count in range(1, len(parts) + 1):
            part = "/".join(parts[:count])
            other = spellings.setdefault(folded(part), part)
            if other != part:
                yield other, part, "differ in case or composed letters only"
            if count < len(parts) and part in files:
                yield part, path, "would be a file and a directory"
