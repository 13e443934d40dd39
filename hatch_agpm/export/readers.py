"""The programs that read exported files, and what they do if a rule is broken."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

LIBRARY_SKILLS: Final = "library-skills"
SKILLS_REF: Final = "skills-ref"
NPX_SKILLS: Final = "npx skills"
CLAUDE: Final = "claude"
QUICK_VALIDATE: Final = "quick_validate"
SKILLAGER: Final = "skillager"

READERS: Final[Mapping[str, str]] = {
    LIBRARY_SKILLS: "dropped",
    NPX_SKILLS: "dropped",
    SKILLAGER: "dropped",
    SKILLS_REF: "refused",
    CLAUDE: "refused",
    QUICK_VALIDATE: "refused",
}
"""What each tool does with a file that breaks its rules."""

NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
"""The names that all of them accept."""
