"""Tera's filters, tests and functions by name."""

from __future__ import annotations

from hatch_agpm.tera.builtins import arrays, functions, numbers, strings, tests
from hatch_agpm.tera.builtins.dates import date
from hatch_agpm.tera.builtins.general import GENERAL

__all__ = ["FILTERS", "FUNCTIONS", "TESTS"]

FILTERS = {
    **strings.FILTERS,
    **arrays.FILTERS,
    **numbers.FILTERS,
    **GENERAL,
    "date": date,
}
FUNCTIONS = functions.FUNCTIONS
TESTS = tests.TESTS
