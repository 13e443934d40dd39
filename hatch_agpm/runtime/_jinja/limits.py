# SPDX-License-Identifier: MIT-0
"""Failures of a running template, and the account of what a call has used."""

from __future__ import annotations

__all__ = ["MOST_ITEMS", "MOST_TEXT", "Budget", "RunError"]

MOST_TEXT = 66 * 2**20
"""Characters of a text."""

MOST_ITEMS = 100_000
"""Turns of all loops, and items of a value at all levels."""


class RunError(Exception):
    """An error of a template; `line` is where, 0 for an unknown line."""

    line = 0
    file = ""
    """The template of `line`; "" for the one that is filled in."""


class Budget:
    """What one call may still use; `operations.measures` counts values."""

    def __init__(self) -> None:
        self._turns = MOST_ITEMS
        self._room = MOST_TEXT
        self._work = 4 * MOST_TEXT
        self.depth = 0
        """Levels of macros and recursive loops."""

    def turn(self) -> None:
        """Count a turn of a loop, or a call."""
        self._turns -= 1
        if self._turns < 0:
            raise RunError(f"the template takes more than {MOST_ITEMS} turns of loops")

    def work(self, cost: int) -> None:
        """Count characters made, or other work of about that size."""
        self._work -= cost
        if self._work < 0:
            raise RunError("the template does too much work")

    def joined(self, pieces: list[str]) -> str:
        """Return what was printed as one text, and count it."""
        self._room -= sum(map(len, pieces))
        if self._room < 0:
            raise RunError(f"the text gets longer than {MOST_TEXT} characters")
        return "".join(pieces)
