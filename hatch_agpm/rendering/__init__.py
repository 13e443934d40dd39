"""From a manifest to rendered resources: the core that all integrations call."""

from __future__ import annotations

from hatch_agpm.rendering.renderer import render_manifest, render_project

__all__ = ["render_manifest", "render_project"]
