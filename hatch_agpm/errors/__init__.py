"""
Every error that bad input can cause.

    AgpmError
    ├── ProblemsError        all problems of one stage; .problems
    ├── ConfigError          a key of the configuration table or of a manifest; .key
    │   └── RequirementError     a source whose distribution is not installed
    ├── SourceError          one file of the project; .location
    │   ├── FrontmatterError     its frontmatter
    │   ├── TemplateError        its template text; .embedded_in
    │   ├── ContentError         a file that a template embeds
    │   ├── PortabilityError     a file that other tools would lose; .readers
    │   ├── BudgetError          a text with more tokens than it may have
    │   └── HiddenTextError      text that is not displayed; .kind, .says
    ├── GraphError           the relations between resources
    │   ├── CycleError           .cycle
    │   └── ConflictError        two need the same name or path; .paths
    └── BundleError          the wheel or sdist would not have the planned files

Errors carry data; `__str__` writes the sentence:
`<file>:<line>[:<column>]: <what>[, got <value>][; <hint>]`, and below it the
line of the source with a caret where a template is wrong.  Errors survive copying and
pickling: `args` are the positional arguments of the constructor, all other data are
attributes.
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Self

from hatch_agpm.errors.texts import did_you_mean, printable, shown

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = [
    "AgpmError",
    "BudgetError",
    "BundleError",
    "ConfigError",
    "ConflictError",
    "ContentError",
    "CycleError",
    "FrontmatterError",
    "GraphError",
    "HiddenTextError",
    "Location",
    "PortabilityError",
    "ProblemsError",
    "RequirementError",
    "SourceError",
    "TemplateError",
    "did_you_mean",
    "printable",
    "raise_problems",
    "shown",
]

_EXCERPT: Final = 120
"""The number of characters of a source line that an error shows at most."""

_LONGEST: Final = 4_000
"""The number of characters that an error uses at most to say what is wrong."""


class AgpmError(Exception):
    """Anything that is wrong with the user's input."""


class ProblemsError(AgpmError):
    """All the problems that one stage found, in the order it found them."""

    def __init__(self, problems: Sequence[AgpmError]) -> None:
        super().__init__(problems)
        self.problems = tuple(problems)

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)


class ConfigError(AgpmError):
    """
    A key of the configuration table, or of a manifest, is wrong.

    `key` is the whole dotted path as the user would write it
    (`tool.hatch-agpm.agents.reviewer.path`), `got` the `repr` of what was found there
    or "" if it is not shown, `path` the file of the key if that is not
    `pyproject.toml`.
    """

    def __init__(
        self, key: str, what: str, got: str = "", hint: str = "", path: str = ""
    ) -> None:
        super().__init__(key, what, got, hint, path)
        self.key = key
        self.what = what
        self.got = got
        self.hint = hint
        self.path = path

    def __str__(self) -> str:
        where = f"{self.path}: {self.key}" if self.path else self.key
        return _sentence(f"{where} {self.what}", self.got, self.hint)


class RequirementError(ConfigError):
    """The distribution of a source is not installed, or in another version."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Location:
    """
    A position in a file of the project.

    `path` is relative to the project root, with `/`, "" where it is not known yet;
    `line` and `column` count from 1 in the file as written, 0 means the whole file or
    line.  `source_line` is the text of the line, "" if it is not shown.
    """

    path: str = ""
    line: int = 0
    column: int = 0
    source_line: str = ""

    def __str__(self) -> str:
        parts = (printable(self.path, ""), self.line, self.column)
        return ":".join(str(part) for part in parts if part)


_NOWHERE: Final = Location()


class SourceError(AgpmError):
    """
    One file of the project is wrong.

    `got` is the wrong value as it is shown, "" if it is not shown; `hint` says what to
    do.  The source line of the location is shown below the sentence, with a caret under
    the column.
    """

    def __init__(
        self,
        what: str,
        *,
        location: Location = _NOWHERE,
        got: str = "",
        hint: str = "",
    ) -> None:
        super().__init__(what)
        self.what = what
        self.location = location
        self.got = got
        self.hint = hint

    @property
    def path(self) -> str:
        """The path of the location."""
        return self.location.path

    @property
    def line(self) -> int:
        """The line of the location."""
        return self.location.line

    @property
    def column(self) -> int:
        """The column of the location."""
        return self.location.column

    @property
    def source_line(self) -> str:
        """The text of the line, "" if it is not shown."""
        return self.location.source_line

    def __str__(self) -> str:
        where = str(self.location)
        what = f"{where}: {self.what}" if where else self.what
        return _sentence(what, self.got, self.hint) + self._excerpt()

    def _excerpt(self) -> str:
        line = self.source_line.rstrip()
        if not line:
            return ""
        # A line is often a whole paragraph: show the part around the column.
        start = max(0, self.column - _EXCERPT // 2) if len(line) > _EXCERPT else 0
        line = line[start : start + _EXCERPT]
        # Unprintable characters would move the caret, or control the terminal.
        shown = "".join(c if c.isprintable() or c == "\t" else "\ufffd" for c in line)
        if not self.column:
            return f"\n    {shown}"
        # A tab stays a tab, or the caret would not be below its column.
        before = shown[: self.column - 1 - start]
        lead = "".join("\t" if character == "\t" else " " for character in before)
        return f"\n    {shown}\n    {lead}^"

    def _changed(self, **fields: object) -> Self:
        """Return a copy with other values in some attributes."""
        changed = copy(self)
        vars(changed).update(fields)
        return changed

    def with_hint(self, hint: str) -> Self:
        """Return the same error with another hint."""
        return self._changed(hint=hint)

    def at(self, path: str, line: int) -> Self:
        """Return the same error in the file `path`, at its line `line`."""
        return self._changed(location=replace(self.location, path=path, line=line))

    def located(self, location: Location) -> Self:
        """Return the same error at another location."""
        return self._changed(location=location)


class FrontmatterError(SourceError):
    """The frontmatter of a file cannot be read, or has an invalid value."""


class TemplateError(SourceError):
    """
    A template cannot be parsed or rendered.

    `embedded_in` names the files that embed this one, the innermost first, each with
    its line if known.  `call_line` is the line of an embedding file whose name is not
    known yet.
    `others` are further errors of the same text: all its undefined variables.
    """

    def __init__(
        self,
        what: str,
        *,
        location: Location = _NOWHERE,
        got: str = "",
        hint: str = "",
    ) -> None:
        super().__init__(what, location=location, got=got, hint=hint)
        self.embedded_in: tuple[str, ...] = ()
        self.call_line = 0
        self.others: tuple[TemplateError, ...] = ()

    def within(self, embedded_in: Sequence[str]) -> Self:
        """Return the same error with the files that embed this one."""
        return self._changed(embedded_in=tuple(embedded_in), call_line=0)

    def called_at(self, line: int) -> Self:
        """Return the same error, raised at a line of the file that embeds this one."""
        return self._changed(call_line=line)

    def with_others(self, others: Sequence[TemplateError]) -> Self:
        """Return the same error with further ones of the same text."""
        return self._changed(others=tuple(others))

    def __str__(self) -> str:
        chain = "".join(f"\n  embedded in {printable(p, '')}" for p in self.embedded_in)
        return "\n".join([super().__str__() + chain, *map(str, self.others)])


class ContentError(SourceError):
    """A file that a template embeds is missing, unreadable or out of bounds."""


class BudgetError(SourceError):
    """A text has more tokens than it may have (`max-tokens`)."""


class PortabilityError(SourceError):
    """
    An exported file breaks a rule of a tool that reads it.

    `readers` has the effect for each tool: name -> `dropped`, `refused`, `cut short`.
    """

    def __init__(
        self,
        what: str,
        *,
        location: Location = _NOWHERE,
        got: str = "",
        hint: str = "",
        readers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(what, location=location, got=got, hint=hint)
        self.readers = dict(readers or {})

    def __str__(self) -> str:
        effects: dict[str, list[str]] = {}
        for reader, effect in self.readers.items():
            effects.setdefault(effect, []).append(reader)
        parts = [f"{effect} by {', '.join(names)}" for effect, names in effects.items()]
        return super().__str__() + printable("\n  " * bool(parts) + "; ".join(parts))


class HiddenTextError(SourceError):
    """
    A text has characters that a model reads and that are not displayed.

    `kind` is their kind, `says` the text that they encode, or their code points.
    """

    def __init__(
        self,
        what: str,
        *,
        location: Location = _NOWHERE,
        got: str = "",
        hint: str = "",
    ) -> None:
        super().__init__(what, location=location, got=got, hint=hint)
        self.kind = ""
        self.says = ""

    def saying(self, kind: str, says: str) -> Self:
        """Return the same error with the kind and the decoded text of a finding."""
        return self._changed(kind=kind, says=says)


class GraphError(AgpmError):
    """The relations between resources are wrong."""


class CycleError(GraphError):
    """Resources depend on each other in a cycle."""

    def __init__(self, cycle: Sequence[str]) -> None:
        super().__init__(cycle)
        self.cycle = tuple(cycle)
        """The paths in order of dependency; the first is also the last."""

    def __str__(self) -> str:
        names = [printable(path, "") for path in self.cycle]
        return f"{names[0]}: depends on itself: {' -> '.join(names)}"


class ConflictError(GraphError):
    """Two resources need the same name, key or install path."""

    def __init__(self, what: str, paths: Sequence[str], hint: str = "") -> None:
        super().__init__(what, paths, hint)
        self.what = what
        self.paths = tuple(paths)
        self.hint = hint

    def __str__(self) -> str:
        where = " and ".join(printable(path, "") for path in self.paths)
        return _sentence(f"{where}: {self.what}", "", self.hint)


class BundleError(AgpmError):
    """A wheel or sdist does not have, or would not have, the planned files."""

    def __init__(self, path: str, what: str, hint: str = "") -> None:
        super().__init__(path, what, hint)
        self.path = path
        self.what = what
        self.hint = hint

    def __str__(self) -> str:
        return _sentence(f"{printable(self.path, '')}: {self.what}", "", self.hint)


def raise_problems(problems: Sequence[AgpmError]) -> None:
    """Raise the problem, or a ProblemsError if there are several; none is fine."""
    # Variants of a template report the same mistakes.
    problems = list({str(problem): problem for problem in problems}.values())
    if len(problems) == 1:
        raise problems[0]
    if problems:
        raise ProblemsError(problems)


def _sentence(what: str, got: str, hint: str) -> str:
    # A name of a file may be as long as the file.
    if len(what) > _LONGEST:
        half = _LONGEST // 2
        what = f"{what[:half]}...{what[-half:]}"
    text = what + (f", got {got}" if got else "") + (f"; {hint}" if hint else "")
    return printable(text)
