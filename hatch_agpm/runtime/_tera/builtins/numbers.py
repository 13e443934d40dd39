# SPDX-License-Identifier: MIT-0
"""Filters on numbers."""

from __future__ import annotations

import math

from ..failures import Failure
from ..rust import digits, encode
from ..values import as_float, as_number
from .arguments import is_integer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ..values import _Number
    from .arguments import Arguments, _Filter

__all__ = ["FILTERS"]

_EPSILON = 2.0**-52


def abs_(value: object, arguments: Arguments) -> _Number:
    """Return the absolute value."""
    number = as_number(value)
    if number is None:
        raise arguments.of(value, "a number")
    # In 64 bits the least integer has no positive counterpart, and stays as it is.
    return number if number == -(2**63) and isinstance(number, int) else abs(number)


def pluralize(value: object, arguments: Arguments) -> str:
    """Return `singular` for 1 and -1, else `plural`."""
    number = as_float(value)
    if number is None:
        raise arguments.of(value, "a number")
    plural = arguments.string("plural", "s")
    singular = arguments.string("singular", "")
    return plural if abs(abs(number) - 1) > _EPSILON else singular


def round_(value: object, arguments: Arguments) -> float | None:
    """Round half away from zero, `ceil` or `floor`, to `precision` decimals."""
    number = as_float(value)
    if number is None:
        raise arguments.of(value, "a number")
    method = arguments.string("method", "common")
    precision = arguments.integer("precision", 0, range(-(2**31), 2**31))
    rounding = _ROUNDINGS.get(method)
    if rounding is None:
        what = "filter 'round' knows the methods common, ceil and floor"
        raise Failure(what, encode(method))
    multiplier = _power_of_ten(precision)
    scaled = multiplier * number
    if not math.isfinite(scaled) or multiplier == 0:
        return None
    result = rounding(scaled) / multiplier
    return result if math.isfinite(result) else None


_HALF = 0.5


def _half_away(number: float) -> float:
    below = math.floor(abs(number))
    return math.copysign(below + (abs(number) - below >= _HALF), number)


_ROUNDINGS: dict[str, Callable[[float], float]] = {
    "common": _half_away,
    # copysign: a zero keeps its sign in Rust.
    "ceil": lambda number: math.copysign(math.ceil(number), number),
    "floor": lambda number: math.copysign(math.floor(number), number),
}


def _power_of_ten(exponent: int) -> float:
    """Return 10 to `exponent` by the multiplications of Rust's `powi`."""
    power, base, left = 1.0, 10.0, abs(exponent)
    while left:
        if left % 2:
            power *= base
        base *= base
        left //= 2
    if exponent >= 0:
        return power
    return 1 / power if math.isfinite(power) else 0.0


_KIBI = 1024


def filesizeformat(value: object, arguments: Arguments) -> str:
    """Return a size in bytes for people; units of 1024, named `kB` or `KiB`."""
    if not isinstance(value, int) or not is_integer(value, range(2**64)):
        raise arguments.of(value, "an integer that is not negative")
    binary = arguments.boolean("binary", default=False)
    size, scale = float(value), 0
    while size >= _KIBI:
        size /= _KIBI
        scale += 1
    unit = ("KMGTPEZY" if binary else "kMGTPEZY")[scale - 1] if scale else ""
    number = digits(size) if size == math.trunc(size) else f"{size:.2f}"
    return f"{number} {unit}{'i' if binary and scale else ''}B"


FILTERS: dict[str, _Filter] = {
    function.__name__.removesuffix("_"): function
    for function in (abs_, pluralize, round_, filesizeformat)
}
