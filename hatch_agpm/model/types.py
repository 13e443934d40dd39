"""The types of resources, as AGPM names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["RESOURCE_TYPES", "SKILL_FILE"]

RESOURCE_TYPES: Final[Mapping[str, str]] = {
    "agents": "agent",
    "snippets": "snippet",
    "commands": "command",
    "mcp-servers": "mcp-server",
    "scripts": "script",
    "hooks": "hook",
    "skills": "skill",
}
"""The plural, as sections are called, to the singular; in AGPM's order."""

SKILL_FILE: Final = "SKILL.md"
"""The file of a skill's directory that holds its text."""
