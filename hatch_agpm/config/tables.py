"""
The tables of a project's configuration, each declared once.

The fields of a class are the keys of a table: what they accept, their defaults, and
below each what it does.  `config/declared.py` reads a table as its class declares it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal, TypeAlias

from hatch_agpm.config.output import output_problem, outside_problem
from hatch_agpm.config.selection.glob import pattern_problem
from hatch_agpm.config.sources import SourceTable, name_problem, path_problem
from hatch_agpm.model.config import ExportSettings
from hatch_agpm.model.declaration import LanguageOption, RuntimeOption
from hatch_agpm.model.declared import key, refused_key
from hatch_agpm.model.runtime import RUNTIME_SCHEMA
from hatch_agpm.model.types import AgpmSection, Section
from hatch_agpm.tera import Limits

__all__ = [
    "AgpmEntryTable",
    "AgpmTable",
    "EntryTable",
    "InstallTable",
    "LimitsTable",
    "Listed",
    "ListedTable",
    "ProjectTable",
    "ResourceTables",
    "ToolTable",
    "section_value",
]

_NO_EXPORT = "name it in the `resources` of [tool.hatch-agpm.export], pyproject.toml"
_LIMITS = Limits()
_EXPORT = ExportSettings()


def _limit(default: int) -> int:
    """Declare a whole number from 1 on."""

    def problem_of(number: int) -> str:
        return "must be at least 1" if number < 1 else ""

    found: int = key(default=default, problem_of=problem_of, schema={"minimum": 1})
    return found


def _negative(number: int) -> str:
    return "must not be negative" if number < 0 else ""


def _no_limit(limit: int | Mapping[str, int]) -> str:
    if isinstance(limit, int):
        return "must be at least 1" if limit < 1 else ""
    return "must have numbers from 1 on" if min(limit.values(), default=1) < 1 else ""


@dataclass(frozen=True, kw_only=True, slots=True)
class LimitsTable:
    """The table `limits`: what one render may use."""

    output: int = _limit(_LIMITS.output)
    """The characters of the output."""

    loop: int = _limit(_LIMITS.loop)
    """The iterations of all loops together, and the length of a range."""

    depth: int = _limit(_LIMITS.depth)
    """The levels of blocks, expressions, macros or values inside each other."""

    source: int = _limit(_LIMITS.source)
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

    resources: Mapping[AgpmSection, InstallTable] | None = None
    """Where it has resources, by type."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AgpmEntryTable:
    """One entry of an `agpm.toml`."""

    path: str | None = key(
        required=True, problem_of=path_problem, schema={"minLength": 1}
    )
    """The template, relative to the project.

    A pattern like `prompts/agents/*.md` lists each match.
    """

    tool: str | None = None
    """The coding agent it is for; by default `claude-code`, for snippets `agpm`."""

    filename: str | None = None
    """The name of the file where AGPM would install it."""

    target: str | None = None
    """The directory into which AGPM would install it, below that of the tool."""

    source: str | None = None
    """The [source](../how-to/sources.md) that has the template."""

    version: str | None = None
    """The version of a Git source: a tag, or a range such as `^1.2`."""

    command: str | None = None
    """Has no effect, in AGPM and here."""

    repo: str | None = None
    """Has no effect, in AGPM and here: the source has the address."""

    branch: str | None = None
    """The branch of a Git source."""

    rev: str | None = None
    """The commit of a Git source."""

    flatten: bool | None = None
    """Whether AGPM keeps only the name of the file when it installs it."""

    install: bool | None = None
    """Whether it is in the wheel; `false` is only for others to embed."""

    template_vars: Mapping[str, object] | None = None
    """Values for this resource; `project` overrides the project's.

    One template that is listed twice with other values is two variants.
    """

    args: tuple[str, ...] = ()
    """Have no effect, in AGPM and here."""

    export: object = refused_key("is not a field of AGPM", _NO_EXPORT)
    """Is an option of `[tool.hatch-agpm]` only."""


@dataclass(frozen=True, kw_only=True, slots=True)
class EntryTable(AgpmEntryTable):
    """One entry of `[tool.hatch-agpm.<type>]`, under a key."""

    export: bool | None = None
    """Whether [coding agents](../how-to/export.md) find it in the installed package.

    By default it is as the table `export` says.
    """

    templating: LanguageOption | None = None
    """The language of the template, for a file that does not say it."""

    runtime: RuntimeOption | None = key(schema=RUNTIME_SCHEMA)
    """The [run-time variables](reading.md#run-time-variables).

    It is for a file that declares none; `"undeclared"` are all unknown names.
    """

    max_tokens: int | None = key(
        "max-tokens", problem_of=_no_limit, schema={"minimum": 1}
    )
    """The [tokens](../how-to/tokens.md) that its text may have."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ListedTable(EntryTable):
    """An item of an array `[[tool.hatch-agpm.<type>]]`, for all files it means."""

    name: str | None = key(problem_of=name_problem, schema={"minLength": 1})
    """The name in the bundle, of one file."""

    exclude: tuple[str, ...] = key(default=(), problem_of=pattern_problem)
    """Patterns of what is left out, relative to the directory."""


Listed: TypeAlias = Annotated[
    str
    | tuple[Annotated[str | ListedTable, "a directory, or a table with a path"], ...]
    | Mapping[str, Annotated[str | EntryTable, "a path or a table with a path"]],
    "a directory, an array, or a table of resources",
]
"""The resources of one type in `[tool.hatch-agpm]`."""

_AgpmListed: TypeAlias = Mapping[
    str, Annotated[str | AgpmEntryTable, "a path or a table with a path"]
]
"""The resources of one type in an `agpm.toml`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ResourceTables:
    """The tables that list resources, in `pyproject.toml` and in an `agpm.toml`."""

    project: Mapping[str, object] | None = None
    """Values for templates, that override the project's own metadata."""

    tools: Mapping[str, ToolTable] | None = None
    """The coding agents, instead of AGPM's own."""

    default_tools: Mapping[AgpmSection, str] | None = key("default-tools")
    """The coding agent of each type, where a resource names none."""

    sources: (
        Mapping[
            str,
            Annotated[
                str | SourceTable,
                "a directory, or a table with a distribution or a repository",
            ],
        ]
        | None
    ) = None
    """[Where else templates may come from](../how-to/sources.md)."""

    patch: Mapping[AgpmSection, Mapping[str, Mapping[str, object]]] | None = None
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

    agents: _AgpmListed | None = None
    snippets: _AgpmListed | None = None
    commands: _AgpmListed | None = None
    mcp_servers: _AgpmListed | None = key("mcp-servers")
    scripts: _AgpmListed | None = None
    hooks: _AgpmListed | None = None
    skills: _AgpmListed | None = None

    gitignore: bool | None = None
    """Has an effect in AGPM's own commands only."""

    token_warning_threshold: int | None = key(
        problem_of=_negative, schema={"minimum": 0}
    )
    """The tokens of a file from which on `check` has a note."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ProjectTable(ResourceTables):
    """The table `[tool.hatch-agpm]`."""

    agents: Listed | None = None
    snippets: Listed | None = None
    commands: Listed | None = None
    mcp_servers: Listed | None = key("mcp-servers")
    scripts: Listed | None = None
    hooks: Listed | None = None
    skills: Listed | None = None

    prompts: Listed | None = None
    """Plain texts for the package's own code."""

    max_tokens: (
        Annotated[
            int | Mapping[Section, int], "a number, or a table of numbers by type"
        ]
        | None
    ) = key("max-tokens", problem_of=_no_limit, schema={"minimum": 1})
    """The [tokens](../how-to/tokens.md) of one text: of all types that models read (not
    scripts, hooks and servers), or by type.
    """

    output: str | None = key(problem_of=output_problem)
    """The directory of the bundle, as a path in the source tree: `src/greeter/prompts`.

    It must be importable.  It may have templates, which are
    [replaced by their renderings](#in-place), and nothing else.  Without it, it is
    `prompts` in the package that the backend packs, or that is named as the
    distribution.
    """

    build_backend: str | None = key("build-backend")
    """The backend that builds the package itself.

    It is needed where the build system names
    [`hatch_agpm.backend`](../how-to/other-backends.md).
    """

    backend_path: tuple[str, ...] = key("backend-path", default=())
    """The directories to import that backend from, as in `[build-system]`."""

    manifest: str | None = None
    """An AGPM manifest to read instead of the tables here."""

    templates: str | None = key(problem_of=outside_problem)
    """A directory of templates that the wheel exports to other projects."""

    metadata: bool | None = None
    """Whether templates see the project's metadata; by default without `manifest`."""

    env: tuple[str, ...] = ()
    """The environment variables that `get_env` may read."""

    limits: LimitsTable = LimitsTable()
    """[Bounds](tera.md) of one render."""

    sbom: bool = False
    """Whether the wheel gets a bill of materials.

    [It](../how-to/build.md#bill-of-materials) lists the files and their sources.
    """

    verbatim: tuple[str, ...] = key(default=(), problem_of=pattern_problem)
    """Patterns of files, relative to the project, that are text as a whole.

    They are text [whatever they look like](#templates).
    """

    hidden_text: tuple[str, ...] = key("hidden-text", default=())
    """The files that may contain invisible characters.

    In any other that is exported or that a template embeds,
    [they are an error](../how-to/build.md#hidden-text).
    """

    editable: Literal["redirect", "in-tree", "off"] = "redirect"
    """What [a development install](../how-to/development-installs.md) does."""

    export: ExportSettings = _EXPORT
    """What [coding agents](../how-to/export.md) find in the installed package."""


def section_value(
    tables: ResourceTables, section: str
) -> (
    str
    | tuple[str | ListedTable, ...]
    | Mapping[str, str | EntryTable]
    | Mapping[str, str | AgpmEntryTable]
    | None
):
    """Return the value of a section in the tables, None if they do not have it."""
    return getattr(tables, section.replace("-", "_"), None)
