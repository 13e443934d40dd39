"""Filters that take values of more than one type."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hatch_agpm.rust import encode
from hatch_agpm.tera.failures import Failure
from hatch_agpm.tera.limits import measured
from hatch_agpm.tera.runtime.values import render

if TYPE_CHECKING:
    from collections.abc import Callable

    from hatch_agpm.tera.builtins.arguments import Arguments

__all__ = ["GENERAL"]


def length(value: object, arguments: Arguments) -> int:
    """Count characters of a string, items of an array, keys of an object."""
    if not isinstance(value, str | list | dict):
        raise arguments.of(value, "a string, an array or an object")
    return len(value)


def reverse(value: object, arguments: Arguments) -> object:
    """Reverse a string by characters, or an array."""
    if not isinstance(value, str | list):
        raise arguments.of(value, "a string or an array")
    return value[::-1]


def json_encode(value: object, arguments: Arguments) -> str:
    """Encode any value as JSON."""
    account = arguments.scope.account
    account.work(200 * measured(value).items)
    # Most control characters take six in JSON.
    if isinstance(value, str) and not value.isprintable():
        controls = sum(value.count(chr(code)) for code in range(32))
        account.text(len(value) + 5 * controls)
    return encode(value, pretty=arguments.given.get("pretty") is True)


def as_str(value: object, arguments: Arguments) -> str:
    """Return what `{{ }}` prints."""
    arguments.scope.account.used(value)
    return render(value)


def get(value: object, arguments: Arguments) -> object:
    """Return what an object has under `key`, or `default`."""
    key = arguments.string("key")
    if not isinstance(value, dict):
        raise arguments.of(value, "an object")
    if key in value:
        return value[key]
    if "default" in arguments.given:
        return arguments.given["default"]
    raise Failure(f"filter 'get' finds no key '{key}'", hint="pass a 'default'")


GENERAL: Final[dict[str, Callable[[object, Arguments], object]]] = {
    function.__name__: function
    for function in (length, reverse, json_encode, as_str, get)
}
