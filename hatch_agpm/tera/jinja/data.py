"""
What may become text: data, whose text is the same at every build.

The text of a method, a generator or another object has an address.  That is refused
wherever a value becomes text: where it is printed, by `~` and `%`, by filters and
by the methods of texts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

import jinja2
from jinja2.nodes import EvalContext

from hatch_agpm.runtime._tera.failures import Failure

__all__ = ["TEXT_FILTERS", "as_data", "check_data"]

TEXT_FILTERS: Final = frozenset(
    (
        *("capitalize", "center", "e", "escape", "filesizeformat", "forceescape"),
        *("format", "indent", "join", "lower", "replace", "safe", "string"),
        *("striptags", "title", "trim", "truncate", "upper", "urlencode"),
        *("wordcount", "wordwrap"),
    )
)
"""Filters that turn what they get into text."""

_OF_ITEMS: Final = frozenset(("join", "urlencode"))


def check_data(value: object) -> None:
    """
    Raise Failure for a value that is not data, or has a part that is not.

    An inline `if` without `else` may give what has no text, and is none of these.
    """
    if isinstance(value, jinja2.Undefined):
        str(value)
        return
    for part in _parts(value):
        if isinstance(part, jinja2.Undefined):
            str(part)
        if not isinstance(part, str | int | float | None):
            what = f"a value of type '{type(part).__name__}' cannot be printed"
            raise Failure(what, hint="add '| list', or print a part of it")


def as_data(value: object, name: str) -> object:
    """
    Return an argument of the filter or method `name`, which turns it into text.

    What is joined may be an iterator: it becomes a list.  Raises Failure as
    `check_data` does.
    """
    if isinstance(value, EvalContext | jinja2.Environment):
        # The first argument of some filters is not the template's.
        return value
    is_whole = isinstance(value, str | dict | list | tuple)
    if name in _OF_ITEMS and isinstance(value, Iterable) and not is_whole:
        value = list(value)
    check_data(value)
    return value


def _parts(value: object) -> Iterator[object]:
    """Yield a value, or what it holds to the bottom."""
    if isinstance(value, dict):
        value = [*value, *value.values()]
    if isinstance(value, list | tuple):
        for part in value:
            yield from _parts(part)
    else:
        yield value
