# SPDX-License-Identifier: MIT-0
"""What expressions do with values, within limits."""

from __future__ import annotations

import operator
import re

from .limits import RunError
from .values import UndefinedValue, show

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from .limits import Budget

__all__ = ["BINARY", "call", "check_format", "slice_of"]

_LARGEST_INTEGER = 4_096
"""Bits."""

_MARKS = ("unsafe_callable", "alters_data")
"""Attributes by which authors of functions forbid templates to call them."""

_REPLACE_TEXTS = 2
"""The texts that a replacement takes: the old and the new part."""


def _add(budget: Budget, left: Any, right: Any) -> Any:
    if isinstance(left, (str, list, tuple)):
        budget.text(_size(left) + _size(right))
    return _counted(budget, left + right)


def _multiply(budget: Budget, left: Any, right: Any) -> Any:
    if isinstance(left, int) and isinstance(right, int):
        _check_bits("*", left.bit_length() + right.bit_length())
    for value, times in ((left, right), (right, left)):
        if isinstance(times, int) and isinstance(value, str):
            budget.text(len(value) * times)
        elif isinstance(times, int) and isinstance(value, (list, tuple)):
            budget.items(len(value) * times)
    return _counted(budget, left * right)


def _power(budget: Budget, left: Any, right: Any) -> Any:
    if isinstance(left, int) and isinstance(right, int):
        _check_bits("**", max(left.bit_length(), 1) * right)
    budget.work(1)
    return left**right


def _remainder(budget: Budget, left: Any, right: Any) -> Any:
    if isinstance(left, str):
        check_format(left)
        for each in right if isinstance(right, tuple) else (right,):
            if not isinstance(each, UndefinedValue):
                show(each, budget)
    return _counted(budget, left % right)


def _plain(operate: Callable[[Any, Any], Any]) -> Callable[[Budget, Any, Any], Any]:
    def apply(budget: Budget, left: Any, right: Any) -> Any:
        budget.work(1)
        return operate(left, right)

    return apply


BINARY: Mapping[str, Callable[[Budget, Any, Any], Any]] = {
    "+": _add,
    "-": _plain(operator.sub),
    "*": _multiply,
    "/": _plain(operator.truediv),
    "//": _plain(operator.floordiv),
    "**": _power,
    "%": _remainder,
}


def check_format(text: str) -> None:
    """Refuse a `%` format that fills memory with blanks."""
    if "*" in text or re.search(r"%[^a-zA-Z%]*\d{4}", text):
        raise RunError("a format has a width that is too large")


def slice_of(budget: Budget, value: Any, bounds: Sequence[Any]) -> Any:
    """Return `value[start:stop:step]`."""
    return _counted(budget, value[slice(*bounds)])


def call(
    budget: Budget, function: Any, given: Sequence[Any], named: Mapping[str, Any]
) -> Any:
    """Return the result of a call."""
    budget.turn()
    owner = getattr(function, "__self__", None)
    if isinstance(owner, str):
        _check_method(budget, function.__name__, owner, given)
    if any(getattr(function, mark, False) for mark in _MARKS):
        raise RunError(f"a value of type {type(function).__name__!r} may not be called")
    try:
        result = function(*given, **named)
    except StopIteration:
        return UndefinedValue(
            "the value is undefined, because a call raised StopIteration"
        )
    return _counted(budget, result)


def _check_method(budget: Budget, name: str, owner: str, given: Sequence[Any]) -> None:
    """Refuse a text that would become too large, before it does."""
    if name == "replace" and len(given) >= _REPLACE_TEXTS:
        old, new = given[:_REPLACE_TEXTS]
        if isinstance(old, str) and isinstance(new, str):
            budget.text(len(owner) + owner.count(old) * len(new))
    elif name == "join" and given and isinstance(given[0], (list, tuple)):
        texts = sum(len(each) for each in given[0] if isinstance(each, str))
        budget.text(texts + len(owner) * len(given[0]))
    else:
        budget.work(len(owner))


def _check_bits(sign: str, bits: int) -> None:
    if bits > _LARGEST_INTEGER:
        raise RunError(f"the result of '{sign}' is too large")


def _size(value: object) -> int:
    return len(value) if isinstance(value, (str, list, tuple)) else 0


def _counted(budget: Budget, value: Any) -> Any:
    """Count a value that an operation has made, and return it."""
    if isinstance(value, (str, list, tuple, dict)):
        budget.whole(value)
    return value
