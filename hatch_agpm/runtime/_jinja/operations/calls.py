# SPDX-License-Identifier: MIT-0
"""Calls of filters, tests, functions and methods."""

from __future__ import annotations

from .. import part
from ..builtins import filter_named, test_named
from ..expressions import evaluator
from ..limits import RunError
from .measures import counted, limit_text
from .undefined import UndefinedValue

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from ..limits import Budget
    from ..scope import CallScope, _Value

    _Arguments = Callable[[CallScope], tuple[list[Any], dict[str, Any]]]

__all__ = ["KINDS", "arguments", "call"]

_MARKS = ("unsafe_callable", "alters_data")
"""Attributes by which authors of functions forbid templates to call them."""

_REPLACE_TEXTS = 2
"""The texts that a replacement takes: the old and the new part."""


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


def _call(of: Any, *given: Any) -> _Value:
    function, evaluate = evaluator(of), arguments(*given)

    def apply(scope: CallScope) -> Any:
        called = function(scope)
        found, named = evaluate(scope)
        return call(scope.run.budget, called, found, named)

    return apply


def _function(name: str) -> _Value:
    function = part("builtins.functions").FUNCTIONS[name]
    return lambda scope: function(scope.run.budget)


def call(
    budget: Budget, function: Any, given: Sequence[Any], named: Mapping[str, Any]
) -> Any:
    """Return the result of a call."""
    budget.turn()
    owner = getattr(function, "__self__", None)
    if isinstance(owner, str):
        _check_method(budget, function.__name__, owner, given)
    if any(getattr(function, mark, False) for mark in _MARKS):
        raise RunError(f"a value of type {type(function).__name__!r} may not be called")
    try:
        result = function(*given, **named)
    except StopIteration:
        return UndefinedValue(
            "the value is undefined, because a call raised StopIteration"
        )
    return counted(budget, result)


def _check_method(budget: Budget, name: str, owner: str, given: Sequence[Any]) -> None:
    """Refuse a text that would become too large, before it does."""
    if name == "replace" and len(given) >= _REPLACE_TEXTS:
        old, new = given[:_REPLACE_TEXTS]
        if isinstance(old, str) and isinstance(new, str):
            limit_text(budget, len(owner) + owner.count(old) * len(new))
    elif name == "join" and given and isinstance(given[0], (list, tuple)):
        texts = sum(len(each) for each in given[0] if isinstance(each, str))
        limit_text(budget, texts + len(owner) * len(given[0]))
    else:
        budget.work(len(owner))


KINDS: Mapping[str, Callable[..., _Value]] = {
    "call": _call,
    "filter": _filter,
    "function": _function,
    "test": _test,
}
