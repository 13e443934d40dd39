"""Reading a project, wheel, distribution or revision as a snapshot of its texts."""

from __future__ import annotations

from hatch_agpm.cli.snapshots.places import (
    OpenedPlace,
    open_old,
    open_place,
    open_with_sources,
    two_snapshots,
)

__all__ = [
    "OpenedPlace",
    "open_old",
    "open_place",
    "open_with_sources",
    "two_snapshots",
]
