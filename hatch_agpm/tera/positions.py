"""Offsets of a source as line and column, and failures as `TemplateError`."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from hatch_agpm.errors import Location, TemplateError
from hatch_agpm.tera.failures import Failure

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

    from jinja2 import Template

__all__ = [
    "at_line",
    "located",
    "position",
    "reported",
    "running_line",
    "source_line",
    "traced",
]


def position(source: str, at: int) -> tuple[int, int]:
    """Return line and column of an offset, both counted from 1."""
    return source.count("\n", 0, at) + 1, at - source.rfind("\n", 0, at)


def source_line(source: str, at: int) -> str:
    """Return the line that contains an offset, without its end."""
    start = source.rfind("\n", 0, at) + 1
    end = source.find("\n", start)
    return source[start : end if end >= 0 else len(source)].rstrip("\r")


@contextmanager
def reported(source: str) -> Iterator[None]:
    """Convert each failure inside the block to a TemplateError."""
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
    text = source_line(source, at)
    return error.located(
        Location(path=error.path, line=line, column=column, source_line=text)
    )


def running_line(traceback: TracebackType | None, template: Template) -> int:
    """Return the line of the template's syntax tree where an error was raised."""
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
        # Jinja2 gives a plain iterator instead of a generator for empty templates.
        frame = getattr(pieces, "gi_frame", None)
        line = frame.f_lineno if frame else 0
        yield template.get_corresponding_lineno(line), piece


def at_line(error: TemplateError, source: str, line: int) -> TemplateError:
    """Return the same error at a line of a source, with an unknown column."""
    lines = source.split("\n")
    text = lines[line - 1] if 0 < line <= len(lines) else ""
    return error.located(Location(path=error.path, line=line, source_line=text))
