# SPDX-License-Identifier: MIT-0
"""
The commonest operators of expressions: variables, printing, defaults, conditions.

An operator takes the scope, then its operands, then what is known from the template;
`at` is the offset of the expression, for errors.  Others are in `operations`.
"""

from __future__ import annotations

from . import part
from .failures import Failure, Refusal
from .values import I64_MIN, MISSING, U64_MAX, find, render

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from typing import NoReturn

    from .scope import Scope
    from .steps import _Evaluator

__all__ = [
    "Names",
    "absent",
    "attempt",
    "fail",
    "fallback",
    "refuse",
    "show",
]


def show(scope: Scope, value: object) -> str:
    """Return the text that `{{ value }}` prints; count a long one."""
    if isinstance(value, str):
        return value
    if type(value) is int and I64_MIN <= value <= U64_MAX:
        return str(value)
    text = render(value)
    if isinstance(value, list):
        scope.account.used(value)
        scope.account.made(text)
    return text


# Variables


class Names:
    """
    The names to which a program gives values, which tells where variables are.

    `assigned` are those of `set` and of the parameters of macros, `bound` those of
    loops.  Without them, a variable may be anywhere.
    """

    def __init__(
        self, assigned: Collection[str] | None = None, bound: Collection[str] = ()
    ) -> None:
        self._assigned = assigned
        self._bound = bound

    def reader(self, root: str, steps: tuple[str, ...]) -> _Evaluator:
        """Return the function that looks a variable up, or returns `MISSING`."""
        if self._assigned is None or root in self._assigned:
            return lambda scope: scope.look_up(root, steps)
        if root in self._bound or root == "loop":
            read: _Evaluator = part("loops").reader(root, steps)
            return read
        if steps:
            return lambda scope: find(scope.context.get(root, MISSING), steps)
        return lambda scope: scope.context.get(root, MISSING)


def absent(_: Scope, value: object) -> bool:
    """Say whether a variable is missing."""
    return value is MISSING


def fallback(_: Scope, value: object, default: Callable[[], object]) -> object:
    """Apply filter `default`: to what is undefined, and to null."""
    return default() if value is MISSING or value is None else value


# Conditions, and errors that a template always has where it is rendered


def attempt(scope: Scope, value: Callable[[], object]) -> bool:
    """Evaluate a condition on a variable: any error but a Refusal makes it false."""
    try:
        return bool(value())
    except Refusal:
        raise
    except scope.language.errors:
        return False


def fail(_: Scope, what: str, at: int, hint: str = "") -> NoReturn:
    """Raise a Failure."""
    raise Failure(what, hint=hint, at=at)


def refuse(_: Scope, what: str, hint: str, at: int) -> NoReturn:
    """Raise a Refusal."""
    raise Refusal(what, hint=hint, at=at)
