"""The declaration of a resource in a project."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Final, Literal, TypeAlias

if TYPE_CHECKING:
    from hatch_agpm.model.config import Patch
    from hatch_agpm.model.runtime import VariableDeclaration

__all__ = [
    "JINJA_DEFAULTS",
    "NO_OPTIONS",
    "Declaration",
    "JinjaOptions",
    "JinjaTable",
    "LanguageOption",
    "RuntimeOption",
    "TemplateOptions",
]


@dataclass(frozen=True, kw_only=True, slots=True)
class JinjaOptions:
    """How Jinja2 treats white space, with its own defaults."""

    trim_blocks: bool = False
    """Whether the first line end after a tag is removed."""

    lstrip_blocks: bool = False
    """Whether white space before a tag at the beginning of a line is removed."""

    keep_trailing_newline: bool = False
    """Whether the line end at the end of a template is kept."""


JINJA_DEFAULTS: Final = JinjaOptions()


@dataclass(frozen=True, kw_only=True, slots=True)
class JinjaTable(JinjaOptions):
    """Jinja2 with options, which have its own defaults."""

    engine: Literal["jinja2"] = "jinja2"
    """The language."""


LanguageOption: TypeAlias = Annotated[
    bool | Literal["jinja2"] | JinjaTable,
    'true, false or "jinja2"',
]
"""The values of `templating` in the table of an entry."""

RuntimeOption: TypeAlias = Annotated[
    Mapping[str, object] | Literal["undeclared"], 'a table or "undeclared"'
]
"""The values of `runtime` in the table of an entry."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TemplateOptions:
    """What an entry says of its files, where they do not say it themselves."""

    templating: Literal["tera", "jinja2", False] | None = None
    """The language of the template, False for a text; None if it is not said."""

    jinja: JinjaOptions = JINJA_DEFAULTS
    """The options of Jinja2."""

    runtime: tuple[VariableDeclaration, ...] = ()
    """The run-time variables."""

    is_undeclared: bool = False
    """Whether every name that the build does not know is a run-time variable."""


NO_OPTIONS: Final = TemplateOptions()
"""What a file without an entry has."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Declaration:
    """
    One resource, or a pattern of resources.

    An entry of a manifest declares it, or a file declares it as a dependency.  The
    fields below `line` are those that only an entry has.
    """

    section: str
    path: str
    """As written, with `/`; a file, a directory for a skill, or a pattern."""

    name: str | None = None
    """The key of an entry, or the `name` of a dependency; None without one."""

    tool: str | None = None
    """The coding agent that the declaration names; None without one."""

    source: str | None = None
    """The source of the path; None if it starts at the manifest or declaring file."""

    asked: str | None = None
    """The version, branch or commit of a Git source; None where it is not said."""

    install: bool | None = None
    line: int = 0
    """Of a dependency, in the rendered frontmatter, from 1; 0 if it is not known."""

    key: str = ""
    """The file and dotted path of an entry, for messages."""

    filename: str | None = None
    target: str | None = None
    flatten: bool | None = None
    template_vars: Mapping[str, object] | None = None
    patch: Patch | None = None
    export: bool | None = None
    """Whether it is exported to coding agents; None if the entry does not say."""

    max_tokens: int | None = None
    """The tokens that its text may have; None if the entry does not say."""

    options: TemplateOptions = NO_OPTIONS
    is_conventional: bool = False
    """Whether it was found in a conventional directory, and nothing lists it."""

    exclude: tuple[str, ...] | None = None
    """
    What an item of an array leaves out of a source; None for any other declaration.

    Its path may be a directory, which has no key.
    """
