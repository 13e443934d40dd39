# SPDX-License-Identifier: MIT-0
"""Loops with a condition, and loops that call themselves."""

from __future__ import annotations

from ..expressions import evaluator
from ..program import setter
from ..scope import CallScope, starter
from .measures import enter, leave

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import Any

    from ..scope import _Step, _Value

__all__ = ["of_chosen", "recursive"]


def of_chosen(
    target: Any,
    variables: Mapping[str, Any],
    condition: Any,
    turns: Callable[..., object],
) -> Callable[..., object]:
    """Return what runs the turns of a loop for values for which a condition holds."""
    chosen = _chosen(target, variables, condition)
    return lambda scope, values, *more: turns(scope, chosen(scope, values), *more)


def _chosen(
    target: Any, variables: Mapping[str, Any], condition: Any
) -> Callable[[CallScope, Any], Iterator[Any]]:
    """Return the function that yields the values for which a condition holds."""
    start, assign, holds = starter(variables), setter(target), evaluator(condition)
    is_tuple = isinstance(target, list)

    def chosen(outer: CallScope, values: Any) -> Iterator[Any]:
        scope = CallScope(outer.run, outer)
        start(scope)
        for value in values:
            outer.run.budget.turn()
            assign(scope, value)
            if holds(scope):
                yield tuple(value) if is_tuple else value

    return chosen


def recursive(values: _Value, turns: Callable[..., object]) -> _Step:
    """Return the step of a loop that calls itself."""

    def step(scope: CallScope, pieces: list[str]) -> None:
        budget = scope.run.budget

        def again(of: Any, depth0: int) -> str:
            enter(budget)
            inside: list[str] = []
            turns(CallScope(scope.run, scope), of, inside, again, depth0)
            leave(budget)
            return budget.joined(inside)

        pieces.append(again(values(scope), 0))

    return step
