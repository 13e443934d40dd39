"""
The search for garbage at the end of a build, which finds what ends with the process.

When an interpreter ends, it looks through all objects once more, for those that only
hold each other.  After a build these are modules, some 40,000 objects: to go through
them takes longer than to render a prompt.
"""

from __future__ import annotations

import atexit
import gc
import sys
from functools import cache
from pathlib import Path

__all__ = ["skip_last_collection"]

_STREAMS = frozenset({"0", "1", "2"})


@cache
def skip_last_collection() -> None:
    """
    Let the process end without that, unless a file is still open in it.

    For the doors alone: whoever else runs in a build's process may count on it to
    write what they have not written yet.
    """
    atexit.register(_freeze_if_all_is_closed)


def _freeze_if_all_is_closed() -> None:
    if None in {sys.stdin, sys.stdout, sys.stderr}:
        # Another file may have the number of a stream.
        return
    try:
        numbers = {path.name for path in Path("/dev/fd").iterdir()}
    except OSError:
        return
    # One of them is that of the directory.  PyPy has another collector.
    if len(numbers - _STREAMS) == 1 and hasattr(gc, "freeze"):
        gc.freeze()
