"""The files for coding agents in the installed package."""

from __future__ import annotations

from hatch_agpm.export.tree import Export, ExportedResource, build_export

__all__ = ["Export", "ExportedResource", "build_export"]
