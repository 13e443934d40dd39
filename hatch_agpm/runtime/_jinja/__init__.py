# SPDX-License-Identifier: MIT-0
"""
Runs templates of Jinja2 in wheels, when a prompt is used.

A bundle with such templates has a copy of this package, without the modules that none
of its programs needs.  Runs on Python 3.9 and later, with only the standard library.
"""

from __future__ import annotations

from .._prompt import imported

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["part"]


def part(name: str) -> Any:
    """Return a module of this package that not all programs need."""
    return imported(f"_jinja.{name}")
