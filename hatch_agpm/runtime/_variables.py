# SPDX-License-Identifier: MIT-0
"""
The run-time variables of a prompt: checking values, and filling them in.

Every bundle has a copy of this file.  Runs on Python 3.9 and later, with the standard
library alone.
"""

from __future__ import annotations

from ._errors import did_you_mean
from ._prompt import imported
from ._types import (
    ANY,
    NONE,
    PLAIN_INT,
    Checker,
    NotPlainError,
    UnreadableError,
    annotation,
    copier,
    with_article,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import Any

    from ._types import _Copier, _Kind

    _Spans = tuple[tuple[int, int], ...]
    _EmbeddedSpans = tuple[tuple[int, int, bool], ...]
    _Variable = tuple[str, _Kind, Any, _Spans]
    """
    Name, type, default (None without one), and start and end of each placeholder in the
    bytes of the file.
    """

_CLASSES: dict[str, type[str | float]]
_CLASSES = {"str": str, "int": int, "float": float, "bool": bool}


class FillError(Exception):
    """A template fails for the values of a call; says where and why."""


def normalised(text: str) -> str:
    r"""
    Return a text as it is embedded.

    Line ends are `\n`, leading newlines and one final newline are gone.  Raise
    FillError for one that begins with frontmatter, which only a build can read.
    """
    lines = text.split("\n")
    if _is_rule(lines[0]) and _has_frontmatter(lines[1:]):
        raise FillError("an embedded text begins like frontmatter")
    last = lines.pop()
    lines = [line.removesuffix("\r") for line in lines]
    return "\n".join([*lines, last] if last else lines).lstrip("\n")


def _has_frontmatter(lines: list[str]) -> bool:
    """Tell whether a second rule follows, with something between."""
    for index, line in enumerate(lines):
        if _is_rule(line):
            return any(each.strip() for each in lines[:index])
    return False


def _is_rule(line: str) -> bool:
    return line.startswith("---") and not line[3:].strip()


class Variables:
    """The run-time variables of a prompt."""

    def __init__(self, variables: Iterable[_Variable], dialect: str) -> None:
        """Take the variables, whose values the `dialect` prints."""
        self.kinds: dict[str, _Kind] = {}
        self._copiers: dict[str, _Copier] = {}
        self.defaults: dict[str, object] = {}
        self.used: set[str] = set()
        """Those that the text has."""

        self._infinities = dialect != "tera"
        for name, kind, default, spans in variables:
            self.kinds[name] = kind
            self._copiers[name] = copier(kind)
            if default is not None or _takes_none(kind):
                self.defaults[name] = default
            if spans:
                self.used.add(name)

    def checked(
        self, given: Mapping[str, object]
    ) -> tuple[dict[str, object], list[str], BaseException | None]:
        """
        Return the values of the variables as plain data, and what is wrong.

        The last is what a method of a value has raised, None without such.
        """
        cause: BaseException | None = None
        checker = Checker(infinities=self._infinities)
        problems = checker.problems
        values = self.defaults.copy()
        for name, kind in self.kinds.items():
            if name not in given and self.is_required(name):
                problems.append(f"{name} is missing, {with_article(kind)}")
        for name, value in given.items():
            if name not in self.kinds and self.takes_others:
                continue
            if name not in self.kinds:
                near = did_you_mean(name, self.kinds)
                problems.append(f"there is no variable {name!r}{near}")
                continue
            left = checker.left
            try:
                values[name] = self._copiers[name](value, checker)
            except (NotPlainError, KeyError):
                checker.left = left
                try:
                    values[name] = checker.converted(self.kinds[name], value, name)
                except UnreadableError as error:
                    problems.append(str(error))
                    cause = cause or error.__cause__
        return values, problems, cause

    def is_required(self, name: str) -> bool:
        """Tell whether a variable must be given: the text has it, without a default."""
        is_optional = name in self.defaults or self.kinds[name] == ANY
        return name in self.used and not is_optional

    @property
    def takes_others(self) -> bool:
        """Whether values may be given that the text does not have."""
        return ANY in self.kinds.values()

    def signature(self) -> Any:
        """
        Return the variables as the parameters of a function.

        The default `...` means that the text does not have the variable, or that it is
        not declared.
        """
        from inspect import Parameter, Signature

        parameters = []
        for name, kind in self.kinds.items():
            if kind == ANY and not is_parameter(name):
                continue
            default: object = Parameter.empty if self.is_required(name) else ...
            parameter = Parameter(
                name,
                Parameter.KEYWORD_ONLY,
                default=self.defaults.get(name, default),
                annotation=annotation(kind),
            )
            parameters.append(parameter)
        if self.takes_others:
            more = Parameter(
                "values", Parameter.VAR_KEYWORD, annotation=annotation(ANY)
            )
            parameters.append(more)
        return Signature(parameters, return_annotation=str)


class PromptTemplate:
    """A text with placeholders for its run-time variables, parsed once."""

    def __init__(
        self,
        head: bytes,
        text: str,
        variables: Sequence[_Variable],
        dialect: str,
        embedded: _EmbeddedSpans = (),
    ) -> None:
        """
        Take the bytes of the file before the text, the text and its variables.

        `embedded` are the texts that are filled in and then embedded: start, end, and
        whether a final newline has been removed; one inside another is before it.
        """
        self.variables = Variables(variables, dialect)
        self._text_of = _PRINTERS[dialect]
        # Offsets count from the start of the file, as in the index.
        data = head + text.encode()
        names = {start: each[0] for each in variables for start, _ in each[3]}
        spans = [
            *(each[:2] for each in embedded),
            *(s for v in variables for s in v[3]),
        ]
        cuts = sorted({len(head), len(data), *(at for span in spans for at in span)})
        self.texts: list[str] = []
        self.gaps: list[tuple[int, str]] = []
        """The variable of each gap between `texts`, with its position among them."""

        for index, start in enumerate(cuts[:-1]):
            if start in names:
                self.gaps.append((index, names[start]))
            piece = b"" if start in names else data[start : cuts[index + 1]]
            self.texts.append(piece.decode())
        self._embedded = [
            (cuts.index(start), cuts.index(end), "\n" if has_newline else "")
            for start, end, has_newline in embedded
        ]

    def fill(self, values: Mapping[str, object]) -> str:
        """Return the text with checked `values`; raise FillError."""
        return "".join(self._filled(values)[0])

    def parts(self, values: Mapping[str, object]) -> list[tuple[str, bool]]:
        """Return the same in pieces, each with whether it is a value; none is empty."""
        pieces, changed = self._filled(values)
        made = {*changed, *(index for index, _ in self.gaps)}
        return [(piece, i in made) for i, piece in enumerate(pieces) if piece]

    def _filled(self, values: Mapping[str, object]) -> tuple[list[str], list[int]]:
        """Return the pieces, and the indices of those that embedding has changed."""
        pieces = self.texts.copy()
        for index, name in self.gaps:
            value = values[name]
            pieces[index] = value if type(value) is str else self._text_of(value)
        changed: list[int] = []
        for first, end, newline in self._embedded:
            text = "".join(pieces[first:end])
            embedded = normalised(text + newline)
            if embedded != text:
                pieces[first:end] = [embedded] + [""] * (end - first - 1)
                changed.append(first)
        return pieces, changed


def is_parameter(name: str) -> bool:
    """Tell whether a function can have a parameter of this name beside `**values`."""
    from keyword import iskeyword

    return name.isidentifier() and not iskeyword(name) and name != "values"


def _takes_none(kind: _Kind) -> bool:
    return isinstance(kind, str) and kind.endswith(NONE)


def _tera_text(value: object) -> str:
    """Return what `{{ value }}` prints in Tera."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) and -PLAIN_INT < value < PLAIN_INT:
        return str(value)
    # Only a bundle with variables of other types has this module.
    text: str = imported("_tera.values").render(value)
    return text


_PRINTERS: dict[str, Callable[[object], str]] = {"tera": _tera_text, "jinja2": str}


def parse(kind: _Kind, text: str) -> object:
    """Return the value that a text has as `kind`; the text itself if it has none."""
    if isinstance(kind, str) and kind != ANY:
        name = kind[: -len(NONE)] if _takes_none(kind) else kind
        if name == "str":
            return text
        if name == "bool":
            return {"true": True, "false": False}.get(text, text)
        try:
            return {"int": int, "float": float}[name](text)
        except ValueError:
            return text
    import json

    try:
        return json.loads(text)
    except ValueError:
        return text


def joined_parts(pieces: Iterable[tuple[str, bool]]) -> list[tuple[str, bool]]:
    """Return what the statements of a program print, in the form of `parts`."""
    parts: list[tuple[str, bool]] = []
    for text, is_made in pieces:
        if text and parts and parts[-1][1] and is_made:
            parts[-1] = (parts[-1][0] + text, True)
        elif text:
            parts.append((text, is_made))
    return parts
