# SPDX-License-Identifier: MIT-0
"""
What a program is compiled to: Python functions that call each other.

An `Evaluator` takes the scope of a render and returns the value of an expression.  A
`Step` runs one tag: it takes the scope and the list of pieces of text to add to.
"""

from __future__ import annotations

from .failures import Failure
from .operators import show
from .values import MISSING

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from .limits import Account
    from .scope import Scope

    _Evaluator = Callable[[Scope], Any]
    _Step = Callable[[Scope, list[str]], str | None]
    """Returns `break` or `continue` if that ends the current turn of a loop."""

    _Body = Sequence[_Step]
    _Function = tuple[int, _Body]
    """The number of nodes that a call may run, and the body of a macro or block."""

__all__ = [
    "if_step",
    "joined",
    "output_step",
    "set_step",
    "text_of",
    "text_step",
    "variable_step",
]


def joined(account: Account, pieces: list[str]) -> str:
    """Return the pieces as one text; raise Refusal for a text that is too long."""
    account.text(sum(map(len, pieces)))
    return "".join(pieces)


def text_of(scope: Scope, body: _Body) -> str:
    """Run the body of a macro, a block or a filter section and return its text."""
    pieces: list[str] = []
    for step in body:
        step(scope, pieces)
    text = joined(scope.account, pieces)
    scope.account.made(text)
    return text


# Tags.  `at` is the offset of the tag: the position of errors that have none.


def text_step(text: str) -> _Step:
    """Return the step that prints what is between tags."""
    return lambda _, pieces: pieces.append(text)


def variable_step(read: _Evaluator, text: str, at: int, tag: int) -> _Step:
    """Return the step that prints a variable, which is the commonest one."""

    def run(scope: Scope, pieces: list[str]) -> None:
        value = read(scope)
        if type(value) is not str:
            try:
                if value is MISSING:
                    raise scope.language.undefined(scope, text, at)
                value = show(scope, value)
            except Failure as failure:
                raise failure.placed(tag) from None
        pieces.append(value)

    return run


def output_step(value: _Evaluator, at: int) -> _Step:
    """Return the step that prints a value."""

    def run(scope: Scope, pieces: list[str]) -> None:
        try:
            pieces.append(show(scope, value(scope)))
        except Failure as failure:
            raise failure.placed(at) from None

    return run


def set_step(name: str, value: _Evaluator, at: int, *, everywhere: bool) -> _Step:
    """Return the step that sets a variable; `everywhere` as in `set_global`."""

    def run(scope: Scope, _: list[str]) -> None:
        try:
            scope.assign(name, value(scope), everywhere=everywhere)
        except Failure as failure:
            raise failure.placed(at) from None

    return run


def if_step(
    tests: Sequence[tuple[_Evaluator, _Body]], otherwise: _Body, at: int
) -> _Step:
    """Return the step that runs the first body whose condition holds."""

    def run(scope: Scope, pieces: list[str]) -> str | None:
        chosen = otherwise
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

    return run
