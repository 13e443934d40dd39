# SPDX-License-Identifier: MIT-0
"""The tests of `is`."""

from __future__ import annotations

import operator

from ..operations.undefined import UndefinedValue

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

__all__ = ["TESTS"]


def _number(value: Any) -> bool:
    if isinstance(value, (int, float, complex)):
        return True
    from numbers import Number

    return isinstance(value, Number)


def _mapping(value: Any) -> bool:
    from collections.abc import Mapping

    return isinstance(value, Mapping)


def _sequence(value: Any) -> bool:
    try:
        len(value)
        value.__getitem__
    except Exception:
        return False
    return True


def _iterable(value: Any) -> bool:
    try:
        iter(value)
    except TypeError:
        return False
    return True


def _integer(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


TESTS: Mapping[str, Callable[..., Any]] = {
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    "==": operator.eq,
    ">": operator.gt,
    ">=": operator.ge,
    "boolean": lambda value: isinstance(value, bool),
    "callable": callable,
    "defined": lambda value: not isinstance(value, UndefinedValue),
    "divisibleby": lambda value, num: value % num == 0,
    "eq": operator.eq,
    "equalto": operator.eq,
    "escaped": lambda value: hasattr(value, "__html__"),
    "even": lambda value: value % 2 == 0,
    "false": lambda value: value is False,
    "float": lambda value: isinstance(value, float),
    "ge": operator.ge,
    "greaterthan": operator.gt,
    "gt": operator.gt,
    "in": lambda value, seq: value in seq,
    "integer": _integer,
    "iterable": _iterable,
    "le": operator.le,
    "lessthan": operator.lt,
    "lower": lambda value: str(value).islower(),
    "lt": operator.lt,
    "mapping": _mapping,
    "ne": operator.ne,
    "none": lambda value: value is None,
    "number": _number,
    "odd": lambda value: value % 2 == 1,
    "sameas": lambda value, other: value is other,
    "sequence": _sequence,
    "string": lambda value: isinstance(value, str),
    "true": lambda value: value is True,
    "undefined": lambda value: isinstance(value, UndefinedValue),
    "upper": lambda value: str(value).isupper(),
}
