"""Compile a syntax tree to a program, which is the template as data."""

from __future__ import annotations

from hatch_agpm.tera.compiler.compiler import compiled

__all__ = ["compiled"]
