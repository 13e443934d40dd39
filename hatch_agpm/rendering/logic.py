"""
Texts whose templates do more with run-time variables than print them.

The build folds such a template to a program, which runs when the prompt is used.  Text
that others embed is a program of its own, which is filled in first.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hatch_agpm.errors import Location, TemplateError
from hatch_agpm.formats.frontmatter import normalise
from hatch_agpm.model.runtime import ANY, RuntimeVariable, VariableDeclaration
from hatch_agpm.rendering.resolution.templates import fold_piece
from hatch_agpm.tera.folding import EmbeddedText

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from collections.abc import Set as AbstractSet

    from hatch_agpm.formats.frontmatter import Dialect
    from hatch_agpm.rendering.content import TemplateSource
    from hatch_agpm.tera.folding import Folded
    from hatch_agpm.tera.jinja_programs import JinjaFolded

__all__ = [
    "EmbeddedPrompt",
    "LogicTexts",
    "check_embedding",
    "folded_texts",
    "needed_variables",
    "program_of_body",
    "runtime_variables",
]


@dataclass(frozen=True, kw_only=True, slots=True)
class EmbeddedPrompt:
    """The text of a file that others embed, and the variables it may need."""

    text: EmbeddedText
    declared: tuple[VariableDeclaration, ...]
    dialects: Mapping[VariableDeclaration, AbstractSet[Dialect]]
    """The languages of the templates that print each variable."""

    @property
    def dialect(self) -> Dialect:
        """The language of the template."""
        return "jinja2" if "dialect" in self.text.program else "tera"


@dataclass(frozen=True, kw_only=True, slots=True)
class LogicTexts:
    """What is made of a template with run-time logic."""

    document: Folded | JinjaFolded
    content: EmbeddedText | None
    """The text that is embedded; None if the file is not."""


def check_embedding(
    source: TemplateSource, files: Mapping[str, EmbeddedPrompt], *, is_skill: bool
) -> None:
    """Raise TemplateError for a text that cannot embed `files`, which have logic."""
    if is_skill:
        raise TemplateError(
            f"a skill cannot embed '{min(files)}', which has run-time logic",
            location=Location(path=source.file.path),
            hint="let that file only print its run-time variables",
        )
    others = [path for path, each in files.items() if each.dialect != source.dialect]
    if others:
        raise TemplateError(
            f"cannot embed '{min(others)}', which has run-time logic in the other"
            " template language",
            location=Location(path=source.file.path),
            hint="write both in one language",
        )


def folded_texts(
    source: TemplateSource, variables: Mapping[str, object], *, is_embedded: bool
) -> LogicTexts:
    """
    Fold a template: its document, and its embedded text if it `is_embedded`.

    `variables` are those that have a value at build time; the text of another template
    may be an `EmbeddedText`.  Raises TemplateError.
    """
    text, frontmatter = source.file.text, source.frontmatter
    head, rest = text[: frontmatter.split.end], text[frontmatter.split.end :]
    body = normalise(rest)
    unified = rest.replace("\r\n", "\n")
    blank = len(unified) - len(unified.lstrip("\n"))
    content = None
    if is_embedded:
        line = head.count("\n") + blank + 1
        content = _embedded(_fold(source, variables, body, line), source)
    return LogicTexts(document=_fold(source, variables, text, 1), content=content)


def _fold(
    source: TemplateSource, variables: Mapping[str, object], text: str, line: int
) -> Folded | JinjaFolded:
    piece = source.piece(text, line)
    declared = None if source.is_undeclared else source.frontmatter.content.runtime
    return fold_piece(source.environment, piece, variables, declared)


def _embedded(folded: Folded | JinjaFolded, source: TemplateSource) -> EmbeddedText:
    program = {**folded.program, "file": source.file.path}
    return EmbeddedText(program=program, reads=folded.reads)


def program_of_body(folded: Folded | JinjaFolded, path: str, body: int) -> str:
    """
    Return the program of the text behind the first `body` bytes of a document, as JSON.

    Raises TemplateError if run-time variables are used in these bytes.
    """
    first, *others = folded.program["body"] or [""]
    if not isinstance(first, str):
        first, others = "", folded.program["body"]
    data = first.encode()
    if len(data) < body:
        what = "a run-time variable is used in the frontmatter"
        hint = "embed the text that uses it below the frontmatter"
        raise TemplateError(what, location=Location(path=path), hint=hint)
    rest = data[body:].decode()
    program = {
        "file": path,
        "reads": sorted(folded.reads),
        **folded.program,
        "body": [rest, *others] if rest else others,
    }
    return json.dumps(program, ensure_ascii=False, allow_nan=False)


def needed_variables(
    source: TemplateSource, folded: LogicTexts, embedded: Iterable[EmbeddedPrompt]
) -> tuple[VariableDeclaration, ...]:
    """Return the template's own variables, then by name those that others need."""
    own = source.frontmatter.content.runtime
    if source.is_undeclared:
        reads = folded.document.reads | (
            folded.content.reads if folded.content else set()
        )
        own = tuple(VariableDeclaration(name=name, kind=ANY) for name in sorted(reads))
    used = folded.document.reads | (folded.content.reads if folded.content else set())
    others = {
        variable
        for each in embedded
        for variable in each.declared
        if variable.name in used and variable not in own
    }
    return (*own, *sorted(others, key=lambda each: each.name))


def runtime_variables(
    folded: Folded | JinjaFolded, declared: Iterable[VariableDeclaration]
) -> tuple[RuntimeVariable, ...]:
    """Return the run-time variables of a document, of which some are read."""
    return tuple(
        RuntimeVariable(
            name=variable.name,
            kind=variable.kind,
            default=variable.default,
            spans=(),
            description=variable.description,
            is_read=variable.name in folded.reads,
        )
        for variable in declared
    )
