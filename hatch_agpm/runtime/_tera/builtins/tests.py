# SPDX-License-Identifier: MIT-0
"""Tera's tests: what may follow `is`."""

from __future__ import annotations

import math

from ..failures import Failure, Refusal
from ..operations.comparison import same
from ..operations.measures import count_comparison, count_search
from ..scope import Missing
from ..values import as_float, describe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..limits import Account
    from .arguments import _Check


__all__ = ["TESTS", "checked", "needed_text", "text_argument"]


def _defined(value: object, _: list[object], __: Account) -> bool:
    return not isinstance(value, Missing)


def _undefined(value: object, _: list[object], __: Account) -> bool:
    return isinstance(value, Missing)


def _string(value: object, _: list[object], __: Account) -> bool:
    return isinstance(value, str)


def _number(value: object, _: list[object], __: Account) -> bool:
    return as_float(value) is not None


def _odd(value: object, _: list[object], __: Account) -> bool:
    return math.fmod(_float(value, "odd"), 2) != 0


def _even(value: object, _: list[object], __: Account) -> bool:
    return math.fmod(_float(value, "even"), 2) == 0


def _divisibleby(value: object, arguments: list[object], _: Account) -> bool:
    number = _float(value, "divisibleby")
    divisor = _float(_argument("divisibleby", arguments), "divisibleby")
    return divisor != 0 and math.fmod(number, divisor) == 0


def _iterable(value: object, _: list[object], __: Account) -> bool:
    return isinstance(value, (list, dict))


def _object(value: object, _: list[object], __: Account) -> bool:
    return isinstance(value, dict)


def _starting_with(value: object, arguments: list[object], _: Account) -> bool:
    text = needed_text(value, "starting_with")
    return text.startswith(text_argument("starting_with", arguments))


def _ending_with(value: object, arguments: list[object], _: Account) -> bool:
    text = needed_text(value, "ending_with")
    return text.endswith(text_argument("ending_with", arguments))


def _containing(value: object, arguments: list[object], account: Account) -> bool:
    if isinstance(value, list):
        if not arguments:
            raise Refusal("test 'containing' needs an argument")
        count_comparison(account, value, arguments[0])
        return any(same(item, arguments[0]) for item in value)
    if isinstance(value, (str, dict)):
        part = text_argument("containing", arguments)
        if isinstance(value, str):
            count_search(account, value, part)
        return part in value
    what = "test 'containing' needs a string, an array or an object"
    raise Failure(what, describe(value))


def _float(value: object, name: str) -> float:
    number = as_float(value)
    if number is None:
        raise Failure(f"test '{name}' needs a number", describe(value))
    return number


def needed_text(value: object, name: str) -> str:
    """Return the value of a test, which must be a string."""
    if not isinstance(value, str):
        raise Failure(f"test '{name}' needs a string", describe(value))
    return value


def _argument(name: str, arguments: list[object]) -> object:
    if not arguments:
        raise Failure(f"test '{name}' needs an argument")
    return arguments[0]


def text_argument(name: str, arguments: list[object]) -> str:
    """Return the argument of a test, which must be a string."""
    argument = _argument(name, arguments)
    if not isinstance(argument, str):
        raise Failure(
            f"test '{name}' needs a string in parentheses", describe(argument)
        )
    return argument


def checked(name: str, check: _Check, most: int) -> _Check:
    """Return a test that first looks at its arguments and for something to test."""

    def run(value: object, arguments: list[object], account: Account) -> bool:
        if len(arguments) > most:
            takes = f"takes {most} argument" if most else "takes no arguments"
            raise Failure(f"test '{name}' {takes}", str(len(arguments)))
        if isinstance(value, Missing) and name not in {"defined", "undefined"}:
            raise Failure(f"test '{name}' needs a variable that is defined")
        return check(value, arguments, account)

    return run


TESTS = {
    check.__name__[1:]: checked(check.__name__[1:], check, most)
    for most, checks in (
        (0, (_defined, _undefined, _string, _number, _odd, _even, _iterable, _object)),
        (1, (_divisibleby, _starting_with, _ending_with, _containing)),
    )
    for check in checks
}
