"""Paths of copies that must be different files on every system."""

from __future__ import annotations

from collections import defaultdict
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from hatch_agpm.errors import AgpmError, ConflictError, raise_problems
from hatch_agpm.formats.file_names import folded
from hatch_agpm.sources.locked import safe_path

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["check_portable"]

_HINT = "rename one of them"


def check_portable(paths: Iterable[str], shown: str) -> None:
    """
    Raise for paths that exclude each other on systems that ignore case or composition.

    `shown` is the directory of the paths.  Raises ConflictError, or ProblemsError with
    several; ContentError for a path that no list may have.
    """
    files: dict[str, list[str]] = defaultdict(list)
    for path in sorted(paths):
        safe_path(path, shown)
        files[folded(path)].append(path)
    systems = "systems that ignore case or composed letters"
    problems: list[AgpmError] = [
        ConflictError(f"are the same file of {shown} on {systems}", same, _HINT)
        for same in files.values()
        if len(same) > 1
    ]
    for below in (path for same in files.values() for path in same):
        for parent in map(str, PurePosixPath(below).parents):
            # The empty path of the top is not that of a file.
            for file in files.get(folded(parent), ()):
                what = f"are a file and a directory of {shown} on {systems}"
                problems.append(ConflictError(what, [file, below], _HINT))
    raise_problems(problems)
