"""
The types of resources, as AGPM names them.

A resource has a type (`agent`).  The section (`agents`) is what a manifest, the key
`dependencies`, the directories of a bundle and the accessor call all of one type.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["RESOURCE_TYPES", "SKILL_FILE", "section_of", "type_of"]

RESOURCE_TYPES: Final[Mapping[str, str]] = {
    "agents": "agent",
    "snippets": "snippet",
    "commands": "command",
    "mcp-servers": "mcp-server",
    "scripts": "script",
    "hooks": "hook",
    "skills": "skill",
}
"""The types by section; in AGPM's order."""

_SECTIONS: Final = {type_: section for section, type_ in RESOURCE_TYPES.items()}

SKILL_FILE: Final = "SKILL.md"
"""The file of a skill's directory that has its text."""


def type_of(section: str) -> str:
    """Return the type of the resources in a section: `agent` for `agents`."""
    return RESOURCE_TYPES[section]


def section_of(type_: str) -> str:
    """Return the section that lists a type: `agents` for `agent`."""
    return _SECTIONS[type_]
