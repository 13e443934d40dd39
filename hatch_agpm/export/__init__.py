"""The files for coding agents in the installed package."""

from __future__ import annotations

from hatch_agpm.export.resource import ExportContext, ExportedResource
from hatch_agpm.export.tree import Export, build_export

__all__ = ["Export", "ExportContext", "ExportedResource", "build_export"]
