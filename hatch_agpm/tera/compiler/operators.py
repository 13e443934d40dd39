"""
What a compiled template calls: Tera's operators, tags and lookups at run time.

Each takes the scope, then its operands, then what
the compiler knew; `at` is where an error is shown.
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Final, NoReturn, TypeVar

from hatch_agpm.errors import AgpmError, TemplateError
from hatch_agpm.rust import Number, encode, json_number
from hatch_agpm.tera.builtins.arguments import Arguments
from hatch_agpm.tera.builtins.filters import FILTERS
from hatch_agpm.tera.compiler.compiler import MACRO
from hatch_agpm.tera.failures import Failure, Refusal
from hatch_agpm.tera.limits import measured
from hatch_agpm.tera.positions import located
from hatch_agpm.tera.runtime.arithmetic import calculate
from hatch_agpm.tera.runtime.scope import Loop
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
    from collections.abc import Callable, Iterator, Sequence

    from hatch_agpm.tera.runtime.scope import Scope

__all__ = ["OPERATORS"]

OPERATORS: Final[dict[str, Callable[..., object]]] = {}

_Function = TypeVar("_Function", bound="Callable[..., object]")


def _operator(function: _Function) -> _Function:
    OPERATORS[function.__name__] = function
    return function


# Text


@_operator
def show(scope: Scope, value: object) -> str:
    """Return what `{{ value }}` prints, and count it."""
    if isinstance(value, list):
        scope.account.used(value)
    text = value if isinstance(value, str) else render(value)
    scope.account.write(text)
    return text


@_operator
def open_section(scope: Scope, _: int) -> None:
    """Begin a filter section, whose text is counted by itself."""
    scope.sections.append(scope.account.open())


@_operator
def section(scope: Scope, text: str) -> str:
    scope.account.close(scope.sections.pop())
    scope.account.made(text)
    return text


# Variables


@_operator
def peek(
    scope: Scope, root: str, steps: tuple[str, ...], _text: str, _at: int
) -> object:
    """Return a variable or `MISSING`."""
    return scope.look_up(root, steps)


@_operator
def path(scope: Scope, root: str, steps: tuple[str, ...], text: str, at: int) -> object:
    """Return a variable that must be there."""
    value = scope.look_up(root, steps)
    return _defined(scope, value, text, at) if isinstance(value, Missing) else value


@_operator
def peek_at(scope: Scope, text: str, at: int) -> object:
    try:
        return scope.look_up_text(text)
    except Refusal as refusal:
        refusal.at = at
        raise
    except Failure:
        return Missing.MISSING


@_operator
def path_at(scope: Scope, text: str, at: int) -> object:
    try:
        value = scope.look_up_text(text)
    except Failure as failure:
        failure.at = at
        raise
    return _defined(scope, value, text, at) if isinstance(value, Missing) else value


def _defined(scope: Scope, _value: Missing, text: str, at: int) -> NoReturn:
    from hatch_agpm.tera.runtime.hints import undefined  # noqa: PLC0415 - errors

    raise undefined(scope, text, at)


@_operator
def dump(scope: Scope, _at: int) -> str:
    """Return all variables as pretty JSON."""
    known = dict(scope.everything())
    scope.account.work(200 * measured(known).items)
    text = encode(known, pretty=True)
    scope.account.made(text)
    return text


@_operator
def absent(_: Scope, value: object) -> bool:
    return isinstance(value, Missing)


@_operator
def fallback(_: Scope, value: object, default: Callable[[], object]) -> object:
    """Apply filter `default`: to what is undefined, and to null."""
    return default() if isinstance(value, Missing) or value is None else value


@_operator
def assign(scope: Scope, value: object, name: str, everywhere: bool) -> None:  # noqa: FBT001 - called by compiled code
    scope.assign(name, value, everywhere=everywhere)


# Conditions


@_operator
def truth(_: Scope, value: object) -> bool:
    return truthy(value)


@_operator
def holds(_: Scope, value: object) -> bool:
    """Say whether a variable holds; one that is missing does not."""
    return truthy(value)


@_operator
def attempt(_: Scope, value: Callable[[], object]) -> bool:
    """Evaluate a condition on a variable: any error but a Refusal makes it false."""
    try:
        return truthy(value())
    except Refusal:
        raise
    except (Failure, AgpmError):
        return False


@_operator
def text_truth(_: Scope, value: object, at: int) -> bool:
    if not isinstance(value, str):
        what = "a concatenation in a condition has to stay a string"
        raise Refusal(what, describe(value), at=at)
    return bool(value)


@_operator
def number_truth(_: Scope, value: Number | None) -> bool:
    return value is not None and value != 0


@_operator
def flag(_: Scope, value: object, name: str, at: int) -> bool:
    if not isinstance(value, bool):
        what = f"function '{name}' is used as a condition and returns no boolean"
        raise Failure(what, describe(value), at=at)
    return value


_COMPARISONS: Final = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


@_operator
def compare(
    _: Scope, left: Number | None, right: Number | None, sign: str, at: int
) -> bool:
    if left is None or right is None:
        raise Failure(f"'{sign}' compares with NaN", at=at)
    return bool(_COMPARISONS[sign](float(left), float(right)))


@_operator
def equal(scope: Scope, left: object, right: object, negated: bool) -> bool:  # noqa: FBT001
    return _equal(scope, left, right, wanted=not negated)


@_operator
def unequal(scope: Scope, left: object, right: object, negated: bool) -> bool:  # noqa: FBT001
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


@_operator
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


@_operator
def number(_: Scope, value: object, what: str, at: int) -> Number:
    result = as_number(value)
    if result is None:
        raise Failure(f"calculates with {what}", describe(value), at=at)
    return result


@_operator
def printable(_: Scope, value: Number | None) -> Number | str:
    return "NaN" if value is None else value


@_operator
def arithmetic(
    _: Scope, operands: list[Number | None], operators: str, at: int
) -> Number | None:
    try:
        return calculate(operands, operators)
    except Failure as failure:
        raise _placed(failure, at) from None


# Text from parts, calls


@_operator
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


@_operator
def array(scope: Scope, items: list[object], at: int) -> list[object]:
    try:
        return scope.account.array(items)
    except Failure as failure:
        raise _placed(failure, at) from None


@_operator
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
            raise _placed(failure, at) from None
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
        from hatch_agpm.tera.runtime.hints import unknown_filter  # noqa: PLC0415 - errors

        raise unknown_filter(name, [*FILTERS, *scope.filters])
    return builtin(value, Arguments(f"filter '{name}'", given, scope))


@_operator
def call(scope: Scope, given: dict[str, object], name: str, at: int) -> object:
    try:
        from hatch_agpm.tera.builtins.functions import FUNCTIONS  # noqa: PLC0415 - rare

        function = FUNCTIONS.get(name)
        if function is None:
            from hatch_agpm.tera.runtime.hints import unknown_function  # noqa: PLC0415 - errors

            raise unknown_function(name, FUNCTIONS)
        result = function(Arguments(f"function '{name}'", given, scope))
        scope.account.made(result)
    except Failure as failure:
        raise _placed(failure, at) from None
    return result


@_operator
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
        from hatch_agpm.tera.builtins.tests import TESTS  # noqa: PLC0415 - rare

        function = TESTS.get(name)
        if function is None:
            from hatch_agpm.tera.runtime.hints import unknown_test  # noqa: PLC0415 - errors

            raise unknown_test(name, TESTS)
        return function(value, arguments, scope.account)
    except Failure as failure:
        raise _placed(failure, at) from None


@_operator
def macro(scope: Scope, arguments: dict[str, object], name: str, at: int) -> str:
    """Call a macro; what it prints is a value."""
    try:
        scope.enter_macro(arguments)
    except Failure as failure:
        raise _placed(failure, at) from None
    text = part(scope, f"{MACRO}{name}")
    scope.leave()
    return text


@_operator
def turn(scope: Scope, weight: int) -> None:
    """Count a call of a macro or a block like a turn of a loop."""
    scope.account.iterate(weight)


@_operator
def part(scope: Scope, name: str) -> str:
    """Run a part of the template that is a function of its own."""
    before = scope.account.open()
    text = str(scope.vars[name]())
    scope.account.close(before)
    scope.account.made(text)
    return text


def _placed(failure: Failure, at: int) -> Failure:
    if failure.at < 0:
        failure.at = at
    return failure


# Tags


@_operator
def loop(  # noqa: PLR0913, PLR0917 - compiled code calls it
    scope: Scope,
    container: object,
    key: str,
    name: str,
    label: str,
    weight: int,
    at: int,
) -> Iterator[int]:
    """Run a `for` loop."""
    scope.account.used(container)
    if isinstance(container, str) and not container.isascii():
        scope.account.items(len(container))
    run = _loop_over(container, key, name, label, at)
    scope.loop_was_empty = not run.length
    if run.length:
        for index in scope.enter_loop(run):
            scope.account.iterate(weight)
            yield index
        scope.loop_was_empty = False


@_operator
def was_empty(scope: Scope, _: int) -> bool:
    """Say whether the loop that has just ended had nothing to loop over."""
    return scope.loop_was_empty


def _loop_over(container: object, key: str, name: str, label: str, at: int) -> Loop:
    if isinstance(container, dict):
        if not key:
            what = f"'{label}' is an object, which gives a key and a value"
            raise Failure(what, hint=f"write 'for key, {name} in ...'", at=at)
        keys = sorted(container)
        return Loop((key, name), keys, [container[k] for k in keys], len(keys))
    if not isinstance(container, list | str):
        what = f"'{label}' cannot be looped over"
        raise Failure(what, describe(container), at=at)
    if key:
        kind = "an array" if isinstance(container, list) else "a string"
        what = f"'{label}' is {kind}, which gives no key"
        raise Failure(what, hint=f"write 'for {name} in ...'", at=at)
    if isinstance(container, list):
        return Loop(("", name), [], container, len(container))
    return Loop(("", name), [], _clusters(container), len(container))


def _clusters(text: str) -> Sequence[object]:
    if text.isascii() and "\r\n" not in text:
        return text
    from hatch_agpm.tera.builtins.graphemes import graphemes  # noqa: PLC0415 - rare

    return graphemes(text)


@_operator
def jump(scope: Scope, word: str, at: int) -> None:
    """Prepare a `break` or `continue`."""
    try:
        scope.current_loop(f"'{word}'")
    except Failure as failure:
        raise _placed(failure, at) from None
    if word == "break":
        scope.leave()
        scope.loop_was_empty = False


@_operator
def fail(_: Scope, what: str, at: int) -> NoReturn:
    raise Failure(what, at=at)


@_operator
def refuse(_: Scope, what: str, hint: str, at: int) -> NoReturn:
    raise Refusal(what, hint=hint, at=at)
