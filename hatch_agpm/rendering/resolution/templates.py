"""
Renders a piece of a file, with errors that have their location in the file.

Literal fences are not rendered.  Lines of errors are those of the file as written, with
frontmatter and fences.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from hatch_agpm.errors import AgpmError, Location, TemplateError, raise_problems
from hatch_agpm.formats.literal_blocks import protect
from hatch_agpm.model.declaration import JINJA_DEFAULTS, JinjaOptions
from hatch_agpm.model.runtime import fields_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from hatch_agpm.formats.frontmatter import Dialect
    from hatch_agpm.formats.literal_blocks import ProtectedText
    from hatch_agpm.model.runtime import VariableDeclaration
    from hatch_agpm.tera import TeraEnvironment
    from hatch_agpm.tera.folding import Folded
    from hatch_agpm.tera.jinja_programs import JinjaFolded
    from hatch_agpm.tera.uses import Use

__all__ = [
    "Piece",
    "check_unused",
    "fold_piece",
    "only_prints",
    "render_piece",
    "trace_piece",
]

_LIMIT: Final = "the limit is '"
"""The beginning of the hint of an error that is caused by a limit."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Piece:
    """A part of a file that is a template of its own: frontmatter, or a body."""

    text: str
    path: str
    """The path of the file, for errors."""

    line: int = 1
    """The line of the file at which the text begins."""

    dialect: Dialect = "tera"
    options: JinjaOptions = JINJA_DEFAULTS


def render_piece(
    environment: TeraEnvironment, piece: Piece, context: Mapping[str, object]
) -> str:
    r"""
    Render a piece; line ends become `\n`.

    Raises TemplateError; errors of a filter about another file are not changed.
    """
    with _located(piece):
        shielded = protect(piece.text)
        with _located(piece, shielded):
            template = environment.template(
                shielded.text, dialect=piece.dialect, options=piece.options
            )
            return shielded.restore(template.render(context))


def trace_piece(
    environment: TeraEnvironment, piece: Piece, context: Mapping[str, object]
) -> list[tuple[int, str]]:
    """
    Return the results of rendering a whole file in pieces, each with its line.

    Raises TemplateError.
    """
    shielded = protect(piece.text)
    template = environment.template(
        shielded.text, dialect=piece.dialect, options=piece.options
    )
    return [(shielded.line(line), text) for line, text in template.trace(context)]


def fold_piece(
    environment: TeraEnvironment,
    piece: Piece,
    context: Mapping[str, object],
    variables: Sequence[VariableDeclaration] | None,
) -> Folded | JinjaFolded:
    """
    Return what is left of a piece without the `variables` of the caller.

    None stands for all names that `context` does not have, in a template of Jinja2.

    Raises TemplateError, also for a literal fence in what is run later by a filter.
    """
    names = [variable.name for variable in variables or ()]
    with _located(piece):
        shielded = protect(piece.text)
        with _located(piece, shielded):

            def line_of(line: int) -> int:
                return shielded.line(line) + piece.line - 1

            folded: Folded | JinjaFolded
            if piece.dialect == "tera":
                folded = environment.fold(
                    shielded.text, context, names, line_of=line_of
                )
            else:
                folded = environment.jinja(piece.options).fold(
                    shielded.text,
                    context,
                    None if variables is None else names,
                    line_of=line_of,
                    fields=None if variables is None else _fields(variables),
                )
            return folded.with_texts(shielded.restore)


def _fields(variables: Sequence[VariableDeclaration]) -> set[str]:
    """Return the names of the fields of all records."""
    return {field for variable in variables for field in fields_of(variable.kind)}


def only_prints(
    environment: TeraEnvironment, piece: Piece, names: Collection[str]
) -> bool:
    """Tell whether all uses of `names` in a piece are of the form `{{ name }}`."""
    with _located(piece):
        shielded = protect(piece.text)
        with _located(piece, shielded):
            uses = environment.uses(
                shielded.text, names, dialect=piece.dialect, options=piece.options
            )
            return all(use.bare for use in uses)


def check_unused(
    environment: TeraEnvironment, piece: Piece, names: Collection[str]
) -> None:
    """
    Raise TemplateError for every use of `names` in a piece, which is frontmatter.

    Text in literal fences, in strings and between raw tags is not a use.
    """
    with _located(piece):
        shielded = protect(piece.text)
        with _located(piece, shielded):
            for use in environment.uses(
                shielded.text, names, dialect=piece.dialect, options=piece.options
            ):
                raise _wrong_use(use)


def _wrong_use(use: Use) -> TemplateError:
    hint = "it can be printed in the text below"
    return TemplateError(
        f"the run-time variable '{use.name}' has no value in frontmatter",
        location=Location(
            line=use.line, column=use.column, source_line=use.source_line
        ),
        hint=hint,
    )


@contextmanager
def _located(piece: Piece, shielded: ProtectedText | None = None) -> Iterator[None]:
    """
    Raise errors of the text of a piece with their location in its file.

    Several errors of one piece are raised as a ProblemsError.
    """
    try:
        yield
    except TemplateError as error:
        if error.path and not error.call_line:
            raise
        if error.path:
            number = shielded.line(error.call_line) if shielded else error.call_line
            location = f"{piece.path}:{number + piece.line - 1}"
            raise error.within([*error.embedded_in, location]) from None
        if error.hint.startswith(_LIMIT):
            error = error.with_hint(f"{error.hint} of [tool.hatch-agpm.limits]")
        problems: list[AgpmError] = []
        for each in (error.with_others([]), *error.others):
            number = shielded.line(each.line) if shielded else max(each.line, 1)
            problems.append(each.at(piece.path, number + piece.line - 1))
        raise_problems(problems)
