# SPDX-License-Identifier: MIT-0
"""
Compiles programs, which are templates as data, to functions that run them.

docs/reference/index.md describes the format.
"""

from __future__ import annotations

from functools import partial

from .._variables import FillError, normalised
from . import part
from .expressions import evaluator
from .limits import RunError
from .scope import CallScope, Run, run, starter
from .values import show

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from .limits import Budget
    from .scope import _Body, _Step

__all__ = ["STATEMENTS", "JinjaProgram", "body_of", "setter"]

STATEMENTS: Mapping[str, str] = {
    **dict.fromkeys(("call_block", "macro"), "macros"),
    **dict.fromkeys(("block", "capture", "do", "filter_block"), "sections"),
    **dict.fromkeys(("for", "jump"), "loops"),
    **dict.fromkeys(("share", "with"), "sections"),
}
"""The modules of statements that not all programs have."""


class JinjaProgram:
    """A compiled program, which runs any number of times."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        """Compile a program, and those of the texts that it embeds."""
        self._known: dict[str, Any] = data["known"]
        self._start = starter(data["variables"])
        self.body = body_of(data["body"])
        self._embedded = [JinjaProgram(each) for each in data["embedded"]]
        self._file: str = data["file"]

    def scope(self, values: Mapping[str, Any], budget: Budget) -> CallScope:
        """Return the scope for the values of one call."""
        embedded = [partial(each._text, values, budget) for each in self._embedded]
        scope = CallScope(Run({**self._known, **values}, budget, embedded))
        self._start(scope)
        return scope

    def run(self, values: Mapping[str, Any], budget: Budget) -> str:
        """Return the text for the values of one call."""
        pieces: list[str] = []
        run(self.scope(values, budget), self.body, pieces)
        return budget.joined(pieces)

    def _text(self, values: Mapping[str, Any], budget: Budget) -> str:
        """Return the text as it is embedded, without newlines at its ends."""
        try:
            return normalised(self.run(values, budget))
        except RunError as failure:
            failure.file = failure.file or self._file
            raise
        except FillError as error:
            frontmatter = RunError(str(error))
            frontmatter.file = self._file
            raise frontmatter from None


def body_of(statements: Sequence[Any]) -> _Body:
    """Return the functions that run statements, each with its line."""
    return [_statement(statement) for statement in statements]


def _statement(statement: Any) -> tuple[int, _Step]:
    if isinstance(statement, str):
        return 0, lambda _, pieces: pieces.append(statement)
    name, *rest, line = statement
    steps = _STEPS if name in _STEPS else part(STATEMENTS[name]).STEPS
    return line, steps[name](*rest)


def _print(code: Any) -> _Step:
    value = evaluator(code)

    def step(scope: CallScope, pieces: list[str]) -> None:
        found = value(scope)
        pieces.append(found if type(found) is str else show(found, scope.run.budget))

    return step


def _if(branches: Sequence[Any], otherwise: Sequence[Any]) -> _Step:
    tests = [(evaluator(condition), body_of(body)) for condition, body in branches]
    last = body_of(otherwise)

    def step(scope: CallScope, pieces: list[str]) -> object:
        for condition, body in tests:
            if condition(scope):
                return run(scope, body, pieces)
        return run(scope, last, pieces)

    return step


def setter(target: Any) -> Callable[[CallScope, Any], object]:
    """Return the function that assigns to a name, to an attribute, or to several."""
    if isinstance(target, str):
        return lambda scope, value: scope.names.__setitem__(target, value)
    assign: Callable[[CallScope, Any], object]
    assign = part("operations.targets").setter_of(*target)
    return assign


def _set(target: Any, code: Any) -> _Step:
    assign, value = setter(target), evaluator(code)

    def step(scope: CallScope, _: list[str]) -> None:
        assign(scope, value(scope))

    return step


_STEPS: Mapping[str, Callable[..., _Step]] = {
    "if": _if,
    "print": _print,
    "set": _set,
}
