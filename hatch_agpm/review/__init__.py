"""The texts of a project, wheel or distribution in one form, and comparing two."""

from __future__ import annotations

from hatch_agpm.review.causes import Cause
from hatch_agpm.review.changes import Change, SnapshotDiff, compare
from hatch_agpm.review.inputs import InputFile, InputGraph
from hatch_agpm.review.snapshot import EXPORTED, PackageSnapshot, SnapshotText

__all__ = [
    "EXPORTED",
    "Cause",
    "Change",
    "InputFile",
    "InputGraph",
    "PackageSnapshot",
    "SnapshotDiff",
    "SnapshotText",
    "compare",
]
