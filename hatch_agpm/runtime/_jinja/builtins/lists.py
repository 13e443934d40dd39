# SPDX-License-Identifier: MIT-0
"""Filters of lists and other things with items."""

from __future__ import annotations

from itertools import groupby

from ..limits import RunError
from ..operations.attributes import attribute
from ..operations.measures import LARGEST_NUMBER, count_read, limit_value
from ..operations.undefined import UndefinedValue
from ..values import Public
from . import filter_named, test_named
from .common import getter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import Any

    from ..limits import Budget

    _Choice = Callable[..., Iterator[Any]]

__all__ = ["FILTERS"]


class Group(tuple, Public):  # type: ignore[type-arg]
    """A group of `groupby`: the value of the attribute, and the items that have it."""

    __slots__ = ()

    _public = ("grouper", "list", "count", "index")

    @property
    def grouper(self) -> Any:
        return self[0]

    @property
    def list(self) -> Any:
        return self[1]


def _lowered(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


def _key(path: Any, *, is_cased: Any, default: Any = None) -> Callable[[Any], Any]:
    """Return the function that gives the value by which items are compared."""
    get = getter(path, default)
    return get if is_cased else lambda value: _lowered(get(value))


def _map(budget: Budget, value: Any, *given: Any, **named: Any) -> Iterator[Any]:
    if not value:
        return
    count_read(budget, value)
    if not given and "attribute" in named:
        apply = getter(named.pop("attribute"), named.pop("default", None))
        if named:
            raise RunError(f"filter 'map' takes no argument {next(iter(named))!r}")
        yield from map(apply, value)
        return
    if not given:
        raise RunError("filter 'map' needs the name of a filter")
    function, rest = filter_named(given[0]), given[1:]
    for each in value:
        yield function(budget, each, *rest, **named)


def _choice(*, of_attribute: bool, wanted: bool) -> _Choice:
    """Return a filter that yields the items for which a test holds, or does not."""

    def choose(budget: Budget, value: Any, *given: Any, **named: Any) -> Iterator[Any]:
        if not value:
            return
        count_read(budget, value)
        rest = list(given)
        if of_attribute and not rest:
            raise RunError("the filter needs the name of an attribute")
        get = getter(rest.pop(0)) if of_attribute else None
        holds: Callable[..., Any] = test_named(rest.pop(0)) if rest else bool
        for each in value:
            tested = get(each) if get else each
            result = holds(tested) if holds is bool else holds(tested, *rest, **named)
            if bool(result) is wanted:
                yield each

    return choose


def _sort(
    budget: Budget,
    value: Any,
    reverse: Any = False,
    case_sensitive: Any = False,
    attribute: Any = None,
) -> list[Any]:
    count_read(budget, value)
    paths = attribute.split(",") if isinstance(attribute, str) else [attribute]
    keys = [_key(path, is_cased=case_sensitive) for path in paths]
    return sorted(value, key=lambda of: [key(of) for key in keys], reverse=reverse)


def _unique(
    budget: Budget, value: Any, case_sensitive: Any = False, attribute: Any = None
) -> Iterator[Any]:
    count_read(budget, value)
    key = _key(attribute, is_cased=case_sensitive)
    seen = set()
    for each in value:
        found = key(each)
        if found not in seen:
            seen.add(found)
            yield each


def _groupby(
    budget: Budget,
    value: Any,
    attribute: Any,
    default: Any = None,
    case_sensitive: Any = False,
) -> list[Any]:
    count_read(budget, value)
    key = _key(attribute, is_cased=case_sensitive, default=default)
    groups = [
        (name, list(items)) for name, items in groupby(sorted(value, key=key), key)
    ]
    # Not in lower case: the value of the first item.
    get = getter(attribute, default)
    return [Group((get(items[0]), items)) for _, items in groups]


def _batch(
    budget: Budget, value: Any, linecount: Any, fill_with: Any = None
) -> Iterator[list[Any]]:
    count_read(budget, value)
    row: list[Any] = []
    for each in value:
        if len(row) == linecount:
            yield row
            row = []
        row.append(each)
    if row:
        if fill_with is not None and len(row) < linecount:
            _check(linecount)
            row += [fill_with] * (linecount - len(row))
        yield row


def _slice(
    budget: Budget, value: Any, slices: Any, fill_with: Any = None
) -> Iterator[list[Any]]:
    items = list(value)
    count_read(budget, items)
    _check(slices)
    size, larger = len(items) // slices, len(items) % slices
    start = 0
    for number in range(slices):
        end = start + size + (number < larger)
        part = items[start:end]
        if fill_with is not None and number >= larger:
            part.append(fill_with)
        yield part
        start = end


def _check(number: Any) -> None:
    if isinstance(number, int) and number > LARGEST_NUMBER:
        raise RunError("a filter gets a number that is too large")


def _dictsort(
    budget: Budget,
    value: Any,
    case_sensitive: Any = False,
    by: Any = "key",
    reverse: Any = False,
) -> list[Any]:
    if by not in ("key", "value"):
        raise RunError("filter 'dictsort' sorts by 'key' or 'value'")
    count_read(budget, value)
    position = 0 if by == "key" else 1
    lowered: Any = (lambda found: found) if case_sensitive else _lowered
    return sorted(
        value.items(), key=lambda pair: lowered(pair[position]), reverse=reverse
    )


def _sum(budget: Budget, iterable: Any, attribute: Any = None, start: Any = 0) -> Any:
    count_read(budget, iterable)
    items = iterable if attribute is None else map(getter(attribute), iterable)
    total = sum(items, start)
    limit_value(budget, total)
    return total


def _extreme(function: Callable[..., Any]) -> Callable[..., Any]:
    def find(
        budget: Budget, value: Any, case_sensitive: Any = False, attribute: Any = None
    ) -> Any:
        count_read(budget, value)
        items = list(value)
        if not items:
            return UndefinedValue("there is no item to compare, the list is empty")
        return function(items, key=_key(attribute, is_cased=case_sensitive))

    return find


def _reverse(budget: Budget, value: Any) -> Any:
    count_read(budget, value)
    if isinstance(value, str):
        return value[::-1]
    try:
        return iter(reversed(value))
    except TypeError:
        return list(value)[::-1]


def _attr(_: Budget, obj: Any, name: Any) -> Any:
    if not isinstance(obj, UndefinedValue) and not hasattr(obj, name):
        return UndefinedValue(
            f"{type(obj).__name__!r} object has no attribute {name!r}"
        )
    return attribute(obj, name)


FILTERS: Mapping[str, Callable[..., Any]] = {
    "attr": _attr,
    "batch": _batch,
    "dictsort": _dictsort,
    "groupby": _groupby,
    "map": _map,
    "max": _extreme(max),
    "min": _extreme(min),
    "reject": _choice(of_attribute=False, wanted=False),
    "rejectattr": _choice(of_attribute=True, wanted=False),
    "reverse": _reverse,
    "select": _choice(of_attribute=False, wanted=True),
    "selectattr": _choice(of_attribute=True, wanted=True),
    "slice": _slice,
    "sort": _sort,
    "sum": _sum,
    "unique": _unique,
}
