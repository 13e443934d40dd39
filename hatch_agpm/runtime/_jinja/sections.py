# SPDX-License-Identifier: MIT-0
"""Blocks, variables of a part of a template, and texts that are filtered or kept."""

from __future__ import annotations

from .expressions import evaluator
from .limits import RunError
from .operations.undefined import UndefinedValue
from .program import body_of, setter
from .scope import CallScope, Run, run, starter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from .scope import _Step

__all__ = ["STEPS", "print_text"]


def _capture(
    target: Any, variables: Mapping[str, Any], body: Sequence[Any], code: Any
) -> _Step:
    assign, text, value = setter(target), _texts(variables, body), evaluator(code)

    def step(scope: CallScope, _: list[str]) -> object:
        jump = text(scope)
        if not jump:
            assign(scope, value(scope))
        return jump

    return step


def _filter_block(
    variables: Mapping[str, Any], body: Sequence[Any], code: Any
) -> _Step:
    text, value = _texts(variables, body), evaluator(code)

    def step(scope: CallScope, pieces: list[str]) -> object:
        jump = text(scope)
        if not jump:
            print_text(value(scope), pieces)
        return jump

    return step


def print_text(value: object, pieces: list[str]) -> None:
    """Print what a section or a call block gives, which must be a text."""
    if not isinstance(value, str):
        kind = type(value).__name__
        raise RunError(f"a section must give a text, got a value of type {kind!r}")
    pieces.append(str(value))


def _texts(
    variables: Mapping[str, Any], body: Sequence[Any]
) -> Callable[[CallScope], object]:
    """Return the function that runs a body and keeps its text for an expression."""
    start, steps = starter(variables), body_of(body)

    def collect(scope: CallScope) -> object:
        start(scope)
        pieces: list[str] = []
        jump = run(scope, steps, pieces)
        scope.text = scope.run.budget.joined(pieces)
        scope.run.budget.work(len(scope.text))
        return jump

    return collect


def _block(
    variables: Mapping[str, Any], shared: Mapping[str, Any], body: Sequence[Any]
) -> _Step:
    start, steps = starter(variables), body_of(body)
    values = [(name, evaluator(code)) for name, code in shared.items()]

    def step(scope: CallScope, pieces: list[str]) -> None:
        above = scope.run
        given = dict(above.values)
        for name, value in values:
            found = value(scope)
            if not isinstance(found, UndefinedValue):
                given[name] = found
        inside = CallScope(Run(given, above.budget, above.embedded))
        start(inside)
        run(inside, steps, pieces)

    return step


def _do(code: Any) -> _Step:
    value = evaluator(code)

    def step(scope: CallScope, _: list[str]) -> None:
        value(scope)

    return step


def _with(
    variables: Mapping[str, Any], given: Sequence[Any], body: Sequence[Any]
) -> _Step:
    start, steps = starter(variables), body_of(body)
    values = [(setter(target), evaluator(code)) for target, code in given]

    def step(scope: CallScope, pieces: list[str]) -> object:
        start(scope)
        for assign, value in values:
            assign(scope, value(scope))
        return run(scope, steps, pieces)

    return step


def _share(name: str, variable: str) -> _Step:
    def step(scope: CallScope, _: list[str]) -> None:
        scope.run.values[name] = scope.names[variable]

    return step


STEPS: Mapping[str, Callable[..., _Step]] = {
    "block": _block,
    "capture": _capture,
    "do": _do,
    "filter_block": _filter_block,
    "share": _share,
    "with": _with,
}
