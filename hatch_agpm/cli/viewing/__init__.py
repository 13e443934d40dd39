"""The commands that show the prompts of a project."""

from __future__ import annotations

from hatch_agpm.cli.viewing.names import find, listed
from hatch_agpm.cli.viewing.prompt_list import list_text

__all__ = ["find", "list_text", "listed"]
