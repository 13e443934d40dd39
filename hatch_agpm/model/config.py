"""What a project wants to hand to coding agents, as its table says it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


from typing import Final

__all__ = ["EXPORTED_TYPES", "TABLE", "ExportSettings", "Patch", "Source"]

EXPORTED_TYPES: Final = ("agents", "commands", "skills")
"""What coding agents look for in a package: the other types need code to be used."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ExportSettings:
    """The table `[tool.hatch-agpm.export]`."""

    types: tuple[str, ...] = ()
    """The plurals of which everything listed is exported."""

    resources: tuple[str, ...] = ()
    """The full names of single resources: `skills/mend-nets`."""

    directory: str = ".agents"
    """Where they go, relative to the import package."""

    prefix: str | None = None
    """What exported names begin with; None is the distribution's name."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """Where templates may come from: a directory, or an installed distribution."""

    name: str
    path: str
    """Of a directory: relative to the manifest's own; "" for a distribution."""

    distribution: str
    """Its name as written; "" for a directory."""

    version: str
    """The versions of the distribution that will do (PEP 440); "" for any."""

    key: str
    """The file and dotted path of the source, for messages."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Patch:
    """What a manifest replaces in the files of one entry."""

    key: str
    """The file and dotted path of the table, for messages."""

    values: Mapping[str, object]
    """Plain JSON by the key that is replaced."""


TABLE: Final = "tool.hatch-agpm"
