# SPDX-License-Identifier: MIT-0
"""Compiles the expressions of programs to functions that take a scope."""

from __future__ import annotations

import operator
from importlib import import_module

from .language import filter_named, test_named
from .operators import BINARY, call, slice_of
from .scope import lookup
from .values import MISSING, MissingElse, UndefinedValue, attribute, item, show

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from .scope import CallScope, _Value

    _Arguments = Callable[[CallScope], tuple[list[Any], dict[str, Any]]]

__all__ = ["arguments", "evaluator"]


def evaluator(code: Any) -> _Value:
    """Return the function that evaluates an expression."""
    if not isinstance(code, list):
        return lambda _: code
    name, *rest = code
    return _KINDS[name](*rest)


def _constant(value: Any) -> _Value:
    return lambda _: value


def _variable(name: str) -> _Value:
    def read(scope: CallScope) -> Any:
        value = scope.run.values.get(name, MISSING)
        return UndefinedValue(f"'{name}' is undefined") if value is MISSING else value

    return read


def _fill(number: int) -> _Value:
    return lambda scope: scope.run.embedded[number]()


def _attribute(of: Any, name: str) -> _Value:
    value = evaluator(of)
    return lambda scope: attribute(value(scope), name)


def _item(of: Any, key: Any) -> _Value:
    value, found = evaluator(of), evaluator(key)
    return lambda scope: item(value(scope), found(scope))


def _slice(of: Any, *bounds: Any) -> _Value:
    value, parts = evaluator(of), [evaluator(each) for each in bounds]
    return lambda scope: slice_of(
        scope.run.budget, value(scope), [part(scope) for part in parts]
    )


def arguments(
    given: list[Any], named: Mapping[str, Any], more: Any = None, more_named: Any = None
) -> _Arguments:
    """Return the function that evaluates the arguments of a call."""
    values = [evaluator(each) for each in given]
    by_name = [(name, evaluator(each)) for name, each in named.items()]
    rest = evaluator(more) if more is not None else None
    rest_named = evaluator(more_named) if more_named is not None else None

    def evaluate(scope: CallScope) -> tuple[list[Any], dict[str, Any]]:
        found = [value(scope) for value in values]
        if rest is not None:
            found += rest(scope)
        found_named = {name: value(scope) for name, value in by_name}
        if rest_named is not None:
            found_named = dict(**found_named, **rest_named(scope))
        return found, found_named

    return evaluate


def _filter(of: Any, name: str, *given: Any) -> _Value:
    value, function = evaluator(of), filter_named(name)
    if not given:
        return lambda scope: function(scope.run.budget, value(scope))
    evaluate = arguments(*given)

    def apply(scope: CallScope) -> Any:
        of = value(scope)
        found, named = evaluate(scope)
        return function(scope.run.budget, of, *found, **named)

    return apply


def _test(of: Any, name: str, *given: Any) -> _Value:
    value, function = evaluator(of), test_named(name)
    if not given:
        return lambda scope: function(value(scope))
    evaluate = arguments(*given)

    def apply(scope: CallScope) -> Any:
        of = value(scope)
        found, named = evaluate(scope)
        return function(of, *found, **named)

    return apply


def _section() -> _Value:
    return lambda scope: scope.text


def _call(of: Any, *given: Any) -> _Value:
    function, evaluate = evaluator(of), arguments(*given)

    def apply(scope: CallScope) -> Any:
        called = function(scope)
        found, named = evaluate(scope)
        return call(scope.run.budget, called, found, named)

    return apply


def _global(name: str) -> _Value:
    functions: Any = import_module(".builtins.functions", __package__)
    function = functions.FUNCTIONS[name]
    return lambda scope: function(scope.run.budget)


def _compare(of: Any, operands: list[Any]) -> _Value:
    first = evaluator(of)
    rest = [(_COMPARISONS[sign], evaluator(each)) for sign, each in operands]
    if len(rest) == 1:
        ((only, second),) = rest
        return lambda scope: only(first(scope), second(scope))

    def compare(scope: CallScope) -> Any:
        left, result = first(scope), True
        for compared, operand in rest:
            right = operand(scope)
            result = compared(left, right)
            if not result:
                break
            left = right
        return result

    return compare


def _choose(condition: Any, chosen: Any, *otherwise: Any) -> _Value:
    test, value = evaluator(condition), evaluator(chosen)
    other = evaluator(otherwise[0]) if otherwise else _no_else
    return lambda scope: value(scope) if test(scope) else other(scope)


def _no_else(_: CallScope) -> MissingElse:
    return MissingElse("the inline 'if' is false and has no 'else'")


def _join(*parts: Any) -> _Value:
    values = [evaluator(each) for each in parts]

    def join(scope: CallScope) -> str:
        budget = scope.run.budget
        text = "".join([show(value(scope), budget) for value in values])
        budget.text(len(text))
        return text

    return join


def _list(*parts: Any) -> _Value:
    values = [evaluator(each) for each in parts]

    def make(scope: CallScope) -> list[Any]:
        made = [value(scope) for value in values]
        scope.run.budget.whole(made)
        return made

    return make


def _tuple(*parts: Any) -> _Value:
    make = _list(*parts)
    return lambda scope: tuple(make(scope))


def _dict(*pairs: Any) -> _Value:
    values = [(evaluator(key), evaluator(value)) for key, value in pairs]

    def make(scope: CallScope) -> dict[Any, Any]:
        made = {key(scope): value(scope) for key, value in values}
        scope.run.budget.whole(made)
        return made

    return make


def _not(of: Any) -> _Value:
    value = evaluator(of)
    return lambda scope: not value(scope)


def _negative(of: Any) -> _Value:
    value = evaluator(of)
    return lambda scope: -value(scope)


def _positive(of: Any) -> _Value:
    value = evaluator(of)
    return lambda scope: +value(scope)


def _and(one: Any, other: Any) -> _Value:
    first, second = evaluator(one), evaluator(other)
    return lambda scope: first(scope) and second(scope)


def _or(one: Any, other: Any) -> _Value:
    first, second = evaluator(one), evaluator(other)
    return lambda scope: first(scope) or second(scope)


def _binary(sign: str, one: Any, other: Any) -> _Value:
    operate, first, second = BINARY[sign], evaluator(one), evaluator(other)
    return lambda scope: operate(scope.run.budget, first(scope), second(scope))


def _markup(text: str) -> _Value:
    markup: Any = import_module(".builtins.markup", __package__)
    value = markup.Markup(text)
    return lambda _: value


_COMPARISONS: Mapping[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "in": lambda value, values: value in values,
    "not in": lambda value, values: value not in values,
}
_KINDS: Mapping[str, Callable[..., _Value]] = {
    "=": _constant,
    "and": _and,
    "attribute": _attribute,
    "binary": _binary,
    "call": _call,
    "choose": _choose,
    "compare": _compare,
    "dict": _dict,
    "fill": _fill,
    "filter": _filter,
    "function": _global,
    "item": _item,
    "join": _join,
    "list": _list,
    "local": lambda name, levels=0: lookup(name, levels),
    "markup": _markup,
    "negative": _negative,
    "not": _not,
    "or": _or,
    "positive": _positive,
    "section": _section,
    "slice": _slice,
    "test": _test,
    "tuple": _tuple,
    "variable": _variable,
}
