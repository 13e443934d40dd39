"""
The lines of a project's `[build-system]` and of uv's settings, by its backend.

`check` prints them where they are missing, `init` prints or inserts them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

__all__ = [
    "NATIVE",
    "cache_keys",
    "names_us",
    "patterns_of",
    "required",
    "unwatched",
    "uses_uv",
]

NATIVE: Final = {
    "hatchling": "hatchling.build",
    "setuptools": "setuptools.build_meta",
}
"""The backends that have an integration, by module."""

_LOWEST: Final = {
    "flit_core.buildapi": "flit_core>=3.11",
    "maturin": "maturin>=1.8,<2",
    "mesonpy": "meson-python>=0.18",
    "pdm.backend": "pdm-backend>=2.4",
    "poetry.core.masonry.api": "poetry-core>=2",
    "scikit_build_core.build": "scikit-build-core>=0.11",
    "uv_build": "uv_build>=0.9",
}
"""The requirement of each backend that is wrapped, by its name."""


def names_us(requirement: str) -> bool:
    """Tell whether a requirement is hatch-agpm."""
    return _distribution(requirement) == "hatch-agpm"


def required(backend: str, stated: Sequence[str]) -> list[str]:
    """
    Return the requirements for a build with a backend and hatch-agpm.

    A requirement of the backend without versions gets those that are known to work;
    all others stay as they are `stated`.
    """
    lowest = _LOWEST.get(backend, "")
    name = _distribution(lowest)
    requires = [
        lowest if lowest and _distribution(each) == name and _is_open(each) else each
        for each in stated
    ]
    if lowest and name not in map(_distribution, stated):
        requires.append(lowest)
    return requires if any(map(names_us, stated)) else [*requires, "hatch-agpm"]


def _distribution(requirement: str) -> str:
    name = re.match(r"[\w.-]*", requirement.strip())
    return canonicalize_name(name[0]) if name else ""


def _is_open(requirement: str) -> bool:
    """Tell whether a requirement is nothing but a name."""
    try:
        parsed = Requirement(requirement)
    except InvalidRequirement:
        return False
    return str(parsed) == parsed.name


# --- uv -------------------------------------------------------------------------------


def uses_uv(root: Path, pyproject: Mapping[str, object]) -> bool:
    """Tell whether a project is built with uv, or by its backend."""
    tool, system = pyproject.get("tool"), pyproject.get("build-system")
    requires = system.get("requires") if isinstance(system, dict) else None
    return (
        (isinstance(tool, dict) and "uv" in tool)
        or (root / "uv.lock").is_file()
        or any(
            isinstance(each, str) and _distribution(each) == "uv-build"
            for each in (requires if isinstance(requires, list) else [])
        )
    )


def unwatched(paths: Iterable[str], pyproject: Mapping[str, object]) -> list[str]:
    """Return the paths of files after whose change uv does not build again."""
    globs = [re.compile(_glob(key)) for key in _stated_keys(pyproject)]
    return [path for path in paths if not any(glob.fullmatch(path) for glob in globs)]


def cache_keys(paths: Iterable[str], pyproject: Mapping[str, object]) -> list[object]:
    """Return the value of `[tool.uv] cache-keys` with which uv watches these files."""
    patterns = patterns_of(unwatched(paths, pyproject))
    return [*_stated_keys(pyproject), *({"file": each} for each in patterns)]


def patterns_of(paths: Iterable[str]) -> list[str]:
    """Return patterns for these files: their top directories, and files at the root."""
    tops = {path.partition("/")[0] if "/" in path else path: path for path in paths}
    return [f"{top}/**/*" if "/" in path else top for top, path in sorted(tops.items())]


def _glob(key: object) -> str:
    """Return one of uv's cache keys as a regular expression of the files it watches."""
    pattern = key.get("file", "") if isinstance(key, dict) else key
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", str(pattern))
    wild = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return "".join(wild.get(part, re.escape(part)) for part in parts)


def _stated_keys(pyproject: Mapping[str, object]) -> list[object]:
    """Return the value of `cache-keys`, or the one that it has by default."""
    tool = pyproject.get("tool")
    uv = tool.get("uv") if isinstance(tool, dict) else None
    stated = uv.get("cache-keys") if isinstance(uv, dict) else None
    return [*stated] if isinstance(stated, list) else [{"file": "pyproject.toml"}]
