# SPDX-License-Identifier: MIT-0
"""Filters of numbers."""

from __future__ import annotations

from ..limits import RunError
from ..operations.measures import LARGEST_NUMBER, count_read

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from ..limits import Budget

__all__ = ["FILTERS"]

_DECIMAL = ("kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB")
_BINARY = ("KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB")


def _abs(_: Budget, value: Any) -> Any:
    return abs(value)


def _int(budget: Budget, value: Any, default: Any = 0, base: Any = 10) -> Any:
    count_read(budget, value)
    try:
        return int(value, base) if isinstance(value, str) else int(value)
    except (TypeError, ValueError):
        pass
    try:
        return int(float(value))
    except (TypeError, ValueError, OverflowError):
        return default


def _float(budget: Budget, value: Any, default: Any = 0.0) -> Any:
    count_read(budget, value)
    try:
        return float(value)
    except (TypeError, ValueError):
        return default


def _round(_: Budget, value: Any, precision: Any = 0, method: Any = "common") -> Any:
    if method not in ("common", "ceil", "floor"):
        raise RunError("filter 'round' has the methods common, ceil and floor")
    if isinstance(precision, int) and abs(precision) > LARGEST_NUMBER:
        raise RunError("filter 'round' gets a number that is too large")
    if method == "common":
        return round(value, precision)
    import math

    operate = math.ceil if method == "ceil" else math.floor
    return operate(value * 10**precision) / 10**precision


def _filesizeformat(_: Budget, value: Any, binary: Any = False) -> str:
    size = float(value)
    base, units = (1024, _BINARY) if binary else (1000, _DECIMAL)
    if size == 1:
        return "1 Byte"
    if size < base:
        return f"{int(size)} Bytes"
    limit = base
    for unit in units:
        limit *= base
        if size < limit or unit == units[-1]:
            break
    return f"{base * size / limit:.1f} {unit}"


FILTERS: Mapping[str, Callable[..., Any]] = {
    "abs": _abs,
    "filesizeformat": _filesizeformat,
    "float": _float,
    "int": _int,
    "round": _round,
}
