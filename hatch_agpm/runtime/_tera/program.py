# SPDX-License-Identifier: MIT-0
"""
Compiles programs, which are templates as data, to functions that run them.

docs/reference/index.md describes the format.
"""

from __future__ import annotations

from functools import partial

from . import operators
from .failures import Failure
from .limits import Account, Bounds
from .scope import Scope, start_loop
from .steps import (
    for_step,
    if_step,
    jump_step,
    output_step,
    path_step,
    set_step,
    text_of,
    text_step,
)
from .values import MISSING

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from .language import Language
    from .limits import _HasLimits
    from .steps import _Body, _Evaluator, _Function, _Piece, _Step

    _Data = Mapping[str, Any]
    """A program: its `body`, and its `functions` by name."""

__all__ = ["OPERANDS", "Program", "evaluator"]

_OPERATORS: Mapping[str, tuple[Callable[..., object], str]] = {
    "absent": (operators.absent, "v"),
    "arithmetic": (operators.arithmetic, "v"),
    "array": (operators.array, "v"),
    "attempt": (operators.attempt, "l"),
    "block": (operators.block, ""),
    "call": (operators.call, "v"),
    "compare": (operators.compare, "vv"),
    "concatenate": (operators.concatenate, "v"),
    "contains": (operators.contains, "vv"),
    "dump": (operators.dump, ""),
    "equal": (partial(operators.equal, wanted=True), "vv"),
    "fail": (operators.fail, ""),
    "fallback": (operators.fallback, "vl"),
    "fill": (operators.fill, ""),
    "flag": (operators.flag, "v"),
    "macro": (operators.macro, "v"),
    "number": (operators.number, "v"),
    "number_truth": (operators.number_truth, "v"),
    "path": (operators.path, ""),
    "path_at": (operators.path_at, ""),
    "path_in": (operators.path_in, ""),
    "peek": (operators.peek, ""),
    "peek_at": (operators.peek_at, ""),
    "peek_in": (operators.peek_in, ""),
    "printable": (operators.printable, "v"),
    "refuse": (operators.refuse, ""),
    "test": (operators.test, "lv"),
    "text_truth": (operators.text_truth, "v"),
    "unequal": (partial(operators.equal, wanted=False), "vv"),
}
"""For each operator its function and operands: `v` a value, `l` one that is delayed."""


OPERANDS: Mapping[str, str] = {name: kinds for name, (_, kinds) in _OPERATORS.items()}
"""The operands of each operator, which are before what is known from the template."""


class Program:
    """A compiled program, which runs any number of times."""

    def __init__(self, data: _Data) -> None:
        """Compile a program, and those of the texts that it embeds."""
        self.body = _body(data["body"])
        self.functions: dict[str, _Function] = {
            name: (weight, _body(body))
            for name, (weight, body, _) in data["functions"].items()
        }
        self._known = data.get("known", {})
        self._embedded = [Program(each) for each in data.get("embedded", ())]
        self._file = data.get("file", "")

    def pieces(self, scope: Scope) -> list[_Piece]:
        """Return the pieces of the text, each with its offset; raise Failure."""
        scope.functions = self.functions
        pieces: list[_Piece] = []
        for step in self.body:
            step(scope, pieces)
        return pieces

    def run(
        self,
        context: Mapping[str, object],
        language: Language,
        limits: _HasLimits | None = None,
    ) -> list[_Piece]:
        """Return the pieces of the text for the variables of `context`."""
        account = Account(Bounds() if limits is None else limits)
        return self.pieces(Scope(context, account, language))

    def scope(self, values: Mapping[str, object], outer: Scope) -> Scope:
        """Return a scope for run-time values, which counts with another one."""
        context = {**self._known, **values}
        scope = Scope(context, outer.account, outer.language)
        scope.functions = self.functions
        scope.embedded = [partial(each.text, values, scope) for each in self._embedded]
        return scope

    def text(self, values: Mapping[str, object], outer: Scope) -> str:
        """Return the text for run-time values; a Failure knows the file."""
        try:
            return operators.normalised(text_of(self.scope(values, outer), self.body))
        except Failure as failure:
            failure.file = failure.file or self._file
            raise


# Statements


def _body(statements: Sequence[Any]) -> _Body:
    return [_step(statement) for statement in statements]


def _step(statement: Any) -> _Step:
    if isinstance(statement, str):
        return text_step(statement, 0)
    return _STEPS[statement[0]](*statement[1:])


def _print(value: Any, at: int) -> _Step:
    if isinstance(value, list) and value[0] == "path":
        _, (root, *steps), text, place = value
        return path_step((root, tuple(steps)), text, place, at)
    shown = evaluator(value)
    return output_step(lambda scope: operators.show(scope, shown(scope)), at)


def _set(name: str, value: Any, everywhere: object, at: int) -> _Step:
    return set_step(name, evaluator(value), at, everywhere=bool(everywhere))


def _if(branches: Sequence[Any], otherwise: Sequence[Any], at: int) -> _Step:
    tests = [(evaluator(condition), _body(body)) for condition, body in branches]
    return if_step(tests, _body(otherwise), at)


def _for(head: Sequence[Any], body: Sequence[Any], empty: Sequence[Any]) -> _Step:
    container, names, label, weight, at, tag = head
    values = evaluator(container)
    names = tuple(names)
    return for_step(
        lambda scope: start_loop(scope, values(scope), names, label, tag),
        _body(body),
        _body(empty),
        weight=weight,
        at=at,
    )


_STEPS: Mapping[str, Callable[..., _Step]] = {
    "for": _for,
    "if": _if,
    "jump": jump_step,
    "print": _print,
    "set": _set,
    "text": text_step,
}


# Expressions


def evaluator(expression: Any) -> _Evaluator:
    """Return the function that evaluates an expression for a scope."""
    if not isinstance(expression, list):
        return lambda _: expression
    name, *rest = expression
    special = _SPECIAL.get(name)
    return special(rest) if special else _call(name, rest)


def _call(name: str, rest: list[Any]) -> _Evaluator:
    operator, operands = _OPERATORS[name]
    known = tuple(rest[len(operands) :])
    values = [evaluator(operand) for operand in rest[: len(operands)]]
    if "l" in operands:
        values = [
            _delayed(value) if kind == "l" else value
            for kind, value in zip(operands, values)
        ]
    if not values:
        return lambda scope: operator(scope, *known)
    if len(values) == 1:
        (only,) = values
        return lambda scope: operator(scope, only(scope), *known)
    first, second = values
    return lambda scope: operator(scope, first(scope), second(scope), *known)


def _delayed(value: _Evaluator) -> _Evaluator:
    return lambda scope: lambda: value(scope)


def _constant(rest: list[Any]) -> _Evaluator:
    (value,) = rest
    return lambda _: value


def _missing(rest: list[Any]) -> _Evaluator:
    del rest
    return lambda _: MISSING


def _not(rest: list[Any]) -> _Evaluator:
    value = evaluator(rest[0])
    return lambda scope: not value(scope)


def _truth(rest: list[Any]) -> _Evaluator:
    value = evaluator(rest[0])
    return lambda scope: bool(value(scope))


def _any(rest: list[Any]) -> _Evaluator:
    values = [evaluator(each) for each in rest]
    return lambda scope: any(value(scope) for value in values)


def _all(rest: list[Any]) -> _Evaluator:
    values = [evaluator(each) for each in rest]
    return lambda scope: all(value(scope) for value in values)


def _list(rest: list[Any]) -> _Evaluator:
    values = [evaluator(each) for each in rest]
    return lambda scope: [value(scope) for value in values]


def _dict(rest: list[Any]) -> _Evaluator:
    values = {name: evaluator(value) for name, value in rest[0].items()}
    return lambda scope: {name: value(scope) for name, value in values.items()}


def _pipe(rest: list[Any]) -> _Evaluator:
    value = evaluator(rest[0])
    calls = [(name, _dict([arguments]), at) for name, arguments, at in rest[1]]
    return lambda scope: operators.pipe(
        scope,
        value(scope),
        [(name, arguments(scope), at) for name, arguments, at in calls],
    )


def _text(rest: list[Any]) -> _Evaluator:
    body = _body(rest[0])
    return lambda scope: text_of(scope, body)


_SPECIAL: Mapping[str, Callable[[list[Any]], _Evaluator]] = {
    "=": _constant,
    "all": _all,
    "any": _any,
    "dict": _dict,
    "list": _list,
    "missing": _missing,
    "not": _not,
    "pipe": _pipe,
    "text": _text,
    "truth": _truth,
}
