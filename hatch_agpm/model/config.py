"""Typed values of a project's configuration."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Final, Literal, TypeAlias, get_args

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "EXPORTED_TYPES",
    "TABLE",
    "ExportSettings",
    "ExportedType",
    "Patch",
    "Source",
]

ExportedType: TypeAlias = Literal["agents", "commands", "skills"]

EXPORTED_TYPES: Final[tuple[ExportedType, ...]] = get_args(ExportedType)
"""The types that coding agents can use from a package; other types need code."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ExportSettings:
    """The table `[tool.hatch-agpm.export]`."""

    types: tuple[ExportedType, ...] = ()
    """The plurals of the types of which all resources are exported."""

    resources: tuple[str, ...] = ()
    """The full names of single resources: `skills/mend-nets`."""

    directory: str = ".agents"
    """The directory of the exported files, relative to the import package."""

    prefix: (
        Annotated[str | bool, "a text, or true for the name of the distribution"] | None
    ) = None
    """The prefix of exported names, `true` for the distribution's; None for none."""

    drop: tuple[str, ...] = ()
    """The keys of frontmatter that are left out of exported files."""

    strict: bool = False
    """Whether what only a validator minds is an error."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """A source of templates: a directory, a distribution, or a Git repository."""

    name: str
    path: str = ""
    """Of a directory: relative to the manifest's own; "" for another source."""

    distribution: str = ""
    """Its name as written; "" for another source."""

    version: str = ""
    """The accepted versions of the distribution (PEP 440); "" for any."""

    git: str = ""
    """The address of the repository; "" for another source."""

    asked: str | None = None
    """The version, branch or commit of entries that name none; None for none."""

    key: str
    """The file and dotted path of the source, for messages."""

    jinja2: bool = False
    """Whether templates that are not the project's may be in the Jinja2 dialect."""

    @property
    def is_directory(self) -> bool:
        """Whether it is a directory."""
        return not (self.distribution or self.git)


@dataclass(frozen=True, kw_only=True, slots=True)
class Patch:
    """The values that a manifest replaces in the files of one entry."""

    key: str
    """The file and dotted path of the table, for messages."""

    values: Mapping[str, object]
    """Plain JSON values, by the key that is replaced."""


TABLE: Final = "tool.hatch-agpm"
