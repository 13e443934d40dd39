# SPDX-License-Identifier: MIT-0
"""The values of templates: their fields, printing them, and what has no value."""

from __future__ import annotations

from . import part

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .limits import Budget

__all__ = ["MISSING", "Public", "attribute", "show", "undefined"]

MISSING = object()
"""Is in place of a variable that has no value."""


class Public:
    """An object of this package, of which templates may use some attributes."""

    __slots__ = ()

    _public: Any = ()
    """The names of these attributes."""


def undefined(what: str) -> Any:
    """Return a value that is not there: an error wherever it is used."""
    return part("operations.undefined").UndefinedValue(what)


def attribute(value: Any, name: str) -> Any:
    """Return `value.name`."""
    if isinstance(value, Public) and name in value._public and name[:1] != "_":
        found = getattr(value, name, MISSING)
        if found is not MISSING:
            return found
    return part("operations.attributes").attribute(value, name)


def show(value: Any, budget: Budget) -> str:
    """Return what printing a value writes; refuse what is not data."""
    kind = type(value)
    if kind is str:
        return value  # type: ignore[no-any-return]
    if kind is int or kind is float or kind is bool or value is None:
        return str(value)
    text: str = part("operations.printing").text_of(value, budget)
    return text
