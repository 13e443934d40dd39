"""
The tables of a project's configuration, each declared once.

The fields of a class are the keys of a table: what they accept, their defaults, and
below each what it does.  `config/declared.py` reads a table as its class declares it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from hatch_agpm.config.declared import key
from hatch_agpm.config.output import output_problem, outside_problem
from hatch_agpm.config.selection.glob import compile_pattern
from hatch_agpm.config.sources import path_problem
from hatch_agpm.model.config import ExportSettings
from hatch_agpm.tera import Limits

__all__ = [
    "AgpmEntryTable",
    "AgpmTable",
    "EntryTable",
    "InstallTable",
    "LimitsTable",
    "ListedTable",
    "ProjectTable",
    "ResourceTables",
    "ToolTable",
    "section_value",
]

_LIMITS = Limits()
_EXPORT = ExportSettings()


def _below_one(number: int) -> str:
    return "must be at least 1" if number < 1 else ""


def _negative(number: int) -> str:
    return "must not be negative" if number < 0 else ""


def _wrong_pattern(patterns: tuple[str, ...]) -> str:
    try:
        for pattern in patterns:
            compile_pattern(pattern)
    except ValueError as error:
        return f"is not an array of patterns: {error}"
    return ""


@dataclass(frozen=True, kw_only=True, slots=True)
class LimitsTable:
    """The table `limits`: what one render may use."""

    output: int = key(default=_LIMITS.output, problem_of=_below_one)
    """The characters of the output."""

    loop: int = key(default=_LIMITS.loop, problem_of=_below_one)
    """The iterations of all loops together, and the length of a range."""

    depth: int = key(default=_LIMITS.depth, problem_of=_below_one)
    """The levels of blocks, expressions, macros or values inside each other."""

    source: int = key(default=_LIMITS.source, problem_of=_below_one)
    """The characters of a template."""


@dataclass(frozen=True, kw_only=True, slots=True)
class InstallTable:
    """A table `[tools.<tool>.resources.<type>]`: where a tool has what."""

    path: str | None = None
    """The directory, relative to that of the tool."""

    merge_target: str | None = key("merge-target")
    """The file into which hooks and servers are merged."""

    flatten: bool = False
    """Whether only the name of a file is kept of its path."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ToolTable:
    """A table `[tools.<tool>]`: a coding agent that resources are for."""

    path: str | None = key(required=True)
    """Its directory."""

    enabled: bool = True
    """Whether what is listed for it is used."""

    resources: Mapping[str, InstallTable] | None = None
    """Where it has resources, by type."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AgpmEntryTable:
    """One entry of an `agpm.toml`."""

    path: str | None = key(required=True, problem_of=path_problem)
    """The template; a pattern like `prompts/agents/*.md` lists each match."""

    tool: str | None = None
    """The coding agent it is for."""

    filename: str | None = None
    """The name of the file where AGPM would install it."""

    target: str | None = None
    """The directory into which AGPM would install it, below that of the tool."""

    source: str | None = None
    """The source that has the template."""

    version: str | None = None
    """The version of a source; it has no effect beside a path."""

    command: str | None = None
    """Has no effect, in AGPM and here."""

    branch: object = None
    """A branch of a Git repository, which a build does not read."""

    rev: object = None
    """A commit of a Git repository, which a build does not read."""

    flatten: bool | None = None
    """Whether AGPM keeps only the name of the file when it installs it."""

    install: bool | None = None
    """Whether it is in the wheel; else it is only for others to embed."""

    template_vars: Mapping[str, object] | None = None
    """Values for this resource; `project` overrides the project's."""

    args: tuple[str, ...] = ()
    """Have no effect, in AGPM and here."""


@dataclass(frozen=True, kw_only=True, slots=True)
class EntryTable(AgpmEntryTable):
    """One entry of `[tool.hatch-agpm.<type>]`, under a key."""

    export: bool | None = None
    """Whether coding agents find it in the installed package."""

    templating: object = None
    """Whether it is a template: `true`, `false` or `"jinja2"`, unless the file says."""

    runtime: Mapping[str, object] | None = None
    """Its run-time variables, as in `agpm.runtime`, unless the file declares any."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ListedTable(EntryTable):
    """An item of an array `[[tool.hatch-agpm.<type>]]`, for all files it means."""

    name: str | None = None
    """The name in the bundle, of one file."""

    exclude: tuple[str, ...] = key(default=(), problem_of=_wrong_pattern)
    """Patterns of what is left out, relative to the directory."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ResourceTables:
    """The tables that list resources, in `pyproject.toml` and in an `agpm.toml`."""

    project: Mapping[str, object] | None = None
    """Values for templates, that override the project's own metadata."""

    tools: Mapping[str, ToolTable] | None = None
    """The coding agents, instead of AGPM's own."""

    default_tools: Mapping[str, str] | None = key("default-tools")
    """The coding agent of each type, where a resource names none."""

    sources: Mapping[str, object] | None = None
    """Where else templates may come from."""

    patch: Mapping[str, object] | None = None
    """Values that replace those of files, by type and key."""

    agents: object = None
    """Subagents of coding agents."""

    snippets: object = None
    """Texts that other resources embed."""

    commands: object = None
    """Commands of coding agents."""

    mcp_servers: object = key("mcp-servers")
    """The configuration of MCP servers."""

    scripts: object = None
    """Programs that hooks run."""

    hooks: object = None
    """What coding agents do at events."""

    skills: object = None
    """Directories with a `SKILL.md`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AgpmTable(ResourceTables):
    """An `agpm.toml`."""

    gitignore: bool | None = None
    """Has an effect in AGPM's own commands only."""

    token_warning_threshold: int | None = key(problem_of=_negative)
    """Has an effect in AGPM's own commands only."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ProjectTable(ResourceTables):
    """The table `[tool.hatch-agpm]`."""

    prompts: object = None
    """Plain texts for the package's own code."""

    output: str | None = key(problem_of=output_problem)
    """The bundle's directory, as a path in the source tree."""

    build_backend: str | None = key("build-backend")
    """The backend that builds the package, where `hatch_agpm.backend` wraps it."""

    backend_path: tuple[str, ...] = key("backend-path", default=())
    """The directories of the project that have that backend."""

    manifest: str | None = None
    """An AGPM manifest to read instead of the tables here."""

    templates: str | None = key(problem_of=outside_problem)
    """A directory of templates that the wheel exports to other projects."""

    metadata: bool | None = None
    """Whether templates see the project's own metadata."""

    env: tuple[str, ...] = ()
    """The environment variables that templates may read."""

    limits: LimitsTable = LimitsTable()
    """Bounds of one render."""

    sbom: bool = False
    """Whether the wheel gets a bill of materials."""

    verbatim: tuple[str, ...] = key(default=(), problem_of=_wrong_pattern)
    """Patterns of files that are text as a whole, whatever they look like."""

    hidden_text: tuple[str, ...] = key("hidden-text", default=())
    """The files that may contain invisible characters."""

    editable: Literal["redirect", "in-tree", "off"] = "redirect"
    """What a development install does."""

    export: ExportSettings = _EXPORT
    """What coding agents find in the installed package."""


def section_value(tables: ResourceTables, section: str) -> object:
    """Return the value of a section in the tables, None if they do not have it."""
    return getattr(tables, section.replace("-", "_"), None)
