"""The manifest's `[patch]` tables, applied to files."""

from __future__ import annotations

from hatch_agpm.patching.apply import apply_patch

__all__ = ["apply_patch"]
