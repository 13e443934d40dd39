# SPDX-License-Identifier: MIT-0
"""Filters that take values of several types."""

from __future__ import annotations

from ..failures import Failure
from ..operations.measures import count_read, measured
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
    account = arguments.scope.account
    account.work(_JSON_COST * measured(value).items)
    # JSON writes a control character as up to six characters (`\u0001`).
    if isinstance(value, str) and not value.isprintable():
        controls = sum(value.count(chr(code)) for code in range(32))
        account.text(len(value) + 5 * controls)
    return encode(value, pretty=arguments.given.get("pretty") is True)


def as_str(value: object, arguments: Arguments) -> str:
    """Return the text that `{{ }}` prints."""
    count_read(arguments.scope.account, value)
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


_JSON_COST = 200
"""The characters of output that take as long as encoding one value."""


FILTERS: dict[str, _Filter] = {
    **{
        function.__name__: function
        for function in (length, reverse, json_encode, as_str, get)
    },
}
