"""The declaration of a resource in a project."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hatch_agpm.model.config import Patch
    from hatch_agpm.model.runtime import VariableDeclaration

__all__ = ["NO_OPTIONS", "Declaration", "TemplateOptions"]


@dataclass(frozen=True, kw_only=True, slots=True)
class TemplateOptions:
    """What an entry says of its files, where they do not say it themselves."""

    templating: Literal["tera", "jinja2", False] | None = None
    """The language of the template, False for a text; None if it is not said."""

    runtime: tuple[VariableDeclaration, ...] = ()
    """The run-time variables."""


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
