"""
Compile a syntax tree to functions that render it.

`operators` has what expressions do.
"""

from __future__ import annotations

from hatch_agpm.tera.compiler.compiler import compiled

__all__ = ["compiled"]
