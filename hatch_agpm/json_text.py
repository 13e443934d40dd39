"""
JSON as AGPM (serde_json) reads and prints it.

Python's own module differs in what it accepts and in how floats print; bytes
depend on both.
"""

from __future__ import annotations

import json
import math
from typing import NoReturn

from hatch_agpm.errors import FrontmatterError
from hatch_agpm.tera.values import encode

__all__ = ["parse_json", "pretty_json"]


def parse_json(text: str) -> object:
    """
    Parse a JSON text; integers beyond 64 bits become floats.

    Raises FrontmatterError, with line and column, for what is no JSON: NaN, an
    infinity, a lone surrogate, a byte order mark, nesting that never ends.
    """
    try:
        value = json.loads(
            text, parse_int=_integer, parse_float=_float, parse_constant=_refuse
        )
        # A lone surrogate passes Python's parser and could not be written.
        if "\\u" in text:
            json.dumps(value, ensure_ascii=False).encode()
    except json.JSONDecodeError as error:
        what = f"invalid JSON: {error.msg.lower()}"
        lines = text.split("\n")
        source_line = lines[error.lineno - 1] if error.lineno <= len(lines) else ""
        raise FrontmatterError(
            what, "", error.lineno, error.colno, source_line=source_line
        ) from None
    except UnicodeEncodeError:
        raise FrontmatterError("invalid JSON: a lone surrogate") from None
    except RecursionError:
        raise FrontmatterError("invalid JSON: nested too deeply") from None
    except ValueError as error:
        raise FrontmatterError(f"invalid JSON: {error}") from None
    return value


def pretty_json(value: object) -> str:
    """Print a JSON value over several lines: two spaces, keys sorted, no newline."""
    return encode(value, pretty=True)


def _integer(digits: str) -> int | float:
    number = int(digits) if len(digits) < 400 else 2**400  # noqa: PLR2004 - see below
    if digits == "-0":
        return -0.0
    # 400 digits are beyond any float, and int() refuses thousands of them.
    return number if -(2**63) <= number < 2**64 else _float(digits)


def _float(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError(f"the number {digits[:20]} is out of range")
    return number


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")
