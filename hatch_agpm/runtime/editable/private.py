# SPDX-License-Identifier: MIT-0
"""
The directory of an editable install in the user's cache, which is the user's alone.

A copy of this file is in editable wheels, for that of `freshness.py`.  Imports only the
standard library and runs on Python 3.9 and later.
"""

from __future__ import annotations

import os
import stat
import sys


def cache_directory(key: str) -> str | None:
    """
    Return a directory in the user's cache; None if others could write there.

    Code is run from there: the user must own each directory from the cache down, and
    not everybody may be able to put another one in its place.
    """
    base = os.environ.get("XDG_CACHE_HOME", "")
    if not os.path.isabs(base) and os.name == "nt":
        base = os.environ.get("LOCALAPPDATA", "")
    elif not os.path.isabs(base):
        is_mac = sys.platform == "darwin"
        base = os.path.expanduser("~/Library/Caches" if is_mac else "~/.cache")
    if not os.path.isabs(base):
        return None
    # The user's cache itself may be a link.
    levels = [os.path.realpath(base)]
    for part in ("hatch-agpm", *key.split("/")):
        levels.append(f"{levels[-1]}/{part}")
    if _can_be_replaced(levels[0]):
        return None
    is_safe = all(map(is_private, filter(os.path.lexists, levels)))
    return levels[-1] if is_safe else None


def _can_be_replaced(path: str) -> bool:
    """Tell whether everybody can rename a path, or a directory above it."""
    above = os.path.dirname(path)
    if os.name == "nt" or above == path:
        return False
    try:
        mode = os.stat(above).st_mode
    except OSError:
        mode = 0
    is_shared = bool(mode & stat.S_IWOTH) and not mode & stat.S_ISVTX
    return is_shared or _can_be_replaced(above)


def is_private(path: str) -> bool:
    """Tell whether a path is a directory in which only the user can write."""
    try:
        found = os.lstat(path)
    except OSError:
        # Removed in the meantime.
        return False
    is_own = not hasattr(os, "getuid") or found.st_uid == os.getuid()
    mode = found.st_mode if os.name != "nt" else found.st_mode & ~0o022
    return is_own and stat.S_ISDIR(mode) and not mode & 0o022


def make_private(directory: str) -> None:
    """Make a directory, and those above it, for the user alone; raises OSError."""
    if not os.path.lexists(os.path.dirname(directory)):
        make_private(os.path.dirname(directory))
    try:
        os.mkdir(directory, 0o700)
    except FileExistsError:
        # Made in the meantime by another process, or by another user.
        if not is_private(directory):
            raise
