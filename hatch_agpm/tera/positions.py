"""Offsets of a source as line and column, and failures as `TemplateError`."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from hatch_agpm.errors import Location, TemplateError
from hatch_agpm.runtime._tera.failures import Failure, Undefined

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["at_line", "located", "position", "reported", "source_line"]


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
    if isinstance(failure, Undefined):
        error = error.with_others([_error(other, source) for other in failure.others])
    return located(error, source, failure.at) if failure.at >= 0 else error


def located(error: TemplateError, source: str, at: int) -> TemplateError:
    """Return the same error at the offset `at` of a source."""
    line, column = position(source, at)
    text = source_line(source, at)
    return error.located(
        Location(path=error.path, line=line, column=column, source_line=text)
    )


def at_line(error: TemplateError, source: str, line: int) -> TemplateError:
    """Return the same error at a line of a source, with an unknown column."""
    lines = source.split("\n")
    text = lines[line - 1] if 0 < line <= len(lines) else ""
    return error.located(Location(path=error.path, line=line, source_line=text))
