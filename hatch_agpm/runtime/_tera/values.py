# SPDX-License-Identifier: MIT-0
"""
What values are, and how Tera prints them.

A value is plain JSON: dict, list, str, int, float, bool or None.  Integers have 64
bits; what does not fit is a float, as serde_json reads it.  Knows nothing of
templates.
"""

from __future__ import annotations

from .failures import Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    _Number = int | float

__all__ = [
    "I64_MIN",
    "U64_MAX",
    "as_float",
    "as_number",
    "describe",
    "render",
]

I64_MIN, U64_MAX = -(2**63), 2**64 - 1
"""The bounds of integers: of signed ones, and of those without a sign."""


def render(value: object) -> str:
    """Return `value` as `{{ }}` prints it."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return f"[{', '.join(map(render, value))}]"
    if isinstance(value, dict):
        return "[object]"
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return _rendered_number(value)


def _rendered_number(value: object) -> str:
    number = as_number(value)
    if number is None:
        raise Refusal(f"a value of type '{type(value).__name__}' is not a JSON value")
    if isinstance(number, int):
        return str(number)
    from .rust import digits

    return digits(number)


def describe(value: object) -> str:
    """Return `value` for an error message: as JSON, or its kind if it is large."""
    if isinstance(value, (list, dict)) and value:
        kind = "an array" if isinstance(value, list) else "an object"
        return f"{kind} of {len(value)}"
    from .rust import encode

    text = encode(value[:_LONGEST_SHOWN] if isinstance(value, str) else value)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[: _LONGEST_SHOWN - 3]}..."


_LONGEST_SHOWN = 60


def as_number(value: object) -> _Number | None:
    """Return `value` as a number of 64 bits, or None if it is none."""
    if isinstance(value, float):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return value if I64_MIN <= value <= U64_MAX else float(value)
    return None


def as_float(value: object) -> float | None:
    """Return a number of whatever size as a float, or None for anything else."""
    number = as_number(value)
    return None if number is None else float(number)
