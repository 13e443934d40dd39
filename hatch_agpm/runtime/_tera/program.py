# SPDX-License-Identifier: MIT-0
"""
Compiles programs, which are templates as data, to functions that run them.

docs/reference/index.md describes the format.
"""

from __future__ import annotations

from functools import partial

from .._variables import FillError, normalised
from . import operators, part
from .failures import Failure, Refusal
from .limits import Account, Bounds
from .operators import Names
from .scope import Scope
from .steps import (
    if_step,
    joined,
    output_step,
    set_step,
    text_of,
    text_step,
    variable_step,
)
from .values import MISSING

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from .language import Language
    from .limits import _HasLimits
    from .steps import _Body, _Evaluator, _Function, _Step

    _Data = Mapping[str, Any]
    """A program: its `body`, and its `functions` by name."""

__all__ = ["OPERANDS", "OPERATIONS", "Compiler", "Program"]

_OPERATORS: Mapping[str, tuple[Callable[..., object], str]] = {
    "absent": (operators.absent, "v"),
    "attempt": (operators.attempt, "l"),
    "fail": (operators.fail, ""),
    "fallback": (operators.fallback, "vl"),
    "refuse": (operators.refuse, ""),
}
"""For each operator its function and operands: `v` a value, `l` one that is delayed."""

OPERATIONS: Mapping[str, tuple[str, str]] = {
    **dict.fromkeys(("arithmetic", "number", "number_truth"), ("arithmetic", "v")),
    "printable": ("arithmetic", "v"),
    **dict.fromkeys(("array", "call", "flag"), ("calls", "v")),
    "test": ("calls", "lv"),
    **dict.fromkeys(("compare", "contains", "equal"), ("comparison", "vv")),
    "unequal": ("comparison", "vv"),
    "dump": ("dump", ""),
    **dict.fromkeys(("path_at", "path_in", "peek_at", "peek_in"), ("paths", "")),
    **dict.fromkeys(("concatenate", "macro", "text_truth"), ("texts", "v")),
    **dict.fromkeys(("block", "fill"), ("texts", "")),
}
"""The same for further ones, each with its module, which few bundles have."""

OPERANDS: Mapping[str, str] = {
    **{name: kinds for name, (_, kinds) in _OPERATORS.items()},
    **{name: kinds for name, (_, kinds) in OPERATIONS.items()},
    **dict.fromkeys(("path", "peek"), ""),
}
"""The operands of each operator, which are before what is known from the template."""


class Program:
    """A compiled program, which runs any number of times."""

    def __init__(self, data: _Data) -> None:
        """Compile a program, and those of the texts that it embeds."""
        compiler = Compiler(Names(data.get("assigned"), data.get("bound", ())))
        self.body = compiler.body(data["body"])
        self.functions: dict[str, _Function] = {
            name: (weight, compiler.body(body))
            for name, (weight, body, _) in data["functions"].items()
        }
        self._known = data.get("known", {})
        self._embedded = [Program(each) for each in data.get("embedded", ())]
        self._file = data.get("file", "")

    def run(
        self,
        context: Mapping[str, object],
        language: Language,
        limits: _HasLimits | None = None,
    ) -> str:
        """Return the text for the variables of `context`; raise Failure."""
        account = Account(Bounds() if limits is None else limits)
        return self.run_in(Scope(context, account, language))

    def run_in(self, scope: Scope) -> str:
        """Return the text for the variables of a scope; raise Failure."""
        scope.functions = self.functions
        pieces: list[str] = []
        for step in self.body:
            step(scope, pieces)
        return joined(scope.account, pieces)

    def scope(self, values: Mapping[str, object], outer: Scope) -> Scope:
        """Return a scope for run-time values, which counts with another one."""
        context = {**self._known, **values}
        scope = Scope(context, outer.account, outer.language)
        scope.functions = self.functions
        scope.embedded = [partial(each.text, values, scope) for each in self._embedded]
        return scope

    def text(self, values: Mapping[str, object], outer: Scope) -> str:
        """Return the text as it is embedded; a Failure knows the file."""
        try:
            return self._normalised(self.run_in(self.scope(values, outer)))
        except Failure as failure:
            failure.file = failure.file or self._file
            raise

    def _normalised(self, text: str) -> str:
        try:
            return normalised(text)
        except FillError as error:
            raise Refusal(str(error)) from None


class Compiler:
    """Compiles statements and expressions of a program that has some `names`."""

    def __init__(self, names: Names) -> None:
        self._names = names

    # Statements

    def body(self, statements: Sequence[Any]) -> _Body:
        """Return the steps of statements."""
        return [self.statement(statement) for statement in statements]

    def statement(self, statement: Any) -> _Step:
        """Return the step of a statement."""
        if isinstance(statement, str):
            return text_step(statement)
        step: _Step = self._statements[statement[0]](self, *statement[1:])
        return step

    def _text(self, text: str, _: int) -> _Step:
        return text_step(text)

    def _print(self, value: Any, at: int) -> _Step:
        if isinstance(value, list) and value[0] == "path":
            _, path, text, place = value
            return variable_step(self._reader(path), text, place, at)
        return output_step(self.evaluator(value), at)

    def _set(self, name: str, value: Any, everywhere: object, at: int) -> _Step:
        return set_step(name, self.evaluator(value), at, everywhere=bool(everywhere))

    def _if(self, branches: Sequence[Any], otherwise: Sequence[Any], at: int) -> _Step:
        tests = [
            (self._condition(condition), self.body(body))
            for condition, body in branches
        ]
        return if_step(tests, self.body(otherwise), at)

    def _for(
        self, head: Sequence[Any], body: Sequence[Any], empty: Sequence[Any]
    ) -> _Step:
        container, (key, name), label, weight, at, tag = head
        values = self.evaluator(container)
        loops = part("loops")
        step: _Step = loops.for_step(
            lambda scope: loops.start_loop(
                scope, values(scope), (key, name), label, tag
            ),
            self.body(body),
            self.body(empty),
            weight=weight,
            at=at,
        )
        return step

    def _jump(self, word: str, at: int) -> _Step:
        step: _Step = part("loops").jump_step(word, at)
        return step

    _statements: Mapping[str, Callable[..., _Step]] = {
        "for": _for,
        "if": _if,
        "jump": _jump,
        "print": _print,
        "set": _set,
        "text": _text,
    }

    # Expressions

    def evaluator(self, expression: Any) -> _Evaluator:
        """Return the function that evaluates an expression for a scope."""
        if not isinstance(expression, list):
            return lambda _: expression
        name, *rest = expression
        special = self._special.get(name)
        evaluator: _Evaluator = (
            special(self, *rest) if special else self._operation(name, rest)
        )
        return evaluator

    def _operation(self, name: str, rest: list[Any]) -> _Evaluator:
        operator: Callable[..., object]
        if name in _OPERATORS:
            operator, operands = _OPERATORS[name]
        else:
            module, operands = OPERATIONS[name]
            operator = getattr(part(f"operations.{module}"), name)
        known = tuple(rest[len(operands) :])
        values = [self.evaluator(operand) for operand in rest[: len(operands)]]
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

    def _reader(self, path: Sequence[str]) -> _Evaluator:
        return self._names.reader(path[0], tuple(path[1:]))

    def _path(self, path: Sequence[str], text: str, at: int) -> _Evaluator:
        read = self._reader(path)

        def evaluate(scope: Scope) -> object:
            value = read(scope)
            if value is MISSING:
                raise scope.language.undefined(scope, text, at)
            return value

        return evaluate

    def _condition(self, expression: Any) -> _Evaluator:
        """Return an evaluator whose result is only asked whether it is true."""
        is_truth = isinstance(expression, list) and expression[0] == "truth"
        return self.evaluator(expression[1] if is_truth else expression)

    def _constant(self, value: Any) -> _Evaluator:
        return lambda _: value

    def _missing(self) -> _Evaluator:
        return lambda _: MISSING

    def _not(self, operand: Any) -> _Evaluator:
        value = self._condition(operand)
        return lambda scope: not value(scope)

    def _truth(self, operand: Any) -> _Evaluator:
        value = self.evaluator(operand)
        return lambda scope: bool(value(scope))

    def _any(self, *operands: Any) -> _Evaluator:
        values = [self._condition(each) for each in operands]
        return lambda scope: any(value(scope) for value in values)

    def _all(self, *operands: Any) -> _Evaluator:
        values = [self._condition(each) for each in operands]
        return lambda scope: all(value(scope) for value in values)

    def _list(self, *items: Any) -> _Evaluator:
        values = [self.evaluator(each) for each in items]
        return lambda scope: [value(scope) for value in values]

    def _dict(self, items: Mapping[str, Any]) -> _Evaluator:
        values = {name: self.evaluator(value) for name, value in items.items()}
        return lambda scope: {name: value(scope) for name, value in values.items()}

    def _pipe(self, operand: Any, filters: Sequence[Any]) -> _Evaluator:
        value = self.evaluator(operand)
        calls = [(name, self._dict(given), at) for name, given, at in filters]
        pipe = part("operations.calls").pipe
        return lambda scope: pipe(
            scope,
            value(scope),
            [(name, given(scope), at) for name, given, at in calls],
        )

    def _text_of(self, body: Sequence[Any]) -> _Evaluator:
        steps = self.body(body)
        return lambda scope: text_of(scope, steps)

    _special: Mapping[str, Callable[..., _Evaluator]] = {
        "=": _constant,
        "all": _all,
        "any": _any,
        "dict": _dict,
        "list": _list,
        "missing": _missing,
        "not": _not,
        "path": _path,
        "peek": _reader,
        "pipe": _pipe,
        "text": _text_of,
        "truth": _truth,
    }


def _delayed(value: _Evaluator) -> _Evaluator:
    return lambda scope: lambda: value(scope)
