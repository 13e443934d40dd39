# SPDX-License-Identifier: MIT-0
"""The commonest filters."""

from __future__ import annotations

from ..limits import RunError
from ..operations.attributes import item
from ..operations.measures import count_read, limit_items, limit_text, limit_value
from ..operations.undefined import UndefinedValue
from ..values import show

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import Any

    from ..limits import Budget

__all__ = ["FILTERS", "getter", "text"]


def text(budget: Budget, value: Any) -> Any:
    """Return a text as it is, also an escaped one, and the text of other values."""
    if isinstance(value, str):
        budget.work(len(value))
        return value
    return show(value, budget)


def getter(path: Any, default: Any = None) -> Callable[[Any], Any]:
    """Return the function that follows a path: `a.0.b`, a number, or None."""
    parts: list[Any] = [] if path is None else [path]
    if isinstance(path, str):
        parts = [int(part) if part.isdigit() else part for part in path.split(".")]

    def get(value: Any) -> Any:
        for part in parts:
            value = item(value, part)
            if default is not None and isinstance(value, UndefinedValue):
                value = default
        return value

    return get


def _default(
    _: Budget, value: Any, default_value: Any = "", boolean: Any = False
) -> Any:
    if isinstance(value, UndefinedValue) or (boolean and not value):
        return default_value
    return value


def _join(budget: Budget, value: Any, d: Any = "", attribute: Any = None) -> str:
    items = value if attribute is None else map(getter(attribute), value)
    count_read(budget, value)
    texts = [show(each, budget) for each in items]
    between = show(d, budget)
    limit_text(budget, sum(map(len, texts)) + len(between) * len(texts))
    return between.join(texts)


def _length(_: Budget, value: Any) -> int:
    return len(value)


def _list(budget: Budget, value: Any) -> list[Any]:
    if isinstance(value, range):
        limit_items(budget, len(value))
    made = list(value)
    limit_value(budget, made)
    return made


def _lower(budget: Budget, s: Any) -> str:
    lowered: str = text(budget, s).lower()
    return lowered


def _upper(budget: Budget, s: Any) -> str:
    raised: str = text(budget, s).upper()
    return raised


def _trim(budget: Budget, value: Any, chars: Any = None) -> str:
    trimmed: str = text(budget, value).strip(chars)
    return trimmed


def _replace(budget: Budget, s: Any, old: Any, new: Any, count: Any = None) -> str:
    whole, found, by = (show(each, budget) for each in (s, old, new))
    limit_text(budget, len(whole) + whole.count(found) * len(by))
    return whole.replace(found, by, -1 if count is None else count)


def _first(_: Budget, seq: Any) -> Any:
    return next(iter(seq), UndefinedValue("there is no first item, the list is empty"))


def _last(_: Budget, seq: Any) -> Any:
    nothing = UndefinedValue("there is no last item, the list is empty")
    return next(iter(reversed(seq)), nothing)


def _items(budget: Budget, value: Any) -> Iterator[Any]:
    from collections.abc import Mapping

    if isinstance(value, UndefinedValue):
        return
    if not isinstance(value, Mapping):
        raise RunError("only mappings have items")
    count_read(budget, value)
    yield from value.items()


FILTERS: Mapping[str, Callable[..., Any]] = {
    "count": _length,
    "d": _default,
    "default": _default,
    "first": _first,
    "items": _items,
    "join": _join,
    "last": _last,
    "length": _length,
    "list": _list,
    "lower": _lower,
    "replace": _replace,
    "string": text,
    "trim": _trim,
    "upper": _upper,
}
