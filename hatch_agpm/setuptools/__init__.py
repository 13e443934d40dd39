"""
The integration of setuptools: registers the commands of a distribution.

setuptools calls `finalize` in every build of an environment.  It does nothing, and
cannot fail, where pyproject.toml has no table `[tool.hatch-agpm]`.
"""

from __future__ import annotations

from hatch_agpm.setuptools.commands import finalize

__all__ = ["finalize"]
