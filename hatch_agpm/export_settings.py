"""What a project wants to hand to coding agents, as its table says it."""

from __future__ import annotations

from typing import Final, NamedTuple

__all__ = ["EXPORTED_TYPES", "ExportSettings"]

EXPORTED_TYPES: Final = ("agents", "commands", "skills")
"""What coding agents look for in a package: the other types need code to be used."""


class ExportSettings(NamedTuple):
    """The table `[tool.hatch-agpm.export]`."""

    types: tuple[str, ...] = ()
    """The plurals of which everything listed is exported."""

    resources: tuple[str, ...] = ()
    """The full names of single resources: `skills/mend-nets`."""

    directory: str = ".agents"
    """Where they go, relative to the import package."""

    prefix: str | None = None
    """What exported names begin with; None is the distribution's name."""
