"""The command `diff`: what changed in the texts, and why."""

from __future__ import annotations

from hatch_agpm.cli.diff.formats import as_json, as_markdown, as_text

__all__ = ["as_json", "as_markdown", "as_text"]
