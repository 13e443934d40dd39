"""
Parse the source of a template to its syntax tree.

The class of each module extends that of a lower one.
"""

from __future__ import annotations

from hatch_agpm.tera.parser.parser import parse

__all__ = ["parse"]
