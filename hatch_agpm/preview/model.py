"""
What the page shows, as plain values.

Lines are counted from 1.  Positions in a text count UTF-16 code units, as the texts of
JavaScript do.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "DiffRow",
    "HiddenPart",
    "Preview",
    "PreviewChange",
    "PreviewComparison",
    "PreviewFile",
    "PreviewFilling",
    "PreviewPrompt",
    "PreviewVariable",
    "Printed",
    "TextOrigin",
    "TokenPart",
]


@dataclass(frozen=True, kw_only=True, slots=True)
class PreviewFile:
    """A file that prompts are made of."""

    path: str
    text: str | None = None
    """Its text; None if it is not known, as in a wheel, or not text."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TextOrigin:
    """Lines of a text that are from one file."""

    line: int
    """The first of the lines."""

    count: int
    file: int
    """The position in `Preview.files`."""

    source_line: int
    """The line of the file that the first of the lines is."""

    is_printed: bool = False
    """Whether all lines are what tags of that one line print, beside its text."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Printed:
    """A part of a line that a tag has printed."""

    line: int
    start: int
    end: int
    tag: str


@dataclass(frozen=True, kw_only=True, slots=True)
class TokenPart:
    """The length of a part of a text."""

    tokens: int
    file: int
    """The position in `Preview.files`; -1 if it is not known."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PreviewVariable:
    """A run-time variable of a prompt."""

    name: str
    type: object
    """As in the index: a text, `[type]`, or `{name: type}`."""

    is_required: bool
    default: object
    written_default: str
    """The default as one writes it; "" without one.  JavaScript has no `2.0`."""

    description: str
    places: tuple[tuple[int, int], ...]
    """Start and end of each placeholder in the text."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PreviewFilling:
    """How the run-time variables of a prompt are filled in."""

    dialect: str
    """`tera` or `jinja2`."""

    is_live: bool
    """Whether the page can do it: it only prints single values."""

    embedded: tuple[tuple[int, int, bool], ...]
    """Start, end and removed newline of the texts that are filled in first."""

    values: Mapping[str, object]
    """The values of the example: defaults, and samples for the other variables."""

    example: str
    """
    The text behind the frontmatter with these values; "" if they fail, and for what the
    page fills in.
    """

    problem: str = ""
    """Why the values of the example fail."""


@dataclass(frozen=True, kw_only=True, slots=True)
class HiddenPart:
    """Characters of one line that are not displayed."""

    kind: str
    line: int
    column: int
    characters: str
    says: str
    """The text that they encode, or their code points."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DiffRow:
    """One line of a difference."""

    sign: Literal["@", "-", "+", " "]
    old: int
    """The line in the old text; 0 if it is not in it."""

    new: int
    pieces: tuple[tuple[str, bool], ...]
    """The text in pieces, each with whether it differs from the other line."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PreviewChange:
    """What changed in a text, and why."""

    kind: Literal["added", "removed", "renamed", "changed"]
    old_name: str | None
    rows: tuple[DiffRow, ...]
    variables: tuple[str, ...]
    causes: tuple[tuple[str, str], ...]
    """What changed and how, of each cause."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PreviewComparison:
    """The two that are compared."""

    old: str
    new: str
    summary: str
    causes: tuple[tuple[str, str, int], ...]
    """What changed, how, and the number of texts that it reaches."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PreviewPrompt:
    """One text: a prompt, a file of a skill, or a file for coding agents."""

    name: str
    type: str
    is_exported: bool
    size: int
    text: str | None
    """The whole text; None for bytes, and for a text that was removed."""

    body: int = 0
    """The position in the text at which the frontmatter ends."""

    tool: str | None = None
    install_path: str | None = None
    description: str = ""
    metadata: Mapping[str, object] = field(default_factory=dict)
    values: Mapping[str, object] = field(default_factory=dict)
    """The values of `template_vars` and `[project]` of its variant."""

    exported_as: tuple[str, ...] = ()
    """The names of the files for coding agents that are made of its template."""

    template: int = -1
    """The position in `Preview.files`; -1 if it is not known."""

    tops: tuple[int, ...] = ()
    """The positions of its templates in `Preview.nodes`."""

    origins: tuple[TextOrigin, ...] = ()
    printed: tuple[Printed, ...] = ()
    tokens: int = 0
    cached: int = 0
    """The tokens before the first run-time value."""

    parts: tuple[TokenPart, ...] = ()
    variables: tuple[PreviewVariable, ...] = ()
    filling: PreviewFilling | None = None
    hidden: tuple[HiddenPart, ...] = ()
    change: PreviewChange | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Preview:
    """Everything that the page shows."""

    title: str
    counted_by: str
    """How tokens are counted: `o200k_base`, or `bytes/4` for an estimate."""

    files: tuple[PreviewFile, ...]
    prompts: tuple[PreviewPrompt, ...]
    """Sorted by name; changed ones first."""

    comparison: PreviewComparison | None = None
    nodes: tuple[tuple[int, tuple[int, ...]], ...] = ()
    """
    The graph of the files: the position of each in `files`, and those of the nodes that
    it uses.  A file has several nodes if variants use other files.
    """
