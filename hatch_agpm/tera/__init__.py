"""
The Tera language on Jinja2's compiler.

A template means here what Tera 1.20 makes of it, with the few exceptions that
`docs/reference/tera.md` lists.  Knows nothing of AGPM.
"""

from __future__ import annotations

from hatch_agpm.errors import TemplateError
from hatch_agpm.tera.environment import Template, TeraEnvironment, render
from hatch_agpm.tera.limits import Limits

__all__ = ["Limits", "Template", "TemplateError", "TeraEnvironment", "render"]
