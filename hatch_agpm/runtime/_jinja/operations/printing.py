# SPDX-License-Identifier: MIT-0
"""Printing values that are neither texts nor numbers."""

from __future__ import annotations

from .. import part
from ..limits import RunError
from ..values import Public
from .measures import limit_value
from .undefined import UndefinedValue

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..limits import Budget

__all__ = ["text_of"]

_PLAIN = (str, int, float, bool, type(None))


def text_of(value: Any, budget: Budget) -> str:
    """Return what printing a value writes; refuse what is not data."""
    if isinstance(value, UndefinedValue):
        return str(value)
    limit_value(budget, value)
    text = str(value) if _is_data(value) else _text_of_object(value)
    budget.work(len(text))
    return text


def _is_data(value: Any) -> bool:
    """Tell whether a value, with all that it contains, has the same text always."""
    kind = type(value)
    if kind in _PLAIN:
        return True
    if kind not in (list, tuple, dict) and not isinstance(value, Public):
        return False
    if isinstance(value, dict):
        return all(map(_is_data, value)) and all(map(_is_data, value.values()))
    if isinstance(value, (list, tuple)):
        return all(map(_is_data, value))
    return isinstance(value, str)


def _text_of_object(value: object) -> str:
    try:
        objects = part("operations.objects")
    except ModuleNotFoundError:
        what = f"a value of type {type(value).__name__!r} cannot be printed"
        raise RunError(f"{what}; add '| list', or print a part of it") from None
    text: str = objects.text_of(value)
    return text
