"""
The operators of expressions, which compiled templates call.

Each takes the scope, then its operands, then constants of the template; `at` is the
offset of the expression, for errors.
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Final, NoReturn

from hatch_agpm.errors import AgpmError, TemplateError
from hatch_agpm.rust import Number, encode, json_number
from hatch_agpm.tera.builtins.arguments import Arguments
from hatch_agpm.tera.builtins.filters import FILTERS
from hatch_agpm.tera.builtins.functions import FUNCTIONS
from hatch_agpm.tera.builtins.tests import TESTS
from hatch_agpm.tera.failures import Failure, Refusal
from hatch_agpm.tera.limits import measured
from hatch_agpm.tera.positions import located
from hatch_agpm.tera.runtime.arithmetic import calculate
from hatch_agpm.tera.runtime.hints import (
    undefined,
    unknown_filter,
    unknown_function,
    unknown_test,
)
from hatch_agpm.tera.runtime.values import (
    Missing,
    as_float,
    as_number,
    describe,
    render,
    same,
    truthy,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from hatch_agpm.tera.runtime.scope import Scope

__all__ = ["OPERATORS"]

# Text


def show(scope: Scope, value: object) -> str:
    """Return what `{{ value }}` prints, and count it."""
    if isinstance(value, list):
        scope.account.used(value)
    text = value if isinstance(value, str) else render(value)
    scope.account.write(text)
    return text


# Variables


def peek(
    scope: Scope, root: str, steps: tuple[str, ...], _text: str, _at: int
) -> object:
    """Return a variable or `MISSING`."""
    return scope.look_up(root, steps)


def path(scope: Scope, root: str, steps: tuple[str, ...], text: str, at: int) -> object:
    """Return a variable that must be there."""
    value = scope.look_up(root, steps)
    return _defined(scope, value, text, at) if isinstance(value, Missing) else value


def peek_at(scope: Scope, text: str, at: int) -> object:
    try:
        return scope.look_up_text(text)
    except Refusal as refusal:
        refusal.at = at
        raise
    except Failure:
        return Missing.MISSING


def path_at(scope: Scope, text: str, at: int) -> object:
    try:
        value = scope.look_up_text(text)
    except Failure as failure:
        failure.at = at
        raise
    return _defined(scope, value, text, at) if isinstance(value, Missing) else value


def _defined(scope: Scope, _value: Missing, text: str, at: int) -> NoReturn:
    raise undefined(scope, text, at)


def dump(scope: Scope, _at: int) -> str:
    """Return all variables as pretty JSON."""
    known = dict(scope.everything())
    scope.account.work(_DUMP_COST * measured(known).items)
    text = encode(known, pretty=True)
    scope.account.made(text)
    return text


def absent(_: Scope, value: object) -> bool:
    return isinstance(value, Missing)


def fallback(_: Scope, value: object, default: Callable[[], object]) -> object:
    """Apply filter `default`: to what is undefined, and to null."""
    return default() if isinstance(value, Missing) or value is None else value


def assign(scope: Scope, value: object, name: str, everywhere: bool) -> None:  # noqa: FBT001 - called by compiled code
    scope.assign(name, value, everywhere=everywhere)


# Conditions


def truth(_: Scope, value: object) -> bool:
    return truthy(value)


def holds(_: Scope, value: object) -> bool:
    """Say whether a variable holds; one that is missing does not."""
    return truthy(value)


def attempt(_: Scope, value: Callable[[], object]) -> bool:
    """Evaluate a condition on a variable: any error but a Refusal makes it false."""
    try:
        return truthy(value())
    except Refusal:
        raise
    except (Failure, AgpmError):
        return False


def text_truth(_: Scope, value: object, at: int) -> bool:
    if not isinstance(value, str):
        what = "a concatenation in a condition has to stay a string"
        raise Refusal(what, describe(value), at=at)
    return bool(value)


def number_truth(_: Scope, value: Number | None) -> bool:
    return value is not None and value != 0


def flag(_: Scope, value: object, name: str, at: int) -> bool:
    if not isinstance(value, bool):
        what = f"function '{name}' is used as a condition and returns no boolean"
        raise Failure(what, describe(value), at=at)
    return value


_DUMP_COST: Final = 200
"""The characters of output that take as long as encoding one value."""

_COMPARISONS: Final = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def compare(
    _: Scope, left: Number | None, right: Number | None, sign: str, at: int
) -> bool:
    if left is None or right is None:
        raise Failure(f"'{sign}' compares with NaN", at=at)
    return bool(_COMPARISONS[sign](float(left), float(right)))


def equal(scope: Scope, left: object, right: object, negated: bool) -> bool:  # noqa: FBT001 - compiled code calls it
    return _equal(scope, left, right, wanted=not negated)


def unequal(scope: Scope, left: object, right: object, negated: bool) -> bool:  # noqa: FBT001 - compiled code calls it
    return _equal(scope, left, right, wanted=negated)


def _equal(scope: Scope, left: object, right: object, *, wanted: bool) -> bool:
    numbers = as_float(left), as_float(right)
    if numbers == (None, None):
        scope.account.all((left, right))
        return same(left, right) is wanted
    if None in numbers:
        # A number is neither equal nor unequal to anything else, `not` or no `not`.
        return False
    return (numbers[0] == numbers[1]) is wanted


def contains(scope: Scope, needle: object, container: object, at: int) -> bool:
    scope.account.used(container)
    if isinstance(container, list):
        return any(same(item, needle) for item in container)
    if not isinstance(container, str | dict):
        what = "'in' looks into strings, arrays and objects"
        raise Failure(what, describe(container), at=at)
    if not isinstance(needle, str):
        kind = "a string" if isinstance(container, str) else "an object"
        what = f"'in' looks for a string in {kind}"
        raise Failure(what, describe(needle), at=at)
    return needle in container


# Numbers


def number(_: Scope, value: object, what: str, at: int) -> Number:
    result = as_number(value)
    if result is None:
        raise Failure(f"calculates with {what}", describe(value), at=at)
    return result


def printable(_: Scope, value: Number | None) -> Number | str:
    return "NaN" if value is None else value


def arithmetic(
    _: Scope, operands: list[Number | None], operators: str, at: int
) -> Number | None:
    try:
        return calculate(operands, operators)
    except Failure as failure:
        raise failure.placed(at) from None


# Text from parts, calls


def concatenate(scope: Scope, parts: list[object], at: int) -> str:
    texts: list[str] = []
    for part in parts:
        value = as_number(part)
        if value is not None:
            texts.append(json_number(value))
        elif isinstance(part, str):
            texts.append(part)
        else:
            what = "'~' joins strings and numbers"
            raise Failure(what, describe(part), at=at)
    scope.account.text(sum(map(len, texts)))
    text = "".join(texts)
    scope.account.made(text)
    return text


def array(scope: Scope, items: list[object], at: int) -> list[object]:
    try:
        return scope.account.array(items)
    except Failure as failure:
        raise failure.placed(at) from None


def pipe(
    scope: Scope, value: object, calls: list[tuple[str, dict[str, object], int]]
) -> object:
    """Apply filters one after the other."""
    for name, given, at in calls:
        scope.account.used(value)
        try:
            value = _apply(scope, value, name, given)
            scope.account.made(value)
        except Failure as failure:
            raise failure.placed(at) from None
        except TemplateError as error:
            place = located(error, scope.source, at)
            raise (error.called_at(place.line) if error.line else place) from None
    return value


def _apply(scope: Scope, value: object, name: str, given: dict[str, object]) -> object:
    extra = scope.filters.get(name)
    if extra is not None:
        return extra(value, given)
    builtin = FILTERS.get(name)
    if builtin is None:
        raise unknown_filter(name, [*FILTERS, *scope.filters])
    return builtin(value, Arguments(f"filter '{name}'", given, scope))


def call(scope: Scope, given: dict[str, object], name: str, at: int) -> object:
    try:
        function = FUNCTIONS.get(name)
        if function is None:
            raise unknown_function(name, FUNCTIONS)
        result = function(Arguments(f"function '{name}'", given, scope))
        scope.account.made(result)
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
    value = subject()
    scope.account.used(value)
    try:
        function = TESTS.get(name)
        if function is None:
            raise unknown_test(name, TESTS)
        return function(value, arguments, scope.account)
    except Failure as failure:
        raise failure.placed(at) from None


OPERATORS: Final[dict[str, Callable[..., object]]] = {
    function.__name__: function
    for function in (
        show,
        peek,
        path,
        peek_at,
        path_at,
        dump,
        absent,
        fallback,
        assign,
        truth,
        holds,
        attempt,
        text_truth,
        number_truth,
        flag,
        compare,
        equal,
        unequal,
        contains,
        number,
        printable,
        arithmetic,
        concatenate,
        array,
        pipe,
        call,
        test,
    )
}
