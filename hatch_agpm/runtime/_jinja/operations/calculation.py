# SPDX-License-Identifier: MIT-0
"""Calculating with values, within limits."""

from __future__ import annotations

import operator
import re

from ..expressions import evaluator
from ..limits import RunError
from ..values import show
from .measures import counted, limit_items, limit_text
from .undefined import UndefinedValue

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from ..limits import Budget
    from ..scope import _Value

__all__ = ["KINDS", "check_format"]

_LARGEST_INTEGER = 4_096
"""Bits."""


def _add(budget: Budget, left: Any, right: Any) -> Any:
    if isinstance(left, (str, list, tuple)):
        limit_text(budget, _size(left) + _size(right))
    return counted(budget, left + right)


def _multiply(budget: Budget, left: Any, right: Any) -> Any:
    if isinstance(left, int) and isinstance(right, int):
        _check_bits("*", left.bit_length() + right.bit_length())
    for value, times in ((left, right), (right, left)):
        if isinstance(times, int) and isinstance(value, str):
            limit_text(budget, len(value) * times)
        elif isinstance(times, int) and isinstance(value, (list, tuple)):
            limit_items(budget, len(value) * times)
    return counted(budget, left * right)


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
    return counted(budget, left % right)


def _plain(operate: Callable[[Any, Any], Any]) -> Callable[[Budget, Any, Any], Any]:
    def apply(budget: Budget, left: Any, right: Any) -> Any:
        budget.work(1)
        return operate(left, right)

    return apply


def check_format(text: str) -> None:
    """Refuse a `%` format that fills memory with blanks."""
    if "*" in text or re.search(r"%[^a-zA-Z%]*\d{4}", text):
        raise RunError("a format has a width that is too large")


def _check_bits(sign: str, bits: int) -> None:
    if bits > _LARGEST_INTEGER:
        raise RunError(f"the result of '{sign}' is too large")


def _size(value: object) -> int:
    return len(value) if isinstance(value, (str, list, tuple)) else 0


def _negative(of: Any) -> _Value:
    value = evaluator(of)
    return lambda scope: -value(scope)


def _positive(of: Any) -> _Value:
    value = evaluator(of)
    return lambda scope: +value(scope)


def _binary(sign: str, one: Any, other: Any) -> _Value:
    operate, first, second = _BINARY[sign], evaluator(one), evaluator(other)
    return lambda scope: operate(scope.run.budget, first(scope), second(scope))


_BINARY: Mapping[str, Callable[[Budget, Any, Any], Any]] = {
    "+": _add,
    "-": _plain(operator.sub),
    "*": _multiply,
    "/": _plain(operator.truediv),
    "//": _plain(operator.floordiv),
    "**": _power,
    "%": _remainder,
}
KINDS: Mapping[str, Callable[..., _Value]] = {
    "binary": _binary,
    "negative": _negative,
    "positive": _positive,
}
