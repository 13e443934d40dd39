"""Compile a syntax tree to a program, which is the template as data."""

from __future__ import annotations

from hatch_agpm.tera.compiler.compiler import compiled
from hatch_agpm.tera.compiler.expressions import Code

__all__ = ["Code", "compiled"]
