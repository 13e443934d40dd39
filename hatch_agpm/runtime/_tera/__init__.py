# SPDX-License-Identifier: MIT-0
"""
Runs templates of Tera: at the build, and in wheels when a prompt is used.

A bundle with run-time logic has a copy of this package, of which it has the modules
that its programs need.  Runs on Python 3.9 and later, with only the standard library.
"""

from __future__ import annotations

from .._prompt import imported

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["part"]


def part(name: str) -> Any:
    """Return a module of this package that not all bundles have."""
    # Type checkers would report a statement that imports what is not there.
    return imported(f"_tera.{name}")
