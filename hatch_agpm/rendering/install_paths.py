"""
Checks for resources of an agpm.toml that AGPM would install over each other.

In a wheel both could exist, because it is read by key.  But tools read resources by
their install path, and there one of the two would be lost.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Final

from hatch_agpm.errors import ConflictError, raise_problems

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hatch_agpm.model.rendering import RenderedResource

__all__ = ["check_install_paths"]

_FILES: Final = frozenset(["agent", "snippet", "command", "script", "skill"])
"""The types that are installed as separate files."""


_SHOWN: Final = 5
"""The number of files that a message names."""


def check_install_paths(resources: Sequence[RenderedResource]) -> None:
    """
    Raise for two resources with one install path.

    Equal bytes are accepted, and variants of one dependency.  Raises ConflictError, or
    ProblemsError with all of them.
    """
    by_path: dict[str, list[RenderedResource]] = {}
    for resource in resources:
        if resource.type in _FILES and resource.install is not False:
            path = posixpath.normpath(resource.install_path or "")
            by_path.setdefault(path, []).append(resource)
    raise_problems(
        [
            _conflict(path, group)
            for path, group in sorted(by_path.items())
            if len({(r.document, r.files) for r in group}) > 1
            and not _are_variants(group)
        ]
    )


def _are_variants(group: Sequence[RenderedResource]) -> bool:
    listed = any(resource.alias is not None for resource in group)
    same_file = len({resource.source_path for resource in group}) == 1
    return same_file and not listed


def _conflict(path: str, group: Sequence[RenderedResource]) -> ConflictError:
    hint = "give one a 'filename' or 'target'"
    files = sorted({resource.source_path for resource in group})
    if len(files) > 1:
        more = len(files) - _SHOWN
        shown = [*files[:_SHOWN], f"{more} more"] if more > 0 else files
        return ConflictError(f"both would be installed as {path}", shown, hint)
    keys = sorted({resource.alias for resource in group if resource.alias})
    what = f"its entries {' and '.join(keys)} would both be installed as {path}"
    return ConflictError(what, files, hint)
