# SPDX-License-Identifier: MIT-0
"""The limits of one render, and the account of what it has used."""

from __future__ import annotations

import sys

from . import part
from .failures import Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import NoReturn, Protocol

    from .operations.measures import Measure as _Measure

    class _HasLimits(Protocol):
        """The limits that count while a template runs."""

        @property
        def output(self) -> int:
            """Characters of a text."""

        @property
        def loop(self) -> int:
            """Turns of all loops, and items of an array."""

        @property
        def depth(self) -> int:
            """Levels of macros or values inside each other."""


__all__ = ["Account", "Bounds", "turn_cost"]


class Bounds:
    """The resources that filling a prompt may use, as the limits of a build."""

    output = 66 * 2**20
    loop = 100_000
    depth = 64


_ITEM = 60
_STEP = 50
"""How many copied characters take the time of one item, or of one step."""


def turn_cost(weight: int) -> int:
    """Return what a turn of a loop costs: a body of more than ten parts counts more."""
    return 1 + weight // 10


class Account:
    """What a render has used so far."""

    def __init__(self, limits: _HasLimits) -> None:
        self.limits = limits
        self.turns_left = limits.loop
        self._work = 4 * limits.output
        self._open_text = 0
        self._most_text = limits.output
        self.patterns: dict[str, object] = {}
        """The regular expressions that were compiled for this render."""

        self.pattern_seconds = 1.0
        """The time left for regular expression searches."""

    def iterate(self, weight: int) -> None:
        """Count one turn of a loop, or one call of a macro."""
        self.turns_left -= turn_cost(weight)
        if self.turns_left < 0:
            self.refuse_turns()

    def refuse_turns(self) -> NoReturn:
        """Raise Refusal because there are too many turns."""
        what = f"the loops take more than {self.limits.loop} turns"
        raise Refusal(what, hint="the limit is 'loop'")

    def work(self, cost: int) -> None:
        """Count characters made, or other work of about that size."""
        self._work -= cost
        if self._work < 0:
            what = "the filters of the template do too much work"
            raise Refusal(what, hint="the limit is 'output'")

    def text(self, length: int) -> None:
        """Refuse a text of `length` characters before it is made."""
        if length > self.limits.output:
            what = f"a text gets longer than {self.limits.output} characters"
            raise Refusal(what, hint="the limit is 'output'")

    def made(self, value: object) -> None:
        """Count a value that a filter or an operator has made."""
        if isinstance(value, str):
            self.text(len(value))
            # PyPy does not know sizes.
            self.work(sys.getsizeof(value, len(value)))
        elif isinstance(value, (list, dict)):
            self.items(len(value))
            self.work(_ITEM * len(value))

    def used(self, value: object) -> None:
        """Count the work that reading a value is."""
        if isinstance(value, str):
            self.work(len(value) // 4)
        elif isinstance(value, (list, dict)):
            self.work(_ITEM * len(value))

    def slowly(self, value: object) -> None:
        """Count the work of a filter that goes through a value step by step."""
        measure = _measured(value)
        self.work(_STEP * (measure.characters + measure.items))

    def items(self, length: int) -> None:
        """Refuse an array of `length` items."""
        if length > self.limits.loop:
            what = f"an array gets longer than {self.limits.loop} items"
            raise Refusal(what, hint="the limit is 'loop'")

    def whole(self, value: object) -> None:
        """Count a value at all levels; refuse one that is too large or too deep."""
        measure = _measured(value)
        self.items(measure.items)
        self.text(measure.characters)
        self.nest(measure.depth)
        self.work(_ITEM * measure.items)

    def write(self, text: str) -> None:
        """Count text that waits to be joined."""
        self._open_text += len(text)
        if self._open_text > self._most_text:
            self.text(self._open_text)

    def nest(self, depth: int) -> None:
        """Refuse macros or values that nest too deep."""
        if depth > self.limits.depth:
            what = f"nests deeper than {self.limits.depth} levels"
            raise Refusal(what, hint="the limit is 'depth'")

    def all(self, values: Iterable[object]) -> None:
        """Count several values as read."""
        for value in values:
            self.used(value)


def _measured(value: object) -> _Measure:
    measure: _Measure = part("operations.measures").measured(value)
    return measure
