"""
The search for garbage, which a build does better without.

A build makes many objects that live as long as it does, and hardly any garbage that
is not freed at once.  Python would look through all of them again and again, and once
more when the process ends: a fifth of what rendering one prompt costs.
"""

from __future__ import annotations

import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["collection_paused"]


@contextmanager
def collection_paused() -> Iterator[None]:
    """
    Collect no garbage inside, and never again look at what is there at the end.

    For the doors alone: their process ends with the build, and takes all with it.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        # Not every Python has it; the collector of PyPy is of another kind.
        if hasattr(gc, "freeze"):
            gc.freeze()
        if was_enabled:
            gc.enable()
