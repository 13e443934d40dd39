# SPDX-License-Identifier: MIT-0
"""Comparing any values: `==` and `in`."""

from __future__ import annotations

from ..failures import Failure
from ..values import as_float, as_number, describe
from .measures import count_comparison, count_deep, count_read, count_search

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..scope import Scope

__all__ = [
    "contains",
    "equal",
    "same",
    "unequal",
]

# Values


def same(left: object, right: object) -> bool:
    """
    Say whether two values are one JSON value.

    Neither 1 and 1.0 nor 1 and true are; `==` of templates makes floats of numbers
    before it asks.
    """
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(
            same(left[key], right[key]) for key in left
        )
    left, right = _narrow(left), _narrow(right)
    return type(left) is type(right) and left == right


def _narrow(value: object) -> object:
    number = as_number(value)
    return value if number is None else number


# Operations


def equal(scope: Scope, left: object, right: object) -> bool:
    """Say whether two values are equal."""
    return _equality(scope, left, right, wanted=True)


def unequal(scope: Scope, left: object, right: object) -> bool:
    """Say whether two values are not equal, which is not the opposite for numbers."""
    return _equality(scope, left, right, wanted=False)


def _equality(scope: Scope, left: object, right: object, *, wanted: bool) -> bool:
    """Say whether `==` of two values is `wanted`."""
    numbers = as_float(left), as_float(right)
    if numbers == (None, None):
        count_deep(scope.account, left)
        count_deep(scope.account, right)
        return same(left, right) is wanted
    if None in numbers:
        # A number is neither equal nor unequal to anything else, `not` or no `not`.
        return False
    return (numbers[0] == numbers[1]) is wanted


def contains(scope: Scope, needle: object, container: object, at: int) -> bool:
    """Say whether a string, an array or an object contains `needle`."""
    if isinstance(container, list):
        count_comparison(scope.account, container, needle)
        return any(same(item, needle) for item in container)
    if not isinstance(container, (str, dict)):
        what = "'in' looks into strings, arrays and objects"
        raise Failure(what, describe(container), at=at)
    if not isinstance(needle, str):
        kind = "a string" if isinstance(container, str) else "an object"
        what = f"'in' looks for a string in {kind}"
        raise Failure(what, describe(needle), at=at)
    count_read(scope.account, container)
    if isinstance(container, str):
        count_search(scope.account, container, needle)
    return needle in container
