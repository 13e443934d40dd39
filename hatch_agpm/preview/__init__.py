"""A page that shows every prompt of a project or a wheel."""

from __future__ import annotations

from hatch_agpm.preview.collect import collect
from hatch_agpm.preview.model import Preview
from hatch_agpm.preview.page import is_preview_page, render_page

__all__ = ["Preview", "collect", "is_preview_page", "render_page"]
