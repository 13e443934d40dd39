# SPDX-License-Identifier: MIT-0
"""Numbers in expressions, and comparing them by `<` and the like."""

from __future__ import annotations

import operator

from ..failures import Failure
from ..values import as_number, describe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..scope import Scope
    from ..values import _Number

__all__ = ["compare", "number", "number_truth"]

_COMPARISONS = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def number(_: Scope, value: object, what: str, at: int) -> _Number:
    """Return a value as a number; raise Failure if it is not one."""
    result = as_number(value)
    if result is None:
        raise Failure(f"calculates with {what}", describe(value), at=at)
    return result


def compare(
    _: Scope, left: _Number | None, right: _Number | None, sign: str, at: int
) -> bool:
    """Compare two numbers by `<`, `<=`, `>` or `>=`; raise Failure for NaN."""
    if left is None or right is None:
        raise Failure(f"'{sign}' compares with NaN", at=at)
    return bool(_COMPARISONS[sign](float(left), float(right)))


def number_truth(_: Scope, value: _Number | None) -> bool:
    """Say whether a number is neither 0 nor NaN."""
    return value is not None and value != 0
