"""
The integration of setuptools: registers the commands of a distribution.

setuptools calls `finalize` in every build of an environment, also of projects without
prompts, so this imports only the standard library at the top.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from setuptools import Distribution

__all__ = ["finalize"]


def finalize(dist: Distribution) -> None:
    """
    Prepare a distribution whose pyproject.toml has the table `[tool.hatch-agpm]`.

    The entry point of `setuptools.finalize_distribution_options`.  Does not change
    other distributions, and does not raise: the commands report problems.
    """
    pyproject = _pyproject_with_our_table()
    if pyproject is not None:
        from hatch_agpm.build import is_wrapped
        from hatch_agpm.setuptools.commands import add_commands
        from hatch_agpm.setuptools.package_discovery import (
            hide_templates_from_discovery,
        )

        hide_templates_from_discovery(pyproject)
        if not is_wrapped(pyproject):
            add_commands(dist, pyproject)


def _pyproject_with_our_table() -> dict[str, Any] | None:
    try:
        data = Path("pyproject.toml").read_bytes()
        if b"hatch-agpm" not in data:
            return None
        tables = tomllib.loads(data.decode())
    except (OSError, ValueError, RecursionError):
        return None
    tool = tables.get("tool")
    return tables if isinstance(tool, dict) and "hatch-agpm" in tool else None
