# SPDX-License-Identifier: MIT-0
"""The variable `loop`, and the turns of a loop."""

from __future__ import annotations

from ..limits import RunError
from ..values import MISSING, Public, undefined

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

__all__ = ["LoopTurns"]


class LoopTurns(Public):
    """The turns of a loop; reads one value ahead only where the template asks."""

    _public = (
        *("index", "index0", "revindex", "revindex0", "first", "last", "length"),
        *("previtem", "nextitem", "depth", "depth0", "cycle", "changed"),
    )

    def __init__(
        self,
        values: Iterable[Any],
        again: Callable[[Any, int], str] | None = None,
        depth0: int = 0,
    ) -> None:
        """Take the values; `again` runs the body of a recursive loop."""
        self._values = values
        self._rest = iter(values)
        self._again = again
        self._length = -1
        self._current: Any = MISSING
        self._before: Any = MISSING
        self._after: Any = MISSING
        self._changed: Any = MISSING
        self.index0 = -1
        self.depth0 = depth0

    def __iter__(self) -> LoopTurns:
        return self

    def __next__(self) -> Any:
        after = self._after
        if after is MISSING:
            after = next(self._rest)
        else:
            self._after = MISSING
        self.index0 += 1
        self._before, self._current = self._current, after
        return after

    def __len__(self) -> int:
        return self.length

    def __call__(self, values: Any) -> str:
        if self._again is None:
            raise RunError("the loop is not recursive, so it cannot be called")
        return self._again(values, self.depth0 + 1)

    @property
    def length(self) -> int:
        """The number of turns."""
        if self._length < 0:
            values: Any = self._values
            try:
                self._length = len(values)
            except TypeError:
                rest = list(self._rest)
                self._rest = iter(rest)
                ahead = self._after is not MISSING
                self._length = len(rest) + self.index + ahead
        return self._length

    @property
    def depth(self) -> int:
        return self.depth0 + 1

    @property
    def index(self) -> int:
        return self.index0 + 1

    @property
    def revindex(self) -> int:
        return self.length - self.index0

    @property
    def revindex0(self) -> int:
        return self.length - self.index

    @property
    def first(self) -> bool:
        return self.index0 == 0

    @property
    def last(self) -> bool:
        return self._ahead() is MISSING

    @property
    def previtem(self) -> Any:
        return undefined("there is no previous item") if self.first else self._before

    @property
    def nextitem(self) -> Any:
        after = self._ahead()
        return undefined("there is no next item") if after is MISSING else after

    def cycle(self, *values: Any) -> Any:
        """Return one of the values in each turn."""
        if not values:
            raise RunError("no items for cycling given")
        return values[self.index0 % len(values)]

    def changed(self, *values: Any) -> bool:
        """Tell whether the last call had other values."""
        if self._changed is not MISSING and self._changed == values:
            return False
        self._changed = values
        return True

    def _ahead(self) -> Any:
        if self._after is MISSING:
            self._after = next(self._rest, MISSING)
        return self._after
