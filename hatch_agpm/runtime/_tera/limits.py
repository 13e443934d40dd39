# SPDX-License-Identifier: MIT-0
"""The limits of one render, and the account of what it has used."""

from __future__ import annotations

from .failures import Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn, Protocol

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


def turn_cost(weight: int) -> int:
    """Return what a turn of a loop costs: a body of more than ten parts counts more."""
    return 1 + weight // 10


class Account:
    """What a render has used so far; `operations.measures` counts values."""

    def __init__(self, limits: _HasLimits) -> None:
        self.limits = limits
        self.turns_left = limits.loop
        self._work = 4 * limits.output
        self._open_text = 0
        self._most_text = limits.output
        self.pointers: dict[str, tuple[str, ...]] = {}
        """The steps of the paths that filters were given as texts."""

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

    def joined(self, pieces: list[str]) -> str:
        """Return the pieces as one text; refuse a text that is too long."""
        self.text(sum(map(len, pieces)))
        return "".join(pieces)

    def write(self, text: str) -> None:
        """Count text that waits to be joined."""
        self._open_text += len(text)
        if self._open_text > self._most_text:
            self.text(self._open_text)
