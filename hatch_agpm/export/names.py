"""The names of exported resources, and which of them are likely to collide."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

if TYPE_CHECKING:
    from hatch_agpm.model.rendering import RenderedResource

__all__ = ["base_name", "is_named_by_key", "is_own", "prefixed"]


def is_named_by_key(resource: RenderedResource) -> bool:
    """Tell whether a resource has a key of its own, which names it."""
    if resource.alias is None or resource.is_match:
        return False
    path = PurePosixPath(resource.source_path)
    own = path.parent.name if resource.type == "skill" else path.stem
    # A skill that is the whole project has no directory of its own.
    return own != "" and resource.alias.rpartition("/")[2] != own


def base_name(resource: RenderedResource) -> str:
    """Return the name of a resource without a prefix: its key or its own name."""
    if is_named_by_key(resource):
        return _dashed(str(resource.alias))
    own = resource.name.rpartition("/")[2]
    return own if resource.type == "skill" else _dashed(own)


def _dashed(name: str) -> str:
    return re.sub(r"[-_./ ]+", "-", name).strip("-").lower()


def prefixed(name: str, prefix: str) -> str:
    """Return a name with a prefix, unless it begins with that."""
    known = not prefix or name == prefix or name.startswith(f"{prefix}-")
    return name if known else f"{prefix}-{name}"


def is_own(name: str, *, distribution: str, package: str) -> bool:
    """Tell whether a name begins with that of the distribution or of the package."""
    starts = {canonicalize_name(distribution), canonicalize_name(package)}
    return any(name == each or name.startswith(f"{each}-") for each in starts if each)
