"""Versions of distributions."""

from __future__ import annotations

from packaging.version import Version

__all__ = ["same_version"]


def same_version(one: str, other: str) -> bool:
    """Compare two versions by PEP 440, or as texts if one of them is not valid."""
    try:
        return Version(one) == Version(other)
    except ValueError:  # also for numbers of more digits than Python converts
        return one == other
