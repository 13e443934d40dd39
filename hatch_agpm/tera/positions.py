"""From what went wrong in a template to a `TemplateError` with line and column."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from hatch_agpm.errors import Location, TemplateError
from hatch_agpm.tera.failures import Failure
from hatch_agpm.tera.parser.lexer import position, source_line

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

    from jinja2 import Template

__all__ = ["at_line", "located", "reported", "running_line", "traced"]


@contextmanager
def reported(source: str) -> Iterator[None]:
    """Raise a TemplateError for all that a template can make fail inside."""
    try:
        yield
    except Failure as failure:
        raise _error(failure, source) from None
    except RecursionError:
        deep = Failure("nests too deeply", hint="does something contain itself?")
        raise _error(deep, source) from None
    except MemoryError:
        raise _error(Failure("takes more memory than there is"), source) from None


def _error(failure: Failure, source: str) -> TemplateError:
    hint = failure.hint if isinstance(failure.hint, str) else failure.hint()
    error = TemplateError(failure.what, got=failure.got, hint=hint)
    return located(error, source, failure.at) if failure.at >= 0 else error


def located(error: TemplateError, source: str, at: int) -> TemplateError:
    """Return the same error at the offset `at` of a source."""
    line, column = position(source, at)
    return TemplateError(
        error.what,
        location=Location(
            path=error.path,
            line=line,
            column=column,
            source_line=source_line(source, at),
        ),
        got=error.got,
        hint=error.hint,
        embedded_in=error.embedded_in,
    )


def running_line(traceback: TracebackType | None, template: Template) -> int:
    """Return the line that a compiled template was at, by its own counting."""
    line = 0
    while traceback is not None:
        namespace = traceback.tb_frame.f_globals
        if namespace.get("environment") is template.environment:
            line = template.get_corresponding_lineno(traceback.tb_lineno)
        traceback = traceback.tb_next
    return line


def traced(pieces: Iterator[str], template: Template) -> Iterator[tuple[int, str]]:
    """Yield what a compiled template writes, with the line it was at each time."""
    for piece in pieces:
        # A generator, whatever its annotation says; none where it has no output.
        frame = getattr(pieces, "gi_frame", None)
        line = frame.f_lineno if frame else 0
        yield template.get_corresponding_lineno(line), piece


def at_line(error: TemplateError, source: str, line: int) -> TemplateError:
    """Return the same error at a line of a source, whose column nobody knows."""
    lines = source.split("\n")
    return TemplateError(
        error.what,
        location=Location(
            path=error.path,
            line=line,
            source_line=lines[line - 1] if 0 < line <= len(lines) else "",
        ),
        got=error.got,
        hint=error.hint,
        embedded_in=error.embedded_in,
    )
