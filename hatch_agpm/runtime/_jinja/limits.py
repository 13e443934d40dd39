# SPDX-License-Identifier: MIT-0
"""Failures of a running template, and the limits of what it may use."""

from __future__ import annotations

__all__ = ["LARGEST_NUMBER", "Budget", "RunError", "measured"]

LARGEST_NUMBER = 10_000
"""Widths, counts and indents above it would only be asked for to fill memory."""

_TEXT = 66 * 2**20
"""Characters of a text."""

_ITEMS = 100_000
"""Turns of all loops, and items of a value at all levels."""

_DEPTH = 64
"""Levels of macros, recursive loops or values inside each other."""

_ITEM = 60
"""How many copied characters take the time of one item."""


class RunError(Exception):
    """An error of a template; `line` is where, 0 for an unknown line."""

    line = 0
    file = ""
    """The template of `line`; "" for the one that is filled in."""


class Budget:
    """What one call has used so far."""

    def __init__(self) -> None:
        self._turns = _ITEMS
        self._work = 4 * _TEXT
        self._room = _TEXT
        self._depth = 0

    def turn(self) -> None:
        """Count a turn of a loop, or a call."""
        self._turns -= 1
        if self._turns < 0:
            raise RunError(f"the template takes more than {_ITEMS} turns of loops")

    def write(self, length: int) -> None:
        """Count characters that are printed."""
        self._room -= length
        if self._room < 0:
            raise RunError(f"the text gets longer than {_TEXT} characters")

    def work(self, cost: int) -> None:
        """Count characters made, or other work of about that size."""
        self._work -= cost
        if self._work < 0:
            raise RunError("the template does too much work")

    def text(self, length: int) -> None:
        """Refuse a text of `length` characters before it is made, or count it."""
        if length > _TEXT:
            raise RunError(f"a text gets longer than {_TEXT} characters")
        self.work(length)

    def items(self, length: int) -> None:
        """Refuse a list of `length` items before it is made, or count it."""
        if length > _ITEMS:
            raise RunError(f"a list gets longer than {_ITEMS} items")
        self.work(_ITEM * length)

    def used(self, value: object) -> None:
        """Count the work that going through a value is."""
        if isinstance(value, str):
            self.work(len(value))
        elif isinstance(value, (list, tuple, dict)):
            self.work(_ITEM * len(value))

    def whole(self, value: object) -> None:
        """Count a value at all levels; refuse one that is too large or too deep."""
        if isinstance(value, str):
            self.text(len(value))
        elif isinstance(value, (list, tuple, dict)):
            items, characters, depth = measured(value, {})
            self.items(items)
            self.text(characters)
            if depth > _DEPTH:
                raise RunError(f"a value nests deeper than {_DEPTH} levels")

    def enter(self) -> None:
        """Begin a macro or a recursive loop."""
        self.turn()
        self._depth += 1
        if self._depth > _DEPTH:
            raise RunError(f"macros or loops nest deeper than {_DEPTH} levels")

    def leave(self) -> None:
        """End what `enter` began."""
        self._depth -= 1


def measured(
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
        measures = [measured(part, known) for part in parts]
        found = known[id(value)] = (
            len(value) + sum(each[0] for each in measures),
            sum(each[1] for each in measures),
            1 + max((each[2] for each in measures), default=0),
        )
    return found
