"""The command `diff`: what changed in the texts, and why."""

from __future__ import annotations

from hatch_agpm.cli.diff.changes import SnapshotDiff, compare
from hatch_agpm.cli.diff.formats import as_json, as_markdown, as_text

__all__ = ["SnapshotDiff", "as_json", "as_markdown", "as_text", "compare"]
