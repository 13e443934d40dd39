"""From `[tool.hatch-agpm]` and `agpm.toml` to typed values."""

from __future__ import annotations

from hatch_agpm.config.project import (
    Project,
    editable_mode,
    load_toml,
    read_agpm_toml,
    read_built_project,
    read_project,
    read_single_key,
)

__all__ = [
    "Project",
    "editable_mode",
    "load_toml",
    "read_agpm_toml",
    "read_built_project",
    "read_project",
    "read_single_key",
]
