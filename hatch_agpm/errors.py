"""
Every error that bad input can cause.

    AgpmError
    ├── ProblemsError        several at once, of one stage; .problems
    ├── ConfigError          a key of the configuration table or of a manifest; .key
    │   └── RequirementError     a source whose distribution is not installed
    ├── SourceError          one file of the project; .path, .line, .column
    │   ├── FrontmatterError     its frontmatter
    │   ├── TemplateError        its template text; .embedded_in
    │   ├── ContentError         a file that a template embeds
    │   ├── PortabilityError     a file that other tools would lose; .readers
    │   └── HiddenTextError      text that nobody sees; .kind, .says
    ├── GraphError           how resources relate
    │   ├── CycleError           .cycle
    │   └── ConflictError        two claim one thing; .paths
    └── BundleError          the wheel or sdist would not hold what was planned

Errors carry data; `__str__` writes the sentence:
`<file>:<line>[:<column>]: <what>[, got <value>][; <hint>]`, and below it the
line of the source with a caret where a template is wrong.  `args` are always the
positional arguments of the constructor, so that an error survives copying and
pickling.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final, Self

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = [
    "AgpmError",
    "BundleError",
    "ConfigError",
    "ConflictError",
    "ContentError",
    "CycleError",
    "FrontmatterError",
    "GraphError",
    "HiddenTextError",
    "PortabilityError",
    "ProblemsError",
    "RequirementError",
    "SourceError",
    "TemplateError",
    "did_you_mean",
    "raise_problems",
    "shown",
]

_EXCERPT: Final = 120
"""How many characters of a source line an error shows at most."""

_VALUE: Final = 80
"""How many characters of a wrong value an error shows at most."""


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
    (`tool.hatch-agpm.agents.reviewer.path`), `got` the `repr` of what was found
    there or "" where the value does not matter, `path` the file the key stands
    in where that is not `pyproject.toml`.
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


class SourceError(AgpmError):
    """
    One file of the project is wrong.

    `path` is relative to the project root, with `/`; `line` and `column` count
    from 1 in the file as written, 0 means that the whole file is meant.
    `source_line` is shown below the sentence, with a caret under `column`.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - all is data that a caller may want
        self,
        what: str,
        path: str = "",
        line: int = 0,
        column: int = 0,
        got: str = "",
        hint: str = "",
        source_line: str = "",
    ) -> None:
        super().__init__(what, path, line, column, got, hint, source_line)
        self.what = what
        self.path = path
        self.line = line
        self.column = column
        self.got = got
        self.hint = hint
        self.source_line = source_line

    def __str__(self) -> str:
        where = ":".join(
            str(part) for part in (self.path, self.line, self.column) if part
        )
        what = f"{where}: {self.what}" if where else self.what
        return _sentence(what, self.got, self.hint) + self._excerpt()

    def _excerpt(self) -> str:
        line = self.source_line.rstrip()
        if not line:
            return ""
        # What cannot be printed would move the caret, or command the terminal.
        line = "".join(c if c.isprintable() or c == "\t" else "\ufffd" for c in line)
        # A prompt is often one paragraph a line: show what is around the column.
        start = max(0, self.column - _EXCERPT // 2) if len(line) > _EXCERPT else 0
        shown = line[start : start + _EXCERPT]
        if not self.column:
            return f"\n    {shown}"
        # A tab stays a tab, or the caret would not stand below its column.
        before = shown[: self.column - 1 - start]
        lead = "".join("\t" if character == "\t" else " " for character in before)
        return f"\n    {shown}\n    {lead}^"

    def hinting(self, hint: str) -> Self:
        """Return the same error with another hint."""
        arguments = list(self.args)
        arguments[5] = hint
        return type(self)(*arguments)

    def at(self, path: str, line: int) -> Self:
        """Return the same error in the file `path`, at its line `line`."""
        arguments = list(self.args)
        arguments[1:3] = [path, line]
        return type(self)(*arguments)


class FrontmatterError(SourceError):
    """The frontmatter of a file cannot be read, or says something unusable."""


class TemplateError(SourceError):
    """
    A template cannot be parsed or rendered.

    `embedded_in` names the files that embed this one, the innermost first, with the
    line where that is known.  `call_line` is such a line until its file is, too.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - as SourceError
        self,
        what: str,
        path: str = "",
        line: int = 0,
        column: int = 0,
        got: str = "",
        hint: str = "",
        source_line: str = "",
        embedded_in: Sequence[str] = (),
        call_line: int = 0,
    ) -> None:
        super().__init__(what, path, line, column, got, hint, source_line)
        self.args = (*self.args, tuple(embedded_in), call_line)
        self.embedded_in = tuple(embedded_in)
        self.call_line = call_line

    def within(self, embedded_in: Sequence[str]) -> Self:
        """Return the same error with the files that embed this one."""
        arguments = [*self.args[:-2], tuple(embedded_in)]
        return type(self)(*arguments)

    def called_at(self, line: int) -> Self:
        """Return the same error, come up at a line of the file that embeds this one."""
        arguments = [*self.args[:-1], line]
        return type(self)(*arguments)

    def __str__(self) -> str:
        chain = "".join(f"\n  embedded in {path}" for path in self.embedded_in)
        return super().__str__() + chain


class ContentError(SourceError):
    """A file that a template embeds is missing, unreadable or out of bounds."""


class PortabilityError(SourceError):
    """
    An exported file breaks a rule of a tool that reads it.

    `readers` says what becomes of the file in those tools: name -> `dropped`,
    `refused`, `cut short`.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - as SourceError
        self,
        what: str,
        path: str = "",
        line: int = 0,
        column: int = 0,
        got: str = "",
        hint: str = "",
        source_line: str = "",
        readers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(what, path, line, column, got, hint, source_line)
        self.readers = dict(readers or {})
        self.args = (*self.args, self.readers)

    def __str__(self) -> str:
        effects: dict[str, list[str]] = {}
        for reader, effect in self.readers.items():
            effects.setdefault(effect, []).append(reader)
        parts = [f"{effect} by {', '.join(names)}" for effect, names in effects.items()]
        return super().__str__() + ("\n  " if parts else "") + "; ".join(parts)


class HiddenTextError(SourceError):
    """
    A text holds characters that are read by a model and not seen by people.

    `kind` names them, `says` is what they spell, or their code points.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - as SourceError
        self,
        what: str,
        path: str = "",
        line: int = 0,
        column: int = 0,
        got: str = "",
        hint: str = "",
        source_line: str = "",
        kind: str = "",
        says: str = "",
    ) -> None:
        super().__init__(what, path, line, column, got, hint, source_line)
        self.args = (*self.args, kind, says)
        self.kind = kind
        self.says = says


class GraphError(AgpmError):
    """How resources relate to each other is wrong."""


class CycleError(GraphError):
    """Resources depend on each other in a circle."""

    def __init__(self, cycle: Sequence[str]) -> None:
        super().__init__(cycle)
        self.cycle = tuple(cycle)
        """The paths in order of dependency; the first is also the last."""

    def __str__(self) -> str:
        return f"{self.cycle[0]}: depends on itself: {' -> '.join(self.cycle)}"


class ConflictError(GraphError):
    """Two resources claim one thing: a name, a key, an install path."""

    def __init__(self, what: str, paths: Sequence[str], hint: str = "") -> None:
        super().__init__(what, paths, hint)
        self.what = what
        self.paths = tuple(paths)
        self.hint = hint

    def __str__(self) -> str:
        return _sentence(f"{' and '.join(self.paths)}: {self.what}", "", self.hint)


class BundleError(AgpmError):
    """A wheel or sdist does not, or would not, hold what was planned for it."""

    def __init__(self, path: str, what: str, hint: str = "") -> None:
        super().__init__(path, what, hint)
        self.path = path
        self.what = what
        self.hint = hint

    def __str__(self) -> str:
        return _sentence(f"{self.path}: {self.what}", "", self.hint)


def raise_problems(problems: Sequence[AgpmError]) -> None:
    """Raise what was found: nothing, the one error, or all of them as one."""
    # Two variants of a template have its mistakes in common.
    problems = list({str(problem): problem for problem in problems}.values())
    if len(problems) == 1:
        raise problems[0]
    if problems:
        raise ProblemsError(problems)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return a hint that names the nearest of the `known` names, or ""."""
    import difflib  # noqa: PLC0415 - most builds have nothing to guess

    near = difflib.get_close_matches(name, sorted(known), n=1, cutoff=0.6)
    return f"did you mean '{near[0]}'?" if near else ""


def shown(value: object) -> str:
    """Return a wrong value as an error shows it: as TOML has it, and not for ever."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list):
        # More than can be shown is not even looked at.
        text = f"[{', '.join(shown(item) for item in value[:_VALUE])}]"
    elif isinstance(value, dt.date | dt.time):
        text = value.isoformat()
    else:
        text = repr(value[: _VALUE + 1] if isinstance(value, str) else value)
    return text if len(text) <= _VALUE else f"{text[: _VALUE - 3]}..."


def _sentence(what: str, got: str, hint: str) -> str:
    return what + (f", got {got}" if got else "") + (f"; {hint}" if hint else "")
