# SPDX-License-Identifier: MIT-0
"""
How Tera prints, compares, orders and encodes values.

A value is plain JSON: dict, list, str, int, float, bool or None.  Integers have 64
bits; what does not fit is a float, as serde_json reads it.  Knows nothing of
templates.
"""

from __future__ import annotations

import struct
from functools import lru_cache

from .failures import Failure, Refusal
from .rust import I64_MIN, U64_MAX, digits, encode, json_number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .rust import _Number

__all__ = [
    "MISSING",
    "Missing",
    "as_float",
    "as_number",
    "describe",
    "dynamic_path",
    "find",
    "float_order",
    "pointer",
    "render",
    "same",
    "static_path",
    "truthy",
]


class Missing:
    """The type of `MISSING`: no value at all, which null is not."""

    def __bool__(self) -> bool:
        return False


MISSING = Missing()


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
    if isinstance(value, (list, dict)) and value:
        kind = "an array" if isinstance(value, list) else "an object"
        return f"{kind} of {len(value)}"
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


_USIZE_DIGITS = 19


def _index(step: str) -> int | None:
    if not step.isascii() or not step.isdigit() or (step[0] == "0" and step != "0"):
        return None
    return int(step) if len(step) <= _USIZE_DIGITS else None


_LONGEST_POINTER = 10_000


def pointer(text: str) -> tuple[str, ...]:
    """
    Split a dotted pointer (`a.b[0]."c.d"`) into steps, as Tera does.

    Raise Refusal where Tera panics: it counts characters but cuts bytes, so that a
    quoted key with accents is cut in two.
    """
    return _known_pointer(text)


def _split_pointer(text: str) -> tuple[str, ...]:
    if len(text) > _LONGEST_POINTER:
        raise Refusal("the path is too long")
    try:
        return tuple(
            step.replace("~1", "/").replace("~0", "~") for step in _steps(text.encode())
        )
    except UnicodeDecodeError:
        raise Refusal("cannot be read as a path", encode(text)) from None


_known_pointer = lru_cache(maxsize=1024)(_split_pointer)


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


# Variables with square brackets: `a["x"].b`, `a[0]`, `a[b.c]`.  Tera rewrites such a
# path as text into a dotted pointer and splits that again; its faults are in the
# rewriting, so it is done here in the same steps.


def static_path(text: str) -> tuple[str, ...] | None:
    """Return the steps of a path without brackets, None for one that has them."""
    return None if "[" in text else tuple(text.split("."))


def dynamic_path(
    text: str, look_up: Callable[[str], object]
) -> tuple[str, tuple[str, ...]]:
    """
    Return the root and the steps of a path with brackets.

    `look_up` returns the values of its indices.

    Raise Failure for an index that is neither string nor number.
    """
    rewritten = text
    for index in _indices(text):
        value = look_up(index)
        number = as_number(value)
        if isinstance(value, str):
            step = f'"{value}"'
        elif number is not None:
            step = json_number(number)
        else:
            raise Failure(f"the index '{index}' is neither a string nor a number")
        before, _, after = rewritten.partition(f"[{index}]")
        rewritten = f"{before}.{step}{after}"
    for old, new in _BRACKETS:
        rewritten = rewritten.replace(old, new)
    root, _, tail = rewritten.partition(".")
    return root, pointer(tail)


_BRACKETS = (
    *(("/", "~1"), ("['", '."'), ('["', '."'), ("[", ".")),
    *(("']", '"'), ('"]', '"'), ("]", "")),
)


def _indices(text: str) -> list[str]:
    """Return what is in brackets and is neither quoted nor an index."""
    found: list[str] = []
    at = text.find("[") + 1
    while at:
        if text[at] in "\"'":
            at = text.find("[", at + 1) + 1
            continue
        end, open_brackets = at + 1, 1
        while open_brackets and end < len(text):
            open_brackets += {"[": 1, "]": -1}.get(text[end], 0)
            end += 1
        inside = text[at : end - 1]
        if open_brackets == 0 and not _is_index(inside):
            found.append(inside)
        at = text.find("[", end) + 1
    return found


def _is_index(text: str) -> bool:
    return text.isascii() and text.isdigit() and int(text) < 2**64
