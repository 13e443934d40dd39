"""The programs that read exported files, and what they do if a rule is broken."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

LIBRARY_SKILLS: Final = "library-skills"
NPX_SKILLS: Final = "npx skills"
SKILLAGER: Final = "skillager"
INSTALLER: Final = "agent-skill-installer"
FASTMCP: Final = "FastMCP"
APM: Final = "apm"
CLAUDE: Final = "claude"
PKGSKILLS: Final = "pkgskills"
SKILLS_REF: Final = "skills-ref"

READERS: Final[Mapping[str, str]] = {
    LIBRARY_SKILLS: "dropped",
    NPX_SKILLS: "dropped",
    SKILLAGER: "misread",
    INSTALLER: "misread",
    FASTMCP: "dropped",
    APM: "dropped",
    CLAUDE: "misread",
    PKGSKILLS: "noted",
    SKILLS_REF: "refused",
}
"""What each tool does with a file that breaks its rules, if nothing else is said."""

NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
"""The names of skills that all of them accept."""

MAX_NAME: Final = 64
"""In characters."""
