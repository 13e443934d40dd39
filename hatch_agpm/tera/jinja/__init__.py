"""
The second dialect: Jinja2's own language with the limits and errors of Tera.

Undefined variables are errors, and the output is the same at every build: objects are
sorted by key, values whose text contains an address are refused, and random functions
are removed.
"""

from __future__ import annotations

from hatch_agpm.tera.jinja.dialect import JinjaDialect

__all__ = ["JinjaDialect"]
