# SPDX-License-Identifier: MIT-0
"""
Compiles programs, which are templates as data, to functions that run them.

docs/reference/index.md describes the format.
"""

from __future__ import annotations

from functools import partial
from importlib import import_module

from .._variables import FillError, normalised
from .expressions import evaluator
from .limits import Budget, RunError
from .loops import LoopTurns
from .scope import CallScope, Run, run, starter
from .values import Public, show

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import Any

    from .scope import _Step, _Value

__all__ = ["JinjaProgram", "body_of", "setter"]


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

    def _text(self, values: Mapping[str, Any], budget: Budget) -> str:
        """Return the text as it is embedded, without newlines at its ends."""
        pieces: list[str] = []
        try:
            run(self.scope(values, budget), self.body, pieces)
            return normalised("".join(pieces))
        except RunError as failure:
            failure.file = failure.file or self._file
            raise
        except FillError as error:
            frontmatter = RunError(str(error))
            frontmatter.file = self._file
            raise frontmatter from None


def body_of(statements: Sequence[Any]) -> list[_Step]:
    """Return the functions that run statements."""
    return [_step(statement) for statement in statements]


def _step(statement: Any) -> _Step:
    if isinstance(statement, str):
        return _text_step(statement)
    name, *rest, line = statement
    if name in _RARE:
        module: Any = import_module(".sections", __package__)
        step = module.STEPS[name](*rest)
    else:
        step = _STEPS[name](*rest)

    def run_step(scope: CallScope, pieces: list[str]) -> object:
        try:
            return step(scope, pieces)
        except (RunError, MemoryError, RecursionError) as error:
            if isinstance(error, RunError):
                error.line = error.line or line
            raise
        except Exception as error:
            failure = RunError(str(error) or type(error).__name__)
            failure.line = line
            raise failure from error

    return run_step


def _text_step(text: str) -> _Step:
    length = len(text)

    def step(scope: CallScope, pieces: list[str]) -> None:
        scope.run.budget.write(length)
        pieces.append(text)

    return step


def _print(code: Any) -> _Step:
    value = evaluator(code)

    def step(scope: CallScope, pieces: list[str]) -> None:
        budget = scope.run.budget
        text = show(value(scope), budget)
        budget.write(len(text))
        pieces.append(text)

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


def _do(code: Any) -> _Step:
    value = evaluator(code)

    def step(scope: CallScope, _: list[str]) -> None:
        value(scope)

    return step


# Assignments


def setter(target: Any) -> Callable[[CallScope, Any], object]:
    """Return the function that assigns to a name, to an attribute, or to several."""
    if isinstance(target, str):
        return lambda scope, value: scope.names.__setitem__(target, value)
    kind, *rest = target
    if kind == "attribute":
        of, name = rest
        return _namespace_setter(evaluator(of), name)
    setters = [setter(each) for each in rest]

    def unpack(scope: CallScope, value: Any) -> None:
        values = tuple(value)
        if len(values) != len(setters):
            raise RunError(f"{len(values)} values for {len(setters)} names")
        for each, part in zip(setters, values):
            each(scope, part)

    return unpack


def _namespace_setter(of: _Value, name: str) -> Callable[[CallScope, Any], object]:
    def assign(scope: CallScope, value: Any) -> None:
        namespace: Any = of(scope)
        if not isinstance(namespace, Public) or not hasattr(namespace, "_set"):
            raise RunError("only attributes of a namespace can be set")
        namespace._set(name, value)

    return assign


def _set(target: Any, code: Any) -> _Step:
    assign, value = setter(target), evaluator(code)

    def step(scope: CallScope, _: list[str]) -> None:
        assign(scope, value(scope))

    return step


def _share(name: str, variable: str) -> _Step:
    def step(scope: CallScope, _: list[str]) -> None:
        scope.run.values[name] = scope.names[variable]

    return step


# Loops


def _for(
    loop: Sequence[Any],
    variables: Mapping[str, Any],
    body: Sequence[Any],
    condition: Sequence[Any],
    empty: Sequence[Any],
) -> _Step:
    target, code, name, is_recursive = loop
    values, turns = evaluator(code), _turns(target, name, variables, body, empty)
    chosen = _chosen(target, *condition) if condition else None

    def start(
        scope: CallScope, of: Any, pieces: list[str], depth0: int, again: Any
    ) -> Any:
        scope.run.budget.used(of)
        found = chosen(scope, of) if chosen else of
        return turns(scope, LoopTurns(found, again, depth0) if name else found, pieces)

    def step(scope: CallScope, pieces: list[str]) -> object:
        return start(scope, values(scope), pieces, 0, None)

    def recursive(scope: CallScope, pieces: list[str]) -> None:
        budget = scope.run.budget

        def again(of: Any, depth0: int) -> str:
            budget.enter()
            inside: list[str] = []
            start(CallScope(scope.run, scope), of, inside, depth0, again)
            budget.leave()
            return "".join(inside)

        pieces.append(again(values(scope), 0))

    return recursive if is_recursive else step


def _turns(
    target: Any,
    name: str,
    variables: Mapping[str, Any],
    body: Sequence[Any],
    empty: Sequence[Any],
) -> Callable[[CallScope, Any, list[str]], object]:
    """Return the function that runs the body of a loop for each value."""
    start, steps, assign = starter(variables), body_of(body), setter(target)
    start_empty = starter(empty[0]) if empty else None
    otherwise = body_of(empty[1]) if empty else []

    def turns(scope: CallScope, values: Any, pieces: list[str]) -> object:
        is_empty = True
        turn = scope.run.budget.turn
        names = scope.names
        for value in values:
            turn()
            assign(scope, value)
            if name:
                names[name] = values
            start(scope)
            jump = None
            for step in steps:
                jump = step(scope, pieces)
                if jump:
                    break
            if jump == "break":
                break
            # As in Jinja2, a turn that `continue` ends does not count.
            is_empty = is_empty and jump is not None
        if is_empty and start_empty:
            start_empty(scope)
            return run(scope, otherwise, pieces)
        return None

    return turns


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


def _jump(word: str) -> _Step:
    return lambda _scope, _pieces: word


# Blocks of variables


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


_STEPS: Mapping[str, Callable[..., _Step]] = {
    "do": _do,
    "for": _for,
    "if": _if,
    "jump": _jump,
    "print": _print,
    "set": _set,
    "share": _share,
    "with": _with,
}
_RARE = ("block", "call_block", "capture", "filter_block", "macro")
"""The statements of the module `sections`."""
