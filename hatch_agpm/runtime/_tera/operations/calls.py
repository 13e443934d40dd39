# SPDX-License-Identifier: MIT-0
"""Calls of filters, functions and tests."""

from __future__ import annotations

from ..builtins.arguments import Arguments
from ..failures import Failure
from ..values import describe
from .measures import count_made, count_read, sized_array

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ..scope import Scope

    _FilterCall = tuple[str, dict[str, object], int]
    """The name of a filter, its arguments and its offset."""

__all__ = ["array", "call", "flag", "pipe", "test"]


def array(scope: Scope, items: list[object], at: int) -> list[object]:
    """Return an array that the template made, and count it."""
    try:
        return sized_array(scope.account, items)
    except Failure as failure:
        raise failure.placed(at) from None


def pipe(scope: Scope, value: object, calls: list[_FilterCall]) -> object:
    """Apply filters one after the other."""
    for name, given, at in calls:
        count_read(scope.account, value)
        try:
            function = scope.language.filter(name)
            if function is None:
                raise scope.language.unknown("filter", name)
            value = function(value, Arguments(f"filter '{name}'", given, scope, at))
            count_made(scope.account, value)
        except Failure as failure:
            raise failure.placed(at) from None
    return value


def call(scope: Scope, given: dict[str, object], name: str, at: int) -> object:
    """Call a function; `given` are its arguments."""
    try:
        function = scope.language.function(name)
        if function is None:
            raise scope.language.unknown("function", name)
        result = function(Arguments(f"function '{name}'", given, scope, at))
        count_made(scope.account, result)
    except Failure as failure:
        raise failure.placed(at) from None
    return result


def test(
    scope: Scope,
    subject: Callable[[], object],
    arguments: list[object],
    name: str,
    at: int,
) -> bool:
    """Apply a test to the value that `subject` returns."""
    value = subject()
    count_read(scope.account, value)
    try:
        function = scope.language.test(name)
        if function is None:
            raise scope.language.unknown("test", name)
        return function(value, arguments, scope.account)
    except Failure as failure:
        raise failure.placed(at) from None


def flag(_: Scope, value: object, name: str, at: int) -> bool:
    """Return the boolean that a function returned; raise Failure for another type."""
    if not isinstance(value, bool):
        what = f"function '{name}' is used as a condition and returns no boolean"
        raise Failure(what, describe(value), at=at)
    return value
