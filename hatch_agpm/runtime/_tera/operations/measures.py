# SPDX-License-Identifier: MIT-0
"""How large values are, what a render may use of them, and arrays that know it."""

from __future__ import annotations

import sys

from ..failures import Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..limits import Account

__all__ = [
    "count_all",
    "count_characters",
    "count_comparison",
    "count_deep",
    "count_json",
    "count_made",
    "count_read",
    "count_search",
    "count_steps",
    "limit_depth",
    "limit_items",
    "limit_value",
    "measured",
    "sized_array",
]

_ITEM = 60
_STEP = 50
_CHARACTER = 4
_VALUE = 200
_FLOAT = 500
"""
How many copied characters take the time of one item, of one step, of one character
that is looked at, of one value that is written as JSON, and of one float.
"""

_PAIRS = 32
"""How many comparisons of two characters take the time of one copied character."""

_SHORT_TEXT = 30_000
_SHORT_PART = 100
"""
In longer texts, Python looks for a longer part in linear time.

In others it compares each character of the text with each one of the part at worst.
"""


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
    limit_value(account, sized)
    return sized


# What a render may use


def count_made(account: Account, value: object) -> None:
    """Count a value that a filter or an operator has made."""
    if isinstance(value, str):
        account.text(len(value))
        # PyPy does not know sizes.
        account.work(sys.getsizeof(value, len(value)))
    elif isinstance(value, (list, dict)):
        limit_items(account, len(value))
        account.work(_ITEM * len(value))


def count_read(account: Account, value: object) -> None:
    """Count the work that reading a value is."""
    if isinstance(value, str):
        account.work(len(value) // 4)
    elif isinstance(value, (list, dict)):
        account.work(_ITEM * len(value))


def count_all(account: Account, values: Iterable[object]) -> None:
    """Count several values as read."""
    for value in values:
        count_read(account, value)


def count_deep(account: Account, value: object) -> None:
    """Count the work of reading or printing a value at all levels."""
    measure = measured(value)
    account.work(_ITEM * measure.items + measure.characters // 4)
    account.work(_FLOAT * _floats(value))


def _floats(value: object) -> int:
    """Count the floats in a value, which take long to print."""
    if isinstance(value, dict):
        return sum(map(_floats, value.values()))
    if isinstance(value, (list, tuple)):
        return sum(map(_floats, value))
    return 1 if isinstance(value, float) else 0


def count_comparison(account: Account, items: list[object], wanted: object) -> None:
    """Count the work of comparing each item of an array with a value."""
    if isinstance(wanted, (list, dict)):
        count_deep(account, items)
        return
    count_read(account, items)
    if isinstance(wanted, str):
        account.work(len(items) * len(wanted) // 16)


def count_characters(account: Account, value: object) -> None:
    """Count the work of looking at each character of a value, at all levels."""
    account.work(_CHARACTER * measured(value).characters)


def count_search(account: Account, text: str, part: str) -> None:
    """Count the work of looking for a part in a text."""
    pairs = max(len(text) - len(part) + 1, 0) * len(part)
    if len(text) > _SHORT_TEXT:
        pairs = min(pairs, len(text) * _SHORT_PART)
    account.work(pairs // _PAIRS)


def count_json(account: Account, value: object) -> None:
    """Count the work of writing a value as JSON; refuse what gets too long."""
    count_characters(account, value)
    account.work(_VALUE * measured(value).items + _FLOAT * _floats(value))
    account.text(_json_length(value))


def _json_length(value: object) -> int:
    """Return the characters of all texts in a value, as JSON has them at most."""
    if isinstance(value, str):
        # JSON writes a control character as up to six characters (`\u0001`).
        controls = 0 if value.isprintable() else sum(map(value.count, _CONTROLS))
        return len(value) + 5 * controls
    if isinstance(value, dict):
        return sum(map(_json_length, value.values()))
    return sum(map(_json_length, value)) if isinstance(value, (list, tuple)) else 0


_CONTROLS = tuple(map(chr, range(32)))


def count_steps(account: Account, value: object) -> None:
    """Count the work of a filter that goes through a value step by step."""
    measure = measured(value)
    account.work(_STEP * (measure.characters + measure.items))


def limit_items(account: Account, length: int) -> None:
    """Refuse an array of `length` items."""
    if length > account.limits.loop:
        what = f"an array gets longer than {account.limits.loop} items"
        raise Refusal(what, hint="the limit is 'loop'")


def limit_depth(account: Account, depth: int) -> None:
    """Refuse macros or values that nest too deep."""
    if depth > account.limits.depth:
        what = f"nests deeper than {account.limits.depth} levels"
        raise Refusal(what, hint="the limit is 'depth'")


def limit_value(account: Account, value: object) -> None:
    """Count a value at all levels; refuse one that is too large or too deep."""
    measure = measured(value)
    limit_items(account, measure.items)
    account.text(measure.characters)
    limit_depth(account, measure.depth)
    account.work(_ITEM * measure.items)
