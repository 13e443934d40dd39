"""
The metadata of a project that setuptools builds.

It may be in pyproject.toml, setup.cfg or setup.py, in current or old syntax; a
`Distribution` of setuptools has all of it.
"""

from __future__ import annotations

import io
from contextlib import chdir
from typing import TYPE_CHECKING, Any

from packaging.utils import canonicalize_name
from setuptools import Distribution

from hatch_agpm.bundle.entry_points import read_entry_points
from hatch_agpm.config.metadata import project_metadata

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["known_metadata", "read_distribution"]


def read_distribution(root: Path) -> Distribution:
    """
    Return the distribution of the project at `root`, without running its setup.py.

    Raises whatever setuptools and its plugins raise.
    """
    with chdir(root):
        dist = Distribution()
        dist.parse_config_files()
    return dist


def known_metadata(dist: Any, project: Mapping[str, object]) -> dict[str, object]:
    """
    Return the defaults of `agpm.project` for a project that setuptools builds.

    `dist` is its distribution as configured, and `project` its `[project]` table, {}
    without one.  Raises `AgpmError` for a field that is malformed.
    """
    text = io.StringIO()
    dist.metadata.write_pkg_file(text)
    stated = {
        **_of_setup_py(dist),
        **project,
        # With `tag_build` it differs from that of the table.
        "version": dist.get_version(),
        "scripts": _scripts(dist),
    }
    return project_metadata(stated, core_metadata=text.getvalue())


def _of_setup_py(dist: Any) -> dict[str, object]:
    """Return the fields that core metadata lacks or has in another syntax."""
    known: dict[str, object] = {
        "dependencies": list(dist.install_requires or ()),
        "optional-dependencies": _extras(dist),
    }
    for role in ("author", "maintainer"):
        # One person, although core metadata has name and address separately.
        name = getattr(dist.metadata, role)
        email = getattr(dist.metadata, f"{role}_email")
        if name and email and "<" not in email:
            known[f"{role}s"] = [{"name": name, "email": email}]
    if dist.metadata.url:
        urls = dict(dist.metadata.project_urls or {})
        known["urls"] = {"Homepage": dist.metadata.url, **urls}
    return known


def _extras(dist: Any) -> dict[str, list[str]]:
    """Return the optional requirements, without setuptools' own `extra:marker`."""
    extras: dict[str, list[str]] = {}
    for key, requirements in (dist.extras_require or {}).items():
        extra, _, marker = key.partition(":")
        # setuptools has moved those without an extra to the requirements.
        if extra:
            extras.setdefault(canonicalize_name(extra), []).extend(
                f"{requirement} ; {marker}" if marker else requirement
                for requirement in requirements
            )
    return extras


def _scripts(dist: Any) -> dict[str, str]:
    """Return the console scripts, in setup.py a text or a list of lines."""
    groups = dist.entry_points or {}
    if isinstance(groups, str):
        return read_entry_points(groups).get("console_scripts", {})
    lines = groups.get("console_scripts", [])
    if isinstance(lines, str):
        lines = lines.splitlines()
    pairs = (line.partition("=") for line in lines if "=" in line)
    return {name.strip(): target.strip() for name, _, target in pairs}
