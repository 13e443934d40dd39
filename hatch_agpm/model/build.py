"""The inputs that a build backend gives for the project that it builds."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["BuildContext"]


@dataclass(frozen=True)
class BuildContext:
    """A project and its metadata, as the backend resolved it."""

    root: Path
    pyproject: Mapping[str, object]
    """The parsed pyproject.toml."""

    metadata: Mapping[str, object]
    """The defaults of `agpm.project`."""

    distribution: str
    """The project's name as it is written in its configuration."""

    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    """The environment variables, by default those of the process."""
