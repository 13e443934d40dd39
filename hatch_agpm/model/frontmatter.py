"""
The keys of frontmatter that have an effect, as declarations.

`formats/frontmatter.py` and `formats/dependencies.py` read them from YAML; the JSON
schema of frontmatter is made of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal, TypeAlias

from hatch_agpm.model.declaration import LanguageOption
from hatch_agpm.model.declared import key
from hatch_agpm.model.runtime import RUNTIME_SCHEMA
from hatch_agpm.model.types import AgpmSection

__all__ = ["AgpmKeys", "DependencyKeys", "FrontmatterKeys"]

YamlText: TypeAlias = Annotated[str | int | float | bool, "text"]
"""A text; what YAML takes for a number or a truth value is read as it is written."""

_NOT_EMPTY = {"minLength": 1}


@dataclass(frozen=True, kw_only=True, slots=True)
class DependencyKeys:
    """A dependency: another resource that the file names."""

    path: YamlText | None = key(required=True, schema=_NOT_EMPTY)
    """The file, relative to this one where it begins with `./` or `../`."""

    name: YamlText | None = key(schema=_NOT_EMPTY)
    """The key under which templates find it, instead of one made of its path."""

    version: YamlText | None = None
    """The version of a source; it has no effect beside a path."""

    tool: YamlText | None = key(schema=_NOT_EMPTY)
    """The coding agent it is for."""

    source: YamlText | None = key(schema=_NOT_EMPTY)
    """The source that has the file."""

    install: bool | None = None
    """Whether it is a resource of the wheel; `false` only embeds it."""

    flatten: bool | None = None
    """Whether AGPM keeps only the name of the file when it installs it."""


_Dependencies: TypeAlias = Mapping[
    AgpmSection | Literal["prompts"], tuple[DependencyKeys, ...] | None
]


@dataclass(frozen=True, kw_only=True, slots=True)
class AgpmKeys:
    """The key `agpm` of frontmatter."""

    is_open: ClassVar = True

    templating: LanguageOption | None = None
    """Whether the file is a template, and in which language."""

    dependencies: _Dependencies | None = None
    """The resources that it embeds or needs, by type."""

    runtime: Mapping[str, object] | None = key(schema=RUNTIME_SCHEMA)
    """The variables whose values are given when the prompt is used."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FrontmatterKeys:
    """The frontmatter of a prompt; every other key is its author's."""

    is_open: ClassVar = True

    agpm: AgpmKeys | None = None
    """What hatch-agpm and AGPM do with the file."""

    dependencies: _Dependencies | None = None
    """As `agpm.dependencies`."""
