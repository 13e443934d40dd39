# SPDX-License-Identifier: MIT-0
"""Filters on arrays."""

from __future__ import annotations

import struct

from .. import part
from ..failures import Failure
from ..operations.comparison import same
from ..operations.measures import (
    count_comparison,
    count_deep,
    count_json,
    limit_items,
    sized_array,
)
from ..operations.paths import pointer
from ..rust import encode
from ..scope import MISSING, find
from ..values import as_float, describe, render
from .arguments import is_integer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .arguments import Arguments, _Filter

__all__ = ["FILTERS"]


def _float_order(number: float) -> int:
    """Return the key that sorts floats as `f64::total_cmp` does: -0.0 before 0.0."""
    (bits,) = struct.unpack("<q", struct.pack("<d", number))
    return int(bits) ^ ((int(bits) >> 63) & (2**63 - 1))


def first(value: object, arguments: Arguments) -> object:
    """Return the first item, "" of an empty array."""
    items = arguments.items(value)
    return items[0] if items else ""


def last(value: object, arguments: Arguments) -> object:
    """Return the last item, "" of an empty array."""
    items = arguments.items(value)
    return items[-1] if items else ""


def nth(value: object, arguments: Arguments) -> object:
    """Return item `n`, counted from 0, or ""."""
    items = arguments.items(value)
    if not items:
        return ""
    index = arguments.integer("n")
    return items[index] if index < len(items) else ""


def join(value: object, arguments: Arguments) -> str:
    r"""Join the items as they print; `\n` and `\\t` in `sep` are meant literally."""
    items = arguments.items(value)
    separator = arguments.string("sep", "").replace("\\n", "\n").replace("\\t", "\t")
    count_deep(arguments.scope.account, items)
    texts = [render(item) for item in items]
    length = sum(map(len, texts)) + len(separator) * max(len(texts) - 1, 0)
    arguments.scope.account.text(length)
    return separator.join(texts)


def sort(value: object, arguments: Arguments) -> list[object]:
    """Sort by the items or by one `attribute`, all of one type."""
    items = arguments.items(value)
    if not items:
        return items
    steps = _steps(arguments, items, "")
    keys = [_attribute(item, steps, arguments) for item in items]
    # A text may be compared with each one of a half, a quarter, and so on.
    rounds = len(items).bit_length()
    compared = sum(len(key) for key in keys if isinstance(key, str))
    arguments.scope.account.work(rounds * (10 * len(items) + compared // 16))
    order = _order(keys[0])
    ranked = [(order(key), index) for index, key in enumerate(keys)]
    return [items[index] for _, index in sorted(ranked)]


def _steps(
    arguments: Arguments, items: list[object], default: str | None = None
) -> tuple[str, ...]:
    """Return the steps of the `attribute` of items, and count following them."""
    account = arguments.scope.account
    steps = pointer(arguments.string("attribute", default), account)
    account.work(len(items) * len(steps))
    return steps


def _attribute(item: object, steps: tuple[str, ...], arguments: Arguments) -> object:
    found = find(item, steps)
    if found is MISSING:
        attribute = arguments.string("attribute", "")
        raise Failure(f"an item has no attribute '{attribute}'", describe(item))
    return found


def _order(example: object) -> Callable[[object], object]:
    """Return the key function for items of the type of the first one."""
    for kind, name in ((bool, "a boolean"), (str, "a string"), (list, "an array")):
        if isinstance(example, kind):

            def order(key: object, kind: type = kind, name: str = name) -> object:
                if not isinstance(key, kind):
                    raise Failure(f"filter 'sort' needs {name}", describe(key))
                return len(key) if kind is list else key  # type: ignore[arg-type]

            return order
    if as_float(example) is None:
        raise Failure("filter 'sort' cannot order this", describe(example))
    return _number_order


def _number_order(key: object) -> int:
    number = as_float(key)
    if number is None:
        raise Failure("filter 'sort' needs a number", describe(key))
    return _float_order(number)


def unique(value: object, arguments: Arguments) -> list[object]:
    """Drop items whose key came before: booleans, integers or strings of one type."""
    items = arguments.items(value)
    if not items:
        return items
    arguments.scope.account.work(50 * len(items))
    sensitive = arguments.boolean("case_sensitive", default=False)
    steps = _steps(arguments, items, "")
    kind = _kind(_attribute(items[0], steps, arguments))
    seen: set[object] = set()
    result: list[object] = []
    for item in items:
        key = find(item, steps)
        if key is MISSING:
            continue
        if _kind(key) is not kind:
            raise Failure("filter 'unique' needs one type", describe(key))
        if isinstance(key, str) and not sensitive:
            module: Any = part("builtins.casing")
            key = module.lower_case(arguments.letters(key))
        if key not in seen:
            seen.add(key)
            result.append(item)
    return result


def _kind(key: object) -> type:
    if isinstance(key, (bool, str)) or is_integer(key, range(-(2**63), 2**63)):
        return type(key)
    raise Failure("filter 'unique' needs booleans, integers or strings", describe(key))


def slice_(value: object, arguments: Arguments) -> list[object]:
    """Return the items from `start` to before `end`; negative ones count back."""
    items = arguments.items(value)
    if not items:
        return items
    start = _index(arguments.number("start", 0), items)
    end = _index(arguments.number("end", len(items)), items)
    return items[start:end]


def _index(number: float, items: list[object]) -> int:
    position = number if number >= 0 else len(items) + number
    # An infinite number is behind or before all items; NaN is 0 in Rust.
    return int(min(position, len(items))) if position > 0 else 0


def group_by(value: object, arguments: Arguments) -> dict[str, list[object]]:
    """Return an object of arrays by `attribute`; items without it are dropped."""
    items = arguments.items(value)
    if not items:
        return {}
    steps = _steps(arguments, items)
    arguments.scope.account.work(50 * len(items))
    groups: dict[str, list[object]] = {}
    for item in items:
        key = find(item, steps)
        if key is MISSING or key is None:
            continue
        if not isinstance(key, str):
            count_json(arguments.scope.account, key)
        name = key if isinstance(key, str) else encode(key)
        groups.setdefault(name, []).append(item)
    return groups


def filter_(value: object, arguments: Arguments) -> list[object]:
    """Keep the items whose `attribute` is `value`, or is not null."""
    items = arguments.items(value)
    if not items:
        return items
    steps = _steps(arguments, items)
    wanted = arguments.given.get("value")
    count_comparison(arguments.scope.account, items, wanted)
    found = ((item, find(item, steps)) for item in items)
    if wanted is None:
        return [item for item, key in found if key is not MISSING and key is not None]
    return [item for item, key in found if same(key, wanted)]


def map_(value: object, arguments: Arguments) -> list[object]:
    """Return the `attribute` of each item that has one which is not null."""
    items = arguments.items(value)
    if not items:
        return items
    steps = _steps(arguments, items)
    found = (find(item, steps) for item in items)
    return [key for key in found if key is not MISSING and key is not None]


def concat(value: object, arguments: Arguments) -> list[object]:
    """Append an array or a single value."""
    items = arguments.items(value)
    more = arguments.value("with")
    added = more if isinstance(more, list) else [more]
    limit_items(arguments.scope.account, len(items) + len(added))
    return sized_array(arguments.scope.account, [*items, *added])


FILTERS: dict[str, _Filter] = {
    function.__name__.removesuffix("_"): function
    for function in (
        *(first, last, nth, join, sort, unique, slice_),
        *(group_by, filter_, map_, concat),
    )
}
