"""The sources of templates: project, directories, installed distributions."""

from __future__ import annotations

from hatch_agpm.sources.roots import SourceRoots

__all__ = ["SourceRoots"]
