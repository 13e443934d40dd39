"""
How Tera prints, compares, orders and encodes values.

A value is plain JSON: dict, list, str, int, float, bool or None.  Integers have 64
bits; what does not fit is a float, as serde_json reads it.  Knows nothing of
templates.
"""

from __future__ import annotations

import struct
from enum import Enum
from functools import lru_cache
from itertools import starmap
from typing import TYPE_CHECKING, Final, Literal

from hatch_agpm.rust import _I64_MIN, _U64_MAX, Number, digits, encode
from hatch_agpm.tera.failures import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "MISSING",
    "Missing",
    "as_float",
    "as_number",
    "describe",
    "find",
    "float_order",
    "pointer",
    "render",
    "same",
    "truthy",
]


class Missing(Enum):
    """The type of `MISSING`: no value at all, which null is not."""

    MISSING = "missing"

    def __bool__(self) -> bool:
        return False


MISSING: Final[Literal[Missing.MISSING]] = Missing.MISSING


def truthy(value: object) -> bool:
    """Say whether a condition holds for `value`: not for 0, "", [], {} and null."""
    return bool(value)


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
    number = as_number(value)
    if number is None:
        raise Refusal(f"a value of type '{type(value).__name__}' is not a JSON value")
    return digits(number) if isinstance(number, float) else str(number)


def describe(value: object) -> str:
    """Return `value` for an error message: as JSON, or its kind if it is large."""
    if isinstance(value, list | dict) and value:
        kind = "an array" if isinstance(value, list) else "an object"
        return f"{kind} of {len(value)}"
    text = encode(value[:_LONGEST_SHOWN] if isinstance(value, str) else value)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[: _LONGEST_SHOWN - 3]}..."


_LONGEST_SHOWN: Final = 60


def as_number(value: object) -> Number | None:
    """Return `value` as a number of 64 bits, or None if it is none."""
    if isinstance(value, float):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return value if _I64_MIN <= value <= _U64_MAX else float(value)
    return None


def as_float(value: object) -> float | None:
    """Return a number of whatever size as a float, or None for anything else."""
    number = as_number(value)
    return None if number is None else float(number)


def same(left: object, right: object) -> bool:
    """
    Say whether two values are one JSON value.

    Neither 1 and 1.0 nor 1 and true are; `==` of templates makes floats of numbers
    before it asks.
    """
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(
            starmap(same, zip(left, right, strict=True))
        )
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


def find(value: object, steps: tuple[str, ...] | list[str]) -> object:
    """Follow `steps` from `value` and return what is there, or `MISSING`."""
    for step in steps:
        if isinstance(value, dict):
            if step not in value:
                return MISSING
            value = value[step]
        elif isinstance(value, list):
            index = _index(step)
            if index is None or index >= len(value):
                return MISSING
            value = value[index]
        else:
            return MISSING
    return value


_USIZE_DIGITS: Final = 19


def _index(step: str) -> int | None:
    if not step.isascii() or not step.isdigit() or (step[0] == "0" and step != "0"):
        return None
    return int(step) if len(step) <= _USIZE_DIGITS else None


_LONGEST_POINTER: Final = 10_000


@lru_cache(maxsize=1024)
def pointer(text: str) -> tuple[str, ...]:
    """
    Split a dotted pointer (`a.b[0]."c.d"`) into steps, as Tera does.

    Raise Refusal where Tera panics: it counts characters but cuts bytes, so that a
    quoted key with accents is cut in two.
    """
    if len(text) > _LONGEST_POINTER:
        raise Refusal("the path is too long")
    try:
        return tuple(
            step.replace("~1", "/").replace("~0", "~") for step in _steps(text.encode())
        )
    except UnicodeDecodeError:
        raise Refusal("cannot be read as a path", encode(text)) from None


def _steps(data: bytes) -> Iterator[str]:
    """Yield the steps of a pointer; the state outlives each step, as in Tera."""
    last = 0
    quoted = {'"': False, "'": False}
    while True:
        offset, escaped = 0, False
        for index, character in enumerate(data[last:].decode()):
            if character == "\\":
                escaped = True
                continue
            inside = any(quoted.values())
            if not escaped and character in quoted:
                quoted[character] = not quoted[character]
                cuts = True
            elif character == "]" and not (escaped or inside):
                offset += 1
                cuts = False
            else:
                cuts = character in ".[" and not (escaped or inside)
            escaped = False
            if not cuts:
                continue
            if index == offset and character != "[":
                offset += 1
                continue
            step = data[last + offset : last + index].decode()
            last += index + 1
            if step:
                yield step
                break
        else:
            if last + offset < len(data):
                yield data[last + offset :].decode()
            return
