# SPDX-License-Identifier: MIT-0
"""How large values are, and what of them a call may use."""

from __future__ import annotations

from ..limits import MOST_ITEMS, MOST_TEXT, RunError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..limits import Budget

__all__ = [
    "LARGEST_NUMBER",
    "count_read",
    "counted",
    "enter",
    "leave",
    "limit_items",
    "limit_text",
    "limit_value",
]

LARGEST_NUMBER = 10_000
"""Widths, counts and indents above it would only be asked for to fill memory."""

_DEPTH = 64
"""Levels of macros, recursive loops or values inside each other."""

_ITEM = 60
"""How many copied characters take the time of one item."""


def limit_text(budget: Budget, length: int) -> None:
    """Refuse a text of `length` characters before it is made, or count it."""
    if length > MOST_TEXT:
        raise RunError(f"a text gets longer than {MOST_TEXT} characters")
    budget.work(length)


def limit_items(budget: Budget, length: int) -> None:
    """Refuse a list of `length` items before it is made, or count it."""
    if length > MOST_ITEMS:
        raise RunError(f"a list gets longer than {MOST_ITEMS} items")
    budget.work(_ITEM * length)


def limit_value(budget: Budget, value: object) -> None:
    """Count a value at all levels; refuse one that is too large or too deep."""
    if isinstance(value, str):
        limit_text(budget, len(value))
    elif isinstance(value, (list, tuple, dict)):
        items, characters, depth = _measured(value, {})
        limit_items(budget, items)
        limit_text(budget, characters)
        if depth > _DEPTH:
            raise RunError(f"a value nests deeper than {_DEPTH} levels")


def counted(budget: Budget, value: Any) -> Any:
    """Count a value that an operation has made, and return it."""
    limit_value(budget, value)
    return value


def count_read(budget: Budget, value: object) -> None:
    """Count the work that going through a value is."""
    if isinstance(value, str):
        budget.work(len(value))
    elif isinstance(value, (list, tuple, dict)):
        budget.work(_ITEM * len(value))


def enter(budget: Budget) -> None:
    """Begin a macro or a recursive loop."""
    budget.turn()
    budget.depth += 1
    if budget.depth > _DEPTH:
        raise RunError(f"macros or loops nest deeper than {_DEPTH} levels")


def leave(budget: Budget) -> None:
    """End what `enter` began."""
    budget.depth -= 1


def _measured(
    value: object, known: dict[int, tuple[int, int, int]]
) -> tuple[int, int, int]:
    """
    Return items, characters and levels of a value, counting shared parts each time.

    `known` has the results for values that have been measured.
    """
    if isinstance(value, str):
        return 0, len(value), 0
    if not isinstance(value, (list, tuple, dict)):
        return 0, 0, 0
    # Without them, shared parts would take exponential time.
    found = known.get(id(value))
    if found is None:
        parts = [*value, *value.values()] if isinstance(value, dict) else value
        measures = [_measured(part, known) for part in parts]
        found = known[id(value)] = (
            len(value) + sum(each[0] for each in measures),
            sum(each[1] for each in measures),
            1 + max((each[2] for each in measures), default=0),
        )
    return found
