"""Check a project: everything that a build would refuse, and the notes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from hatch_agpm.cli.check import Note, plan_notes
from hatch_agpm.cli.file_notes import file_notes
from hatch_agpm.cli.project import open_project
from hatch_agpm.cli.report.finding import findings_of_error, findings_of_note
from hatch_agpm.cli.report.reference_notes import reference_notes
from hatch_agpm.cli.report.token_notes import token_notes
from hatch_agpm.errors import AgpmError

if TYPE_CHECKING:
    from pathlib import Path

    from hatch_agpm.cli.report.finding import Finding

__all__ = ["Report", "check_project"]


@dataclass(frozen=True, kw_only=True)
class Report:
    """The result of a check."""

    root: Path
    """The directory of the project."""

    summary: str
    """What the wheel has, "" if it cannot be rendered."""

    problems: tuple[AgpmError | OSError | Note, ...]
    """What has to be fixed."""

    notes: tuple[Note, ...]

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """Problems and notes, each with its location."""
        found: list[Finding] = []
        for problem in self.problems:
            if isinstance(problem, Note):
                found.append(findings_of_note(problem, self.root, is_error=True))
            else:
                found += findings_of_error(problem, self.root)
        return (*found, *(findings_of_note(note, self.root) for note in self.notes))


def check_project(root: Path, *, strict: bool = False) -> Report:
    """
    Render the project in a directory, and return what is to be fixed.

    If `strict`, notes that concern the wheel are problems.
    """
    problems: list[AgpmError | OSError | Note] = []
    notes: list[Note] = []
    found: list[Note] = []
    summary = ""
    try:
        project = open_project(root)
        found += project.notes()
        plan = project.plan()
        summary = plan.bundle.summary
        problems += plan.over_budget
        found += plan_notes(plan, project.pyproject)
        found += [*file_notes(plan), *token_notes(plan), *reference_notes(plan)]
    except (AgpmError, OSError) as error:
        problems.append(error)
    for each in found:
        bad = each.loses_prompts or (strict and not each.is_harmless)
        (problems if bad else notes).append(each)
    return Report(
        root=root, summary=summary, problems=tuple(problems), notes=tuple(notes)
    )
