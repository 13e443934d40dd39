"""One thing to fix as other programs read it: level, rule, message and location."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from hatch_agpm.cli.report.rules import RULES
from hatch_agpm.errors import (
    AgpmError,
    BundleError,
    ConfigError,
    ConflictError,
    CycleError,
    Location,
    ProblemsError,
    SourceError,
    TemplateError,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from hatch_agpm.cli.check import Note

__all__ = ["Finding", "findings_of_error", "findings_of_note"]

_PYPROJECT = "pyproject.toml"
_CAPITAL = re.compile(r"(?<=[a-z])(?=[A-Z])")


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One thing to fix."""

    level: Literal["error", "warning", "note"]
    """`note` is for what no wheel depends on."""

    rule: str
    """The stable name of what is checked, in lower case with hyphens."""

    message: str
    """What is wrong and what to do, without the location."""

    path: str
    """A file of the project, relative to its root, with `/`."""

    line: int = 0
    """From 1; 0 if the whole file is meant."""

    column: int = 0
    """From 1, in characters; 0 if the whole line is meant."""


def findings_of_error(error: AgpmError | OSError, root: Path) -> Iterator[Finding]:
    """Yield the findings of an error in the project at `root`."""
    if isinstance(error, ProblemsError):
        for problem in error.problems:
            yield from findings_of_error(problem, root)
        return
    others: tuple[TemplateError, ...] = ()
    if isinstance(error, TemplateError):
        others, error = error.others, error.with_others(())
    location = _location(error)
    is_found = (root / location.path).is_file()
    if isinstance(error, SourceError) and is_found:
        message = str(error.located(Location()))
    else:
        message = str(error)
    yield Finding(
        level="error",
        rule=_rule(error),
        message=message,
        path=location.path if is_found else _PYPROJECT,
        line=location.line if is_found else 0,
        column=location.column if is_found else 0,
    )
    for other in others:
        yield from findings_of_error(other, root)


def findings_of_note(note: Note, root: Path, *, is_error: bool = False) -> Finding:
    """Return the finding of a note on the project at `root`."""
    path = note.path or (note.file if note.lines else _PYPROJECT)
    is_found = (root / path).is_file()
    return Finding(
        level="error" if is_error else "note" if note.is_harmless else "warning",
        rule=note.rule,
        message=str(note),
        path=path if is_found else _PYPROJECT,
        line=note.line if is_found else 0,
    )


def _location(error: AgpmError | OSError) -> Location:
    """Return the location of an error; without a path if it has none."""
    if isinstance(error, SourceError):
        return error.location
    if isinstance(error, ConfigError | BundleError):
        return Location(path=error.path)
    if isinstance(error, ConflictError):
        return Location(path=error.paths[0] if error.paths else "")
    if isinstance(error, CycleError):
        return Location(path=error.cycle[0])
    return Location()


def _rule(error: AgpmError | OSError) -> str:
    """Return the rule of a class of errors: `template` for a TemplateError."""
    if isinstance(error, OSError):
        return "file-system"
    names = (each.__name__.removesuffix("Error") for each in type(error).__mro__)
    rules = (_CAPITAL.sub("-", name).lower() for name in names)
    return next(rule for rule in rules if rule in RULES)
