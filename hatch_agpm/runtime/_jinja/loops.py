# SPDX-License-Identifier: MIT-0
"""Loops."""

from __future__ import annotations

from . import part
from .expressions import evaluator
from .program import body_of, setter
from .scope import run, starter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from .scope import CallScope, _Step

__all__ = ["STEPS"]


def _for(
    loop: Sequence[Any],
    variables: Mapping[str, Any],
    body: Sequence[Any],
    condition: Sequence[Any],
    empty: Sequence[Any],
) -> _Step:
    target, code, name, is_recursive = loop
    values, turns = evaluator(code), _turns(target, name, variables, body, empty)
    if condition:
        turns = part("operations.choosing").of_chosen(target, *condition, turns)
    if is_recursive:
        step: _Step = part("operations.choosing").recursive(values, turns)
        return step
    return lambda scope, pieces: turns(scope, values(scope), pieces)


def _turns(
    target: Any,
    name: str,
    variables: Mapping[str, Any],
    body: Sequence[Any],
    empty: Sequence[Any],
) -> Callable[..., object]:
    """
    Return the function that runs the body of a loop for each value.

    It takes the scope, the values, the list of pieces and, for a recursive loop, what
    calls it again, and its depth.
    """
    start, steps, assign = starter(variables), body_of(body), setter(target)
    otherwise = _otherwise(*empty) if empty else None
    about_loop = part("operations.turns").LoopTurns if name else None

    def turns(
        scope: CallScope, values: Any, pieces: list[str], *recursion: Any
    ) -> object:
        is_empty = True
        turn, names = scope.run.budget.turn, scope.names
        if about_loop:
            values = about_loop(values, *recursion)
        for value in values:
            turn()
            assign(scope, value)
            if name:
                names[name] = values
            start(scope)
            jump = run(scope, steps, pieces)
            if jump == "break":
                break
            # As in Jinja2, a turn that `continue` ends does not count.
            is_empty = is_empty and jump is not None
        return otherwise(scope, pieces) if is_empty and otherwise else None

    return turns


def _otherwise(variables: Mapping[str, Any], body: Sequence[Any]) -> _Step:
    """Return the step that runs the body for no values."""
    start, steps = starter(variables), body_of(body)

    def step(scope: CallScope, pieces: list[str]) -> object:
        start(scope)
        return run(scope, steps, pieces)

    return step


def _jump(word: str) -> _Step:
    return lambda _scope, _pieces: word


STEPS: Mapping[str, Callable[..., _Step]] = {
    "for": _for,
    "jump": _jump,
}
