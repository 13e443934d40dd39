"""The texts of a project, a wheel or an installed distribution, in one form."""

from __future__ import annotations

from hatch_agpm.cli.snapshots.places import open_place, open_revision, two_snapshots
from hatch_agpm.cli.snapshots.snapshot import EXPORTED, PackageSnapshot, SnapshotText

__all__ = [
    "EXPORTED",
    "PackageSnapshot",
    "SnapshotText",
    "open_place",
    "open_revision",
    "two_snapshots",
]
