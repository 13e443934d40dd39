"""
The types of resources: those of AGPM, and plain prompts.

A resource has a type (`agent`).  The section (`agents`) is what a manifest, the key
`dependencies`, the directories of a bundle and the accessor call all of one type.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, TypeAlias, get_args

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "AGPM_SECTIONS",
    "PLAIN",
    "RESOURCE_TYPES",
    "SKILL_FILE",
    "AgpmSection",
    "Section",
    "are_dependencies",
    "full_name_of",
    "section_of",
    "type_of",
]

RESOURCE_TYPES: Final[Mapping[str, str]] = {
    "agents": "agent",
    "snippets": "snippet",
    "commands": "command",
    "mcp-servers": "mcp-server",
    "scripts": "script",
    "hooks": "hook",
    "skills": "skill",
    "prompts": "prompt",
}
"""The types by section: first those of AGPM, in its order."""

PLAIN: Final = "prompts"
"""The section of texts for a package's own code, which AGPM does not have."""

AgpmSection: TypeAlias = Literal[
    "agents", "snippets", "commands", "mcp-servers", "scripts", "hooks", "skills"
]
"""A section of AGPM."""

Section: TypeAlias = Literal[AgpmSection, "prompts"]
"""A section of `[tool.hatch-agpm]`."""

AGPM_SECTIONS: Final[tuple[AgpmSection, ...]] = get_args(AgpmSection)
"""The sections of AGPM, which are the directories of a bundle."""

_SECTIONS: Final = {type_: section for section, type_ in RESOURCE_TYPES.items()}

SKILL_FILE: Final = "SKILL.md"
"""The file of a skill's directory that has its text."""


def type_of(section: str) -> str:
    """Return the type of the resources in a section: `agent` for `agents`."""
    return RESOURCE_TYPES[section]


def section_of(type_: str) -> str:
    """Return the section that lists a type: `agents` for `agent`."""
    return _SECTIONS[type_]


def full_name_of(section: str, name: str) -> str:
    """Return the argument of `load`: `agents/reviewer`; of plain prompts the name."""
    return name if section == PLAIN else f"{section}/{name}"


def are_dependencies(value: object) -> bool:
    """Tell whether the frontmatter key `dependencies` lists resources by section."""
    return isinstance(value, dict) and value.keys() <= RESOURCE_TYPES.keys()
