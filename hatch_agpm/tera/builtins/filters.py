"""Tera's filters by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hatch_agpm.tera.builtins import arrays, numbers, strings
from hatch_agpm.tera.builtins.general import GENERAL

if TYPE_CHECKING:
    from hatch_agpm.tera.builtins.arguments import Arguments

__all__ = ["FILTERS"]


def _date(value: object, arguments: Arguments) -> str:
    # Few templates print one.
    from hatch_agpm.tera.builtins.dates.dates import date  # noqa: PLC0415

    return date(value, arguments)


FILTERS: Final = {
    **strings.FILTERS,
    **arrays.FILTERS,
    **numbers.FILTERS,
    **GENERAL,
    "date": _date,
}
