# SPDX-License-Identifier: MIT-0
"""How large values are, and arrays that know it."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..limits import Account

__all__ = ["Measure", "measured", "sized_array"]


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


def sized_array(account: Account, values: list[object]) -> list[object]:
    """Count and return an array made of `values`."""
    sized = Sized(values)
    account.whole(sized)
    return sized
