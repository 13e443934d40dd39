"""Errors of the project and of the file system as messages of a build backend."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from hatch_agpm.errors import AgpmError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["errors_as_messages"]


@contextmanager
def errors_as_messages(fail: Callable[[str], object]) -> Iterator[None]:
    """
    Call `fail` with the message of an `AgpmError` or `OSError` raised in the context.

    `fail` ends the build as the backend ends it: with an exception that the backend
    shows without a traceback, or by leaving the process.
    """
    try:
        yield
    except (AgpmError, OSError) as error:
        message = f"hatch-agpm: {error}"
    else:
        return
    # Outside of the handler, so that the error is not shown as the cause.
    fail(message)
