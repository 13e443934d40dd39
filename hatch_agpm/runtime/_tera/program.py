# SPDX-License-Identifier: MIT-0
"""
Compiles programs, which are templates as data, to functions that run them.

docs/reference/index.md describes the format.
"""

from __future__ import annotations

from functools import partial

from .._types import PLAIN_INT
from . import part
from .failures import Failure
from .scope import MISSING, Scope, find

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from typing import Any

    from .limits import Account
    from .scope import _Body, _Evaluator, _Function, _Step

    _Data = Mapping[str, Any]
    """A program: its `body`, and its `functions` by name."""

__all__ = ["Compiler", "Program"]


class Program:
    """A compiled program, which runs any number of times."""

    def __init__(self, data: _Data) -> None:
        """Compile a program, and those of the texts that it embeds."""
        compiler = Compiler(data.get("assigned"), data.get("bound", ()))
        self.body = compiler.body(data["body"])
        self.functions: dict[str, _Function] = {
            name: (weight, compiler.body(body))
            for name, (weight, body, _) in data["functions"].items()
        }
        self._known = data.get("known", {})
        self._embedded = [Program(each) for each in data.get("embedded", ())]
        self.file: str = data.get("file", "")

    def run_in(self, scope: Scope) -> str:
        """Return the text for the variables of a scope; raise Failure."""
        scope.functions = self.functions
        pieces: list[str] = []
        for step in self.body:
            step(scope, pieces)
        return scope.account.joined(pieces)

    def scope(self, values: Mapping[str, object], account: Account) -> Scope:
        """Return a scope for run-time values."""
        scope = Scope({**self._known, **values}, account)
        scope.functions = self.functions
        if self._embedded:
            text_of = part("operations.texts").text_of_program
            scope.embedded = [
                partial(text_of, each, values, account) for each in self._embedded
            ]
        return scope


class Compiler:
    """
    Compiles statements and expressions.

    `assigned` are the names to which `set` and macros give values, `bound` those to
    which loops do.  Without them, a variable may be anywhere.
    """

    def __init__(
        self, assigned: Collection[str] | None = None, bound: Collection[str] = ()
    ) -> None:
        self._assigned = assigned
        self._bound = bound

    # Statements

    def body(self, statements: Sequence[Any]) -> _Body:
        """Return the steps of statements."""
        return [self.statement(statement) for statement in statements]

    def statement(self, statement: Any) -> _Step:
        """Return the step of a statement."""
        if isinstance(statement, str):
            return self._text(statement)
        name, *rest = statement
        if name in self._statements:
            return self._statements[name](self, *rest)
        step: _Step = part("loops").STATEMENTS[name](self, *rest)
        return step

    def _text(self, text: str, _: int = 0) -> _Step:
        return lambda _, pieces: pieces.append(text)

    def _print(self, value: Any, at: int) -> _Step:
        if isinstance(value, list) and value[0] == "path":
            _, path, text, place = value
            return self._print_path(path, text, place, at)
        evaluate = self.evaluator(value)

        def step(scope: Scope, pieces: list[str]) -> None:
            try:
                pieces.append(_show(scope, evaluate(scope)))
            except Failure as failure:
                raise failure.placed(at) from None

        return step

    def _print_path(self, path: Sequence[str], text: str, at: int, tag: int) -> _Step:
        read = self._reader(path)

        def step(scope: Scope, pieces: list[str]) -> None:
            value = read(scope)
            if type(value) is not str:
                try:
                    if value is MISSING:
                        raise scope.language.undefined(scope, text, at)
                    value = _show(scope, value)
                except Failure as failure:
                    raise failure.placed(tag) from None
            pieces.append(value)

        return step

    def _set(self, name: str, value: Any, everywhere: object, at: int) -> _Step:
        evaluate = self.evaluator(value)

        def step(scope: Scope, _: list[str]) -> None:
            try:
                scope.assign(name, evaluate(scope), everywhere=bool(everywhere))
            except Failure as failure:
                raise failure.placed(at) from None

        return step

    def _if(self, branches: Sequence[Any], otherwise: Sequence[Any], at: int) -> _Step:
        tests = [(self._condition(test), self.body(body)) for test, body in branches]
        last = self.body(otherwise)

        def step(scope: Scope, pieces: list[str]) -> str | None:
            chosen = last
            try:
                for condition, body in tests:
                    if condition(scope):
                        chosen = body
                        break
            except Failure as failure:
                raise failure.placed(at) from None
            # The steps run here and not in a function of their own: each tag takes one
            # frame of Python's stack, of which recursive macros need many.
            for step in chosen:
                jump = step(scope, pieces)
                if jump is not None:
                    return jump
            return None

        return step

    _statements: Mapping[str, Callable[..., _Step]] = {
        "if": _if,
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
        if name in self._kinds:
            return self._kinds[name](self, *rest)
        evaluate: _Evaluator = part("operations").evaluator(self, name, rest)
        return evaluate

    def _reader(self, path: Sequence[str]) -> _Evaluator:
        """Return the function that looks a variable up, or returns `MISSING`."""
        root, *rest = path
        steps = tuple(rest)
        if self._assigned is None or root in self._assigned:
            return lambda scope: scope.look_up(root, steps)
        if root in self._bound or root == "loop":
            read: _Evaluator = part("loops").reader(root, steps)
            return read
        if steps:
            return lambda scope: find(scope.context.get(root, MISSING), steps)
        return lambda scope: scope.context.get(root, MISSING)

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

    _kinds: Mapping[str, Callable[..., _Evaluator]] = {
        "=": _constant,
        "all": _all,
        "any": _any,
        "not": _not,
        "path": _path,
        "peek": _reader,
        "truth": _truth,
    }


def _show(scope: Scope, value: object) -> str:
    """Return the text that `{{ value }}` prints."""
    if isinstance(value, str):
        return value
    if type(value) is int and -PLAIN_INT < value < PLAIN_INT:
        return str(value)
    text: str = part("operations.printing").show(scope, value)
    return text
