# SPDX-License-Identifier: MIT-0
"""
What a program is compiled to: Python functions that call each other.

An `Evaluator` takes the scope of a render and returns the value of an expression.  A
`Step` runs one tag: it takes the scope and the list of pieces of text to add to.
"""

from __future__ import annotations

from .failures import Failure
from .values import MISSING, render

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from .scope import Loop, Scope

    _Evaluator = Callable[[Scope], Any]
    _Piece = tuple[int, str]
    """A text with the offset of the tag that printed it."""

    _Step = Callable[[Scope, list[_Piece]], str | None]
    """Returns `break` or `continue` if that ends the current turn of a loop."""

    _Body = Sequence[_Step]
    _Function = tuple[int, _Body]
    """The number of nodes that a call may run, and the body of a macro or block."""

__all__ = [
    "for_step",
    "if_step",
    "jump_step",
    "output_step",
    "path_step",
    "set_step",
    "text_of",
    "text_step",
]


def text_of(scope: Scope, body: _Body) -> str:
    """Run the body of a macro, a block or a filter section and return its text."""
    before = scope.account.open()
    pieces: list[_Piece] = []
    for step in body:
        step(scope, pieces)
    text = "".join([piece for _, piece in pieces])
    scope.account.close(before)
    scope.account.made(text)
    return text


# Tags.  `at` is the offset of the tag: the position of errors that have none.


def text_step(text: str, at: int) -> _Step:
    """Return the step that prints what is between tags."""
    piece = at, text

    def run(scope: Scope, pieces: list[_Piece]) -> None:
        try:
            scope.account.write(text)
        except Failure as failure:
            raise failure.placed(at) from None
        pieces.append(piece)

    return run


def path_step(path: tuple[str, tuple[str, ...]], text: str, at: int, tag: int) -> _Step:
    """Return the step that prints a variable: the commonest one, and a fast one."""
    root, steps = path

    def run(scope: Scope, pieces: list[_Piece]) -> None:
        value = scope.look_up(root, steps)
        try:
            if type(value) is not str:
                if value is MISSING:
                    raise scope.language.undefined(scope, text, at)
                if isinstance(value, list):
                    scope.account.used(value)
                value = render(value)
            scope.account.write(value)
        except Failure as failure:
            raise failure.placed(tag) from None
        pieces.append((tag, value))

    return run


def output_step(value: _Evaluator, at: int) -> _Step:
    """Return the step that prints a text."""

    def run(scope: Scope, pieces: list[_Piece]) -> None:
        try:
            pieces.append((at, value(scope)))
        except Failure as failure:
            raise failure.placed(at) from None

    return run


def set_step(name: str, value: _Evaluator, at: int, *, everywhere: bool) -> _Step:
    """Return the step that sets a variable; `everywhere` as in `set_global`."""

    def run(scope: Scope, _: list[_Piece]) -> None:
        try:
            scope.assign(name, value(scope), everywhere=everywhere)
        except Failure as failure:
            raise failure.placed(at) from None

    return run


def if_step(
    tests: Sequence[tuple[_Evaluator, _Body]], otherwise: _Body, at: int
) -> _Step:
    """Return the step that runs the first body whose condition holds."""

    def chosen(scope: Scope) -> _Body:
        try:
            for condition, body in tests:
                if condition(scope):
                    return body
        except Failure as failure:
            raise failure.placed(at) from None
        return otherwise

    def run(scope: Scope, pieces: list[_Piece]) -> str | None:
        # The steps run here and not in a function of their own: each tag takes one
        # frame of Python's stack, of which recursive macros need many.
        for step in chosen(scope):
            jump = step(scope, pieces)
            if jump is not None:
                return jump
        return None

    return run


def for_step(
    start: Callable[[Scope], Loop], body: _Body, empty: _Body, *, weight: int, at: int
) -> _Step:
    """
    Return the step that runs `body` for each value, or `empty` if there is none.

    `weight` is the number of nodes that a turn may run.
    """

    def run(scope: Scope, pieces: list[_Piece]) -> str | None:
        try:
            turns = start(scope)
            for _ in scope.enter_loop(turns):
                scope.account.iterate(weight)
                jump = None
                for step in body:
                    jump = step(scope, pieces)
                    if jump is not None:
                        break
                if jump == "break":
                    scope.leave()
                    break
        except Failure as failure:
            raise failure.placed(at) from None
        if turns.length:
            return None
        for step in empty:
            jump = step(scope, pieces)
            if jump is not None:
                return jump
        return None

    return run


def jump_step(word: str, at: int) -> _Step:
    """Return the step of a `break` or `continue`."""

    def run(scope: Scope, _: list[_Piece]) -> str:
        try:
            scope.current_loop(f"'{word}'")
        except Failure as failure:
            raise failure.placed(at) from None
        return word

    return run
