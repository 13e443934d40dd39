"""
Rendering a piece of a file, with errors that name the place in that file.

Literal fences are out of the engine's reach, and what an error says of a line is
said of the file as written: frontmatter and fences counted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hatch_agpm.errors import TemplateError
from hatch_agpm.fences import shield

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hatch_agpm.frontmatter import Dialect
    from hatch_agpm.tera import TeraEnvironment

__all__ = ["render_piece"]


def render_piece(  # noqa: PLR0913 - where the piece stands belongs to every error
    environment: TeraEnvironment,
    text: str,
    context: Mapping[str, object],
    *,
    path: str,
    line: int = 1,
    dialect: Dialect = "tera",
) -> str:
    r"""
    Render `text`, which begins at `line` of the file `path`.

    Line ends become `\n`.

    Raises TemplateError; what a filter raises about another file passes through.
    """
    try:
        shielded = shield(text)
        try:
            template = environment.template(shielded.text, dialect=dialect)
            return shielded.restore(template.render(context))
        except TemplateError as error:
            if error.path:
                raise
            raise error.at(path, shielded.line(error.line) + line - 1) from None
    except TemplateError as error:
        if error.path:
            raise
        raise error.at(path, max(error.line, 1) + line - 1) from None
