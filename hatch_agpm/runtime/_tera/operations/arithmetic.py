# SPDX-License-Identifier: MIT-0
"""Calculating as Tera does: integers of 64 bits, floats, and NaN as None."""

from __future__ import annotations

import math
import operator

from ..failures import Failure, Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ..scope import Scope
    from ..values import _Number

__all__ = ["arithmetic", "calculate", "printable"]


def calculate(operands: list[_Number | None], operators: str) -> _Number | None:
    """
    Return the value of a chain: `*`, `/`, `%` first, then `+` and `-`, left to right.

    None is NaN.  Raise Failure for what does not fit into 64 bits, Refusal where
    Tera panics.
    """
    terms, signs = [operands[0]], ""
    for sign, operand in zip(operators, operands[1:]):
        if sign in "*/%":
            terms[-1] = _calculate(terms[-1], sign, operand)
        else:
            terms.append(operand)
            signs += sign
    result = terms[0]
    for sign, term in zip(signs, terms[1:]):
        result = _calculate(result, sign, term)
    return result


_EXACT: dict[str, Callable[[int, int], int]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "%": lambda left, right: abs(left) % abs(right) * (-1 if left < 0 else 1),
}
_FLOATING: dict[str, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "%": math.fmod,
}
_I64 = range(-(2**63), 2**63)
_U64 = range(2**64)


def _calculate(
    left: _Number | None, sign: str, right: _Number | None
) -> _Number | None:
    """Return the result, None for NaN; integers stay integers but in a division."""
    if left is None or right is None:
        return None
    if sign == "/":
        return _divide(float(left), float(right))
    bounds = _bounds(left, right)
    if isinstance(left, float) or isinstance(right, float) or bounds is None:
        return _float_result(sign, float(left), float(right))
    if sign == "%" and right == 0:
        raise Failure("'%' divides by zero")
    if sign == "%" and (left, right) == (_I64[0], -1):
        raise Refusal("'%' overflows")
    result = _EXACT[sign](left, right)
    if result not in bounds:
        what = f"{left} {sign} {right} does not fit into 64 bits"
        raise Failure(what)
    return result


def _bounds(left: _Number, right: _Number) -> range | None:
    """Return the range both numbers are in; a search for a float would not end."""
    if isinstance(left, float) or isinstance(right, float):
        return None
    return next((b for b in (_I64, _U64) if left in b and right in b), None)


def _float_result(sign: str, left: float, right: float) -> float | None:
    try:
        result = _FLOATING[sign](left, right)
    except ValueError:
        return None
    if math.isfinite(result):
        return result
    if sign in "*%":
        return None
    raise Refusal(f"the result of '{sign}' is too large")


def _divide(left: float, right: float) -> _Number | None:
    if right == 0:
        return None
    result = left / right
    if not math.isfinite(result):
        return None
    if result != math.trunc(result):
        return result
    return max(_I64[0], min(_I64[-1], int(result)))


# Operations


def printable(_: Scope, value: _Number | None) -> _Number | str:
    """Return a number as it is printed: NaN, which is None, as a string."""
    return "NaN" if value is None else value


def arithmetic(
    _: Scope, operands: list[_Number | None], operators: str, at: int
) -> _Number | None:
    """Calculate a chain of `+-*/%`."""
    try:
        return calculate(operands, operators)
    except Failure as failure:
        raise failure.placed(at) from None
