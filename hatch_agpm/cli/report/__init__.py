"""What `hatch-agpm check` finds, and the formats in which it is printed."""

from __future__ import annotations

from hatch_agpm.cli.report.checking import Report, check_project
from hatch_agpm.cli.report.formats import written

__all__ = ["Report", "check_project", "written"]
