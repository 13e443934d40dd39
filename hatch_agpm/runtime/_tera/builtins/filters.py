# SPDX-License-Identifier: MIT-0
"""Filters that take values of several types."""

from __future__ import annotations

from ..failures import Failure
from ..operations.measures import count_deep, count_json
from ..rust import encode
from ..values import render

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .arguments import Arguments, _Filter


__all__ = ["FILTERS"]


def length(value: object, arguments: Arguments) -> int:
    """Count characters of a string, items of an array, keys of an object."""
    if not isinstance(value, (str, list, dict)):
        raise arguments.of(value, "a string, an array or an object")
    return len(value)


def reverse(value: object, arguments: Arguments) -> object:
    """Reverse a string by characters, or an array."""
    if not isinstance(value, (str, list)):
        raise arguments.of(value, "a string or an array")
    return value[::-1]


def json_encode(value: object, arguments: Arguments) -> str:
    """Encode any value as JSON."""
    count_json(arguments.scope.account, value)
    return encode(value, pretty=arguments.given.get("pretty") is True)


def as_str(value: object, arguments: Arguments) -> str:
    """Return the text that `{{ }}` prints."""
    count_deep(arguments.scope.account, value)
    return render(value)


def get(value: object, arguments: Arguments) -> object:
    """Return the value of `key` in an object, or `default`."""
    key = arguments.string("key")
    if not isinstance(value, dict):
        raise arguments.of(value, "an object")
    if key in value:
        return value[key]
    if "default" in arguments.given:
        return arguments.given["default"]
    raise Failure(f"filter 'get' finds no key '{key}'", hint="pass a 'default'")


FILTERS: dict[str, _Filter] = {
    **{
        function.__name__: function
        for function in (length, reverse, json_encode, as_str, get)
    },
}
