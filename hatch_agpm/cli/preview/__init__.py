"""The command `preview`: one page that shows every prompt."""

from __future__ import annotations

from hatch_agpm.cli.preview.command import preview, preview_options

__all__ = ["preview", "preview_options"]
