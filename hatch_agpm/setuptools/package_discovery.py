"""
The directories that setuptools must not treat as packages of a project.

Changes the configuration of setuptools' own discovery.  Reads the table without
validating it; that is done when the project is rendered.
"""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from setuptools.discovery import FlatLayoutPackageFinder

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["hide_templates_from_discovery"]


def hide_templates_from_discovery(pyproject: Mapping[str, Any]) -> None:
    """
    Prevent setuptools from treating a directory of templates as a package.

    In a flat layout it would refuse the two packages, or ship the unrendered templates.
    """
    table = pyproject["tool"]["hatch-agpm"]
    output = table.get("output") if isinstance(table, dict) else None
    parts = PurePosixPath(output).parts if isinstance(output, str) else ()
    kept = parts[:1]
    hidden = {
        top
        for top in {"prompts", *_top_directories(table), *_directories(table)} - {*kept}
        # A directory with a module is a package, even if it has templates, too.
        if top.isidentifier() and not any(Path(top).glob("*.py"))
    }
    FlatLayoutPackageFinder.DEFAULT_EXCLUDE = (
        *FlatLayoutPackageFinder.DEFAULT_EXCLUDE,
        *(
            pattern
            # The directory that an in-tree install wrote is not hidden either.
            for name in (*sorted(hidden), *([".".join(parts)] if parts else ()))
            for pattern in (name, f"{name}.*")
        ),
    )


def _directories(table: object) -> Iterator[str]:
    """Yield the first component of the keys whose value is always a directory."""
    if isinstance(table, dict):
        sources = table.get("sources")
        found = sources.values() if isinstance(sources, dict) else ()
        for path in (table.get("templates"), *found):
            if isinstance(path, str) and path:
                yield PurePosixPath(path).parts[0]


def _top_directories(value: object) -> Iterator[str]:
    """Yield the first component of each path in a table."""
    if isinstance(value, dict):
        for item in value.values():
            yield from _top_directories(item)
    elif isinstance(value, list):
        for item in value:
            yield from _top_directories(item)
    elif isinstance(value, str) and "/" in value:
        yield PurePosixPath(value).parts[0]
