# SPDX-License-Identifier: MIT-0
"""Comparing values: `==`, `<`, `in`, and the order of numbers."""

from __future__ import annotations

import operator
import struct

from ..failures import Failure
from ..values import as_float, as_number, describe
from .measures import count_all, count_read

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..scope import Scope
    from ..values import _Number

__all__ = [
    "compare",
    "contains",
    "equal",
    "float_order",
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


def float_order(number: float) -> int:
    """Return the key that sorts floats as `f64::total_cmp` does: -0.0 before 0.0."""
    (bits,) = struct.unpack("<q", struct.pack("<d", number))
    return int(bits) ^ ((int(bits) >> 63) & (2**63 - 1))


# Operations


_COMPARISONS = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def compare(
    _: Scope, left: _Number | None, right: _Number | None, sign: str, at: int
) -> bool:
    """Compare two numbers by `<`, `<=`, `>` or `>=`; raise Failure for NaN."""
    if left is None or right is None:
        raise Failure(f"'{sign}' compares with NaN", at=at)
    return bool(_COMPARISONS[sign](float(left), float(right)))


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
        count_all(scope.account, (left, right))
        return same(left, right) is wanted
    if None in numbers:
        # A number is neither equal nor unequal to anything else, `not` or no `not`.
        return False
    return (numbers[0] == numbers[1]) is wanted


def contains(scope: Scope, needle: object, container: object, at: int) -> bool:
    """Say whether a string, an array or an object contains `needle`."""
    count_read(scope.account, container)
    if isinstance(container, list):
        return any(same(item, needle) for item in container)
    if not isinstance(container, (str, dict)):
        what = "'in' looks into strings, arrays and objects"
        raise Failure(what, describe(container), at=at)
    if not isinstance(needle, str):
        kind = "a string" if isinstance(container, str) else "an object"
        what = f"'in' looks for a string in {kind}"
        raise Failure(what, describe(needle), at=at)
    return needle in container
