# SPDX-License-Identifier: MIT-0
"""
The operators of expressions, which compiled templates call.

Each takes the scope, then its operands, then what is known from the template; `at` is
the offset of the expression, for errors.
"""

from __future__ import annotations

import operator

from .arithmetic import calculate
from .builtins.arguments import Arguments
from .failures import Failure, Refusal
from .limits import measured
from .rust import encode, json_number
from .steps import text_of
from .values import MISSING, Missing, as_float, as_number, describe, render, same

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import NoReturn

    from .rust import _Number
    from .scope import Scope

    _FilterCall = tuple[str, dict[str, object], int]
    """The name of a filter, its arguments and its offset."""

__all__ = [
    "absent",
    "arithmetic",
    "array",
    "attempt",
    "block",
    "call",
    "compare",
    "concatenate",
    "contains",
    "dump",
    "equal",
    "fail",
    "fallback",
    "fill",
    "flag",
    "macro",
    "normalised",
    "number",
    "number_truth",
    "path",
    "path_at",
    "path_in",
    "peek",
    "peek_at",
    "peek_in",
    "pipe",
    "printable",
    "refuse",
    "show",
    "test",
    "text_truth",
]

# Text


def show(scope: Scope, value: object) -> str:
    """Return the text that `{{ value }}` prints, and count it."""
    if isinstance(value, list):
        scope.account.used(value)
    text = value if isinstance(value, str) else render(value)
    scope.account.write(text)
    return text


# Variables


def peek(scope: Scope, steps: tuple[str, ...]) -> object:
    """Return the variable to which `steps` lead, or `MISSING`."""
    return scope.look_up(steps[0], steps[1:])


def path(scope: Scope, steps: tuple[str, ...], text: str, at: int) -> object:
    """Return a variable; raise Failure if it is missing."""
    value = scope.look_up(steps[0], steps[1:])
    if isinstance(value, Missing):
        raise scope.language.undefined(scope, text, at)
    return value


def peek_at(scope: Scope, text: str, at: int) -> object:
    """Return the variable to which a path with brackets leads, or `MISSING`."""
    try:
        return scope.look_up_text(text)
    except Refusal as refusal:
        refusal.at = at
        raise
    except Failure:
        return MISSING


def path_at(scope: Scope, text: str, at: int) -> object:
    """Return the variable to which a path with brackets leads; raise Failure."""
    try:
        value = scope.look_up_text(text)
    except Failure as failure:
        failure.at = at
        raise
    if isinstance(value, Missing):
        raise scope.language.undefined(scope, text, at)
    return value


def peek_in(scope: Scope, root: str, steps: list[str], text: str, at: int) -> object:
    """Return what a path with brackets leads to whose indices are known."""
    del text, at
    return scope.look_up(root, tuple(steps), dotted=False)


def path_in(scope: Scope, root: str, steps: list[str], text: str, at: int) -> object:
    """Return the same; raise Failure if it is missing."""
    value = scope.look_up(root, tuple(steps), dotted=False)
    if isinstance(value, Missing):
        raise scope.language.undefined(scope, text, at)
    return value


def dump(scope: Scope) -> str:
    """Return all variables as pretty JSON."""
    known = dict(scope.everything())
    scope.account.work(_DUMP_COST * measured(known).items)
    text = encode(known, pretty=True)
    scope.account.made(text)
    return text


def absent(_: Scope, value: object) -> bool:
    """Say whether a variable is missing."""
    return isinstance(value, Missing)


def fallback(_: Scope, value: object, default: Callable[[], object]) -> object:
    """Apply filter `default`: to what is undefined, and to null."""
    return default() if isinstance(value, Missing) or value is None else value


# Conditions


def attempt(scope: Scope, value: Callable[[], object]) -> bool:
    """Evaluate a condition on a variable: any error but a Refusal makes it false."""
    try:
        return bool(value())
    except Refusal:
        raise
    except scope.language.errors:
        return False


def text_truth(_: Scope, value: object, at: int) -> bool:
    """Say whether a concatenation is not empty; raise Refusal if it is not a string."""
    if not isinstance(value, str):
        what = "a concatenation in a condition has to stay a string"
        raise Refusal(what, describe(value), at=at)
    return bool(value)


def number_truth(_: Scope, value: _Number | None) -> bool:
    """Say whether a number is neither 0 nor NaN."""
    return value is not None and value != 0


def flag(_: Scope, value: object, name: str, at: int) -> bool:
    """Return the boolean that a function returned; raise Failure for another type."""
    if not isinstance(value, bool):
        what = f"function '{name}' is used as a condition and returns no boolean"
        raise Failure(what, describe(value), at=at)
    return value


_DUMP_COST = 200
"""The characters of output that take as long as encoding one value."""

_COMPARISONS = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def compare(
    _: Scope, left: _Number | None, right: _Number | None, sign: str, at: int
) -> bool:
    """Compare two numbers by `<`, `<=`, `>` or `>=`; raise Failure for NaN."""
    if left is None or right is None:
        raise Failure(f"'{sign}' compares with NaN", at=at)
    return bool(_COMPARISONS[sign](float(left), float(right)))


def equal(scope: Scope, left: object, right: object, *, wanted: bool) -> bool:
    """Say whether `==` of two values is `wanted`."""
    numbers = as_float(left), as_float(right)
    if numbers == (None, None):
        scope.account.all((left, right))
        return same(left, right) is wanted
    if None in numbers:
        # A number is neither equal nor unequal to anything else, `not` or no `not`.
        return False
    return (numbers[0] == numbers[1]) is wanted


def contains(scope: Scope, needle: object, container: object, at: int) -> bool:
    """Say whether a string, an array or an object contains `needle`."""
    scope.account.used(container)
    if isinstance(container, list):
        return any(same(item, needle) for item in container)
    if not isinstance(container, (str, dict)):
        what = "'in' looks into strings, arrays and objects"
        raise Failure(what, describe(container), at=at)
    if not isinstance(needle, str):
        kind = "a string" if isinstance(container, str) else "an object"
        what = f"'in' looks for a string in {kind}"
        raise Failure(what, describe(needle), at=at)
    return needle in container


# Numbers


def number(_: Scope, value: object, what: str, at: int) -> _Number:
    """Return a value as a number; raise Failure if it is not one."""
    result = as_number(value)
    if result is None:
        raise Failure(f"calculates with {what}", describe(value), at=at)
    return result


def printable(_: Scope, value: _Number | None) -> _Number | str:
    """Return a number as it is printed: NaN, which is None, as a string."""
    return "NaN" if value is None else value


def arithmetic(
    _: Scope, operands: list[_Number | None], operators: str, at: int
) -> _Number | None:
    """Calculate a chain of `+-*/%`."""
    try:
        return calculate(operands, operators)
    except Failure as failure:
        raise failure.placed(at) from None


# Text from parts, calls


def concatenate(scope: Scope, parts: list[object], at: int) -> str:
    """Join strings and numbers."""
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
    """Return an array that the template made, and count it."""
    try:
        return scope.account.array(items)
    except Failure as failure:
        raise failure.placed(at) from None


def pipe(scope: Scope, value: object, calls: list[_FilterCall]) -> object:
    """Apply filters one after the other."""
    for name, given, at in calls:
        scope.account.used(value)
        try:
            function = scope.language.filter(name)
            if function is None:
                raise scope.language.unknown("filter", name)
            value = function(value, Arguments(f"filter '{name}'", given, scope, at))
            scope.account.made(value)
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
    """Apply a test to the value that `subject` returns."""
    value = subject()
    scope.account.used(value)
    try:
        function = scope.language.test(name)
        if function is None:
            raise scope.language.unknown("test", name)
        return function(value, arguments, scope.account)
    except Failure as failure:
        raise failure.placed(at) from None


# Macros, blocks and filter sections


def macro(scope: Scope, arguments: dict[str, object], name: str, at: int) -> str:
    """Call a macro and return what it prints."""
    weight, body = scope.functions[name]
    try:
        scope.enter_macro(arguments)
        scope.account.iterate(weight)
    except Failure as failure:
        raise failure.placed(at) from None
    text = text_of(scope, body)
    scope.leave()
    return text


def block(scope: Scope, name: str) -> str:
    """Run a block that has several places and return what it prints."""
    weight, body = scope.functions[name]
    scope.account.iterate(weight)
    return text_of(scope, body)


def fill(scope: Scope, number: int) -> str:
    """Return the text of another template, filled with the same values."""
    text = scope.embedded[number]()
    scope.account.made(text)
    return text


def normalised(text: str) -> str:
    """
    Return a text as it is embedded: without newlines at its start and one at its end.

    Raise Refusal for one that begins like frontmatter, which only a build can read.
    """
    lines = text.split("\n")
    last = lines.pop()
    lines = [line.removesuffix("\r") for line in lines]
    text = "\n".join([*lines, last] if last else lines).lstrip("\n")
    if text.startswith("---"):
        raise Refusal("an embedded text begins like frontmatter")
    return text


# Errors that a template always has where it is rendered


def fail(_: Scope, what: str, at: int, hint: str = "") -> NoReturn:
    """Raise a Failure."""
    raise Failure(what, hint=hint, at=at)


def refuse(_: Scope, what: str, hint: str, at: int) -> NoReturn:
    """Raise a Refusal."""
    raise Refusal(what, hint=hint, at=at)
