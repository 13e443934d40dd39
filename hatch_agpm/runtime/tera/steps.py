# SPDX-License-Identifier: MIT-0
"""
What a program is compiled to: Python functions that call each other.

An `Evaluator` takes the scope of a render and returns the value of an expression.  A
`Step` runs one tag: it takes the scope and the list of pieces of text to add to.
"""

from __future__ import annotations

from .failures import Failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from .scope import Loop, Scope

    Evaluator = Callable[[Scope], Any]
    Piece = tuple[int, str]
    """A text with the offset of the tag that printed it."""

    Step = Callable[[Scope, list[Piece]], str | None]
    """Returns `break` or `continue` if that ends the current turn of a loop."""

    Body = Sequence[Step]
    Function = tuple[int, Body]
    """The number of nodes that a call may run, and the body of a macro or block."""

__all__ = [
    "for_step",
    "if_step",
    "jump_step",
    "output_step",
    "set_step",
    "text_of",
    "text_step",
]


def text_of(scope: Scope, body: Body) -> str:
    """Run the body of a macro, a block or a filter section and return its text."""
    before = scope.account.open()
    pieces: list[Piece] = []
    for step in body:
        step(scope, pieces)
    text = "".join([piece for _, piece in pieces])
    scope.account.close(before)
    scope.account.made(text)
    return text


# Tags.  `at` is the offset of the tag: the position of errors that have none.


def text_step(text: str, at: int) -> Step:
    """Return the step that prints what is between tags."""
    piece = at, text

    def run(scope: Scope, pieces: list[Piece]) -> None:
        try:
            scope.account.write(text)
        except Failure as failure:
            raise failure.placed(at) from None
        pieces.append(piece)

    return run


def output_step(value: Evaluator, at: int) -> Step:
    """Return the step that prints a text."""

    def run(scope: Scope, pieces: list[Piece]) -> None:
        try:
            pieces.append((at, value(scope)))
        except Failure as failure:
            raise failure.placed(at) from None

    return run


def set_step(name: str, value: Evaluator, at: int, *, everywhere: bool) -> Step:
    """Return the step that sets a variable; `everywhere` as in `set_global`."""

    def run(scope: Scope, _: list[Piece]) -> None:
        try:
            scope.assign(name, value(scope), everywhere=everywhere)
        except Failure as failure:
            raise failure.placed(at) from None

    return run


def if_step(tests: Sequence[tuple[Evaluator, Body]], otherwise: Body, at: int) -> Step:
    """Return the step that runs the first body whose condition holds."""

    def chosen(scope: Scope) -> Body:
        try:
            for condition, body in tests:
                if condition(scope):
                    return body
        except Failure as failure:
            raise failure.placed(at) from None
        return otherwise

    def run(scope: Scope, pieces: list[Piece]) -> str | None:
        # The steps run here and not in a function of their own: each tag takes one
        # frame of Python's stack, of which recursive macros need many.
        for step in chosen(scope):
            jump = step(scope, pieces)
            if jump is not None:
                return jump
        return None

    return run


def for_step(
    start: Callable[[Scope], Loop], body: Body, empty: Body, *, weight: int, at: int
) -> Step:
    """
    Return the step that runs `body` for each value, or `empty` if there is none.

    `weight` is the number of nodes that a turn may run.
    """

    def run(scope: Scope, pieces: list[Piece]) -> str | None:
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


def jump_step(word: str, at: int) -> Step:
    """Return the step of a `break` or `continue`."""

    def run(scope: Scope, _: list[Piece]) -> str:
        try:
            scope.current_loop(f"'{word}'")
        except Failure as failure:
            raise failure.placed(at) from None
        return word

    return run
