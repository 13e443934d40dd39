"""The files that a build adds to a wheel."""

from __future__ import annotations

from hatch_agpm.bundle.bundle import (
    Bundle,
    build_bundle,
    is_top_level,
    metadata_file,
    package_files,
)

__all__ = ["Bundle", "build_bundle", "is_top_level", "metadata_file", "package_files"]
