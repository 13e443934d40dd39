"""
The Tera template language, with Jinja2 as a second dialect.

Output equals that of Tera 1.20, except for the differences that
`docs/reference/tera.md` lists.  The package does not depend on anything of AGPM.
"""

from __future__ import annotations

from hatch_agpm.errors import TemplateError
from hatch_agpm.tera.environment import Template, TeraEnvironment, render
from hatch_agpm.tera.limits import Limits

__all__ = ["Limits", "Template", "TemplateError", "TeraEnvironment", "render"]
