"""
What the build does with programs of the second dialect.

It does not import Jinja2, which only templates of the dialect need.
"""

from __future__ import annotations

from hatch_agpm.tera.jinja_programs.folded import Code, JinjaFolded
from hatch_agpm.tera.jinja_programs.modules import jinja_modules
from hatch_agpm.tera.jinja_programs.source import jinja_source

__all__ = ["Code", "JinjaFolded", "jinja_modules", "jinja_source"]
