"""
JSON as AGPM (serde_json) reads and prints it.

Python's own module accepts other texts and prints floats differently, which would
change the bytes of prompts.
"""

from __future__ import annotations

import json
import math
from typing import Final, NoReturn

from hatch_agpm.errors import FrontmatterError, Location
from hatch_agpm.runtime._tera.rust import encode

__all__ = ["parse_json", "pretty_json"]

_TOO_DEEP: Final = "invalid JSON: nested too deeply"
_MAX_DEPTH: Final = 127
_U64_DIGITS: Final = 20


def parse_json(text: str) -> object:
    """
    Parse a JSON text; integers beyond 64 bits become floats.

    Raises FrontmatterError, with line and column if known, for text that is not JSON,
    for NaN, infinities, numbers out of range, lone surrogates, a byte order mark, and
    more than 127 levels of nesting.
    """
    try:
        value = json.loads(
            text, parse_int=_integer, parse_float=_float, parse_constant=_refuse
        )
        # Python's parser accepts a lone surrogate, but it could not be written.
        if "\\u" in text:
            json.dumps(value, ensure_ascii=False).encode()
    except json.JSONDecodeError as error:
        raise _decode_error(error, text) from None
    except UnicodeEncodeError:
        raise FrontmatterError("invalid JSON: a lone surrogate") from None
    except RecursionError:
        raise FrontmatterError(_TOO_DEEP) from None
    except ValueError as error:
        raise FrontmatterError(f"invalid JSON: {error}") from None
    if text.count("[") + text.count("{") > _MAX_DEPTH and _is_deep(value):
        raise FrontmatterError(_TOO_DEEP)
    return value


def _decode_error(error: json.JSONDecodeError, text: str) -> FrontmatterError:
    if text.startswith("\ufeff"):
        what, hint = "it begins with a byte order mark", "save the file without it"
        return FrontmatterError(
            f"invalid JSON: {what}", location=Location(line=1, column=1), hint=hint
        )
    what = f"invalid JSON: {error.msg[:1].lower()}{error.msg[1:]}"
    source_line = text.split("\n")[error.lineno - 1]
    return FrontmatterError(
        what,
        location=Location(
            line=error.lineno, column=error.colno, source_line=source_line
        ),
    )


def _is_deep(value: object) -> bool:
    """Tell whether a value is nested more deeply than AGPM's parser accepts."""
    level = [value]
    for _ in range(_MAX_DEPTH):
        level = [
            inner
            for outer in level
            if isinstance(outer, list | dict)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
    return any(isinstance(inner, list | dict) for inner in level)


def pretty_json(value: object) -> str:
    """Print a JSON value over several lines: two spaces, keys sorted, no newline."""
    return encode(value, pretty=True)


def _integer(digits: str) -> int | float:
    # Python refuses to parse an int of thousands of digits.
    number = int(digits) if len(digits) <= _U64_DIGITS else None
    if number is None or not -(2**63) <= number < 2**64 or digits == "-0":
        return _float(digits)
    return number


def _float(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError(f"the number {digits[:20]} is out of range")
    return number


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")
