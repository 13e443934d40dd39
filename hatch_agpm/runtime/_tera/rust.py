# SPDX-License-Identifier: MIT-0
"""White space, numbers and JSON as in Rust's standard library and serde_json."""

from __future__ import annotations

import math

from .values import I64_MIN, U64_MAX

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .values import _Number

__all__ = [
    "WHITE_SPACE",
    "digits",
    "encode",
    "json_number",
]

WHITE_SPACE = (
    "\t\n\v\f\r \x85\xa0\u1680"
    "\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
"""The characters with Unicode's property White_Space, for `str.strip`."""


def _shortest(number: float) -> tuple[str, str, int]:
    """Return sign and digits of a float, and the position of the point in them."""
    text = repr(number)
    mantissa, _, exponent = text.removeprefix("-").partition("e")
    whole, _, fraction = mantissa.partition(".")
    numerals = (whole + fraction).lstrip("0")
    point = len(numerals) - len(fraction) + int(exponent or 0)
    return text[: text.startswith("-")], numerals.rstrip("0"), point


def json_number(number: _Number) -> str:
    """Return a number as serde_json writes it: `1.0`, `1e16`, `0.00001`, `1e-6`."""
    if isinstance(number, int):
        if I64_MIN <= number <= U64_MAX:
            return str(number)
        number = float(number)
    if not math.isfinite(number):
        return "null"
    sign, numerals, point = _shortest(number)
    return sign + (_place_point(numerals, point) if numerals else "0.0")


_SMALLEST_POINT = -4
_LARGEST_POINT = 16
"""The limits of the point's position; beyond them, Rust's ryu writes an exponent."""


def _place_point(mantissa: str, point: int) -> str:
    if len(mantissa) <= point <= _LARGEST_POINT:
        return mantissa.ljust(point, "0") + ".0"
    if 0 < point <= _LARGEST_POINT:
        return f"{mantissa[:point]}.{mantissa[point:]}"
    if _SMALLEST_POINT <= point <= 0:
        return f"0.{'0' * -point}{mantissa}"
    fraction = f".{mantissa[1:]}" if len(mantissa) > 1 else ""
    return f"{mantissa[0]}{fraction}e{point - 1}"


_ESCAPES = {
    **{chr(code): f"\\u{code:04x}" for code in range(32)},
    '"': '\\"',
    "\\": "\\\\",
    "\b": "\\b",
    "\t": "\\t",
    "\n": "\\n",
    "\f": "\\f",
    "\r": "\\r",
}


_ESCAPE_TABLE = str.maketrans(_ESCAPES)


def encode(value: object, *, pretty: bool = False) -> str:
    """Return `value` as JSON: keys sorted, non-ASCII raw, `pretty` by two spaces."""
    pieces: list[str] = []
    _encode(value, pieces, "\n" if pretty else "")
    return "".join(pieces)


def _encode(value: object, pieces: list[str], newline: str) -> None:
    if isinstance(value, str):
        pieces.append(f'"{value.translate(_ESCAPE_TABLE)}"')
    elif value is None:
        pieces.append("null")
    elif isinstance(value, bool):
        pieces.append("true" if value else "false")
    elif isinstance(value, (int, float)):
        pieces.append(json_number(value))
    elif isinstance(value, list):
        _encode_items("[]", [("", item) for item in value], pieces, newline)
    elif isinstance(value, dict):
        colon = ": " if newline else ":"
        items = [
            (f'"{key.translate(_ESCAPE_TABLE)}"{colon}', value[key])
            for key in sorted(value)
        ]
        _encode_items("{}", items, pieces, newline)


def _encode_items(
    brackets: str, items: list[tuple[str, object]], pieces: list[str], newline: str
) -> None:
    if not items:
        pieces.append(brackets)
        return
    inner = newline and newline + "  "
    separator = brackets[0]
    for label, item in items:
        pieces.append(f"{separator}{inner}{label}")
        _encode(item, pieces, inner)
        separator = ","
    pieces.append(newline + brackets[1])


def digits(number: float) -> str:
    """Return the shortest digits of a float, without exponent and without `.0`."""
    if not math.isfinite(number):  # not JSON, but a literal can overflow
        return str(number).replace("nan", "NaN")
    sign, numerals, point = _shortest(number)
    places = len(numerals) - point
    if len(numerals) > _DIGITS_WITHOUT_TIES and places in _PLACES_OF_TIES:
        numerals = _tie_upwards(abs(number), numerals, point)
    if point <= 0:
        return f"{sign}0.{'0' * -point}{numerals}" if numerals else f"{sign}0"
    whole, fraction = numerals[:point].ljust(point, "0"), numerals[point:]
    return f"{sign}{whole}.{fraction}" if fraction else sign + whole


_DIGITS_WITHOUT_TIES = 14
_PLACES_OF_TIES = range(-9, 60)
"""
Half of the last digit is a float of 53 bits only there.

Beyond, it would be a multiple of a power of five that is too large for its digits.
"""


def _tie_upwards(number: float, numerals: str, point: int) -> str:
    """
    Return the digits that Rust prints where two candidates are equally short and near.

    Python and serde_json choose the even candidate, Rust's `Display` the upper one.
    """
    numerator, denominator = number.as_integer_ratio()
    places = len(numerals) - point
    twice = 2 * numerator * 10 ** max(places, 0)
    middle = (2 * int(numerals) + 1) * denominator * 10 ** max(-places, 0)
    upper = str(int(numerals) + 1)
    tie = twice == middle and float(f"{upper}e{-places}") == number
    return upper if tie else numerals
