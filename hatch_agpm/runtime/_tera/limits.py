# SPDX-License-Identifier: MIT-0
"""The limits of one render, and the account of what it has used."""

from __future__ import annotations

import sys

from .failures import Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Protocol

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


__all__ = ["Account", "Bounds", "Measure", "measured"]


class Bounds:
    """The resources that filling a prompt may use, as the limits of a build."""

    output = 66 * 2**20
    loop = 100_000
    depth = 64


class Sized(list):  # type: ignore[type-arg]
    """An array that a template made, with the measure of its contents at all levels."""

    __slots__ = ("measure",)

    def __init__(self, values: list[object]) -> None:
        super().__init__(values)
        self.measure = measured(list(values))


class Measure:
    """How large a value is: items and characters at all levels, and the levels."""

    __slots__ = ("characters", "depth", "items")

    def __init__(self, items: int = 0, characters: int = 0, depth: int = 0) -> None:
        self.items = items
        self.characters = characters
        self.depth = depth


def measured(value: object, known: dict[int, Measure] | None = None) -> Measure:
    """Return how large a value is, counting shared parts each time."""
    if isinstance(value, str):
        return Measure(0, len(value), 0)
    if isinstance(value, Sized):
        return value.measure
    if not isinstance(value, (list, tuple, dict)):
        return Measure()
    # Without the memo, shared parts would take exponential time.
    known = {} if known is None else known
    if id(value) not in known:
        parts = value.values() if isinstance(value, dict) else value
        measures = [measured(part, known) for part in parts]
        known[id(value)] = Measure(
            len(value) + sum(measure.items for measure in measures),
            sum(measure.characters for measure in measures),
            1 + max((measure.depth for measure in measures), default=0),
        )
    return known[id(value)]


_ITEM = 60
_STEP = 50
"""How many copied characters take the time of one item, or of one step."""


class Account:
    """What a render has used so far."""

    def __init__(self, limits: _HasLimits) -> None:
        self.limits = limits
        self._iterations = limits.loop
        self._work = 4 * limits.output
        self._open_text = 0
        self._most_text = limits.output
        self.pattern_seconds = 2.0
        """The time left for regular expression searches."""

    def iterate(self, weight: int) -> None:
        """Count one turn of a loop; a body of more than ten parts counts more."""
        self._iterations -= 1 + weight // 10
        if self._iterations < 0:
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
            self.work(sys.getsizeof(value))
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
        measure = measured(value)
        self.work(_STEP * (measure.characters + measure.items))

    def items(self, length: int) -> None:
        """Refuse an array of `length` items."""
        if length > self.limits.loop:
            what = f"an array gets longer than {self.limits.loop} items"
            raise Refusal(what, hint="the limit is 'loop'")

    def whole(self, value: object) -> None:
        """Count a value at all levels; refuse one that is too large or too deep."""
        measure = measured(value)
        self.items(measure.items)
        self.text(measure.characters)
        self.nest(measure.depth)
        self.work(_ITEM * measure.items)

    def array(self, values: list[object]) -> list[object]:
        """Count and return an array made of `values`."""
        sized = Sized(values)
        self.whole(sized)
        return sized

    def write(self, text: str) -> None:
        """Count text that waits to be joined."""
        self._open_text += len(text)
        if self._open_text > self._most_text:
            self.text(self._open_text)

    def open(self) -> int:
        """Begin a text of its own (a macro's); `close` gives back what it counted."""
        return self._open_text

    def close(self, before: int) -> None:
        """End the text that `open` began."""
        self._open_text = before

    def nest(self, depth: int) -> None:
        """Refuse macros or values that nest too deep."""
        if depth > self.limits.depth:
            what = f"nests deeper than {self.limits.depth} levels"
            raise Refusal(what, hint="the limit is 'depth'")

    def all(self, values: Iterable[object]) -> None:
        """Count several values as read."""
        for value in values:
            self.used(value)
