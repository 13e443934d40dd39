# SPDX-License-Identifier: MIT-0
"""
Tera's variables while a template runs: a stack of frames over the user's context.

A loop and a macro call push a frame.  A path is looked up from the top of the stack.
A frame that has only the beginning of the path is passed over: `{% set a = 1 %}` does
not hide `a.b` of the context.  Below the frame of a macro only the context is visible.
"""

from __future__ import annotations

from . import part
from .failures import Failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from .language import Language
    from .limits import Account
    from .loops import Loop as _Loop

    _Evaluator = Callable[["Scope"], Any]
    """Returns the value of an expression."""

    _Step = Callable[["Scope", list[str]], str | None]
    """
    Runs one tag, and adds pieces of text to the list.

    Returns `break` or `continue` if that ends the current turn of a loop.
    """

    _Body = Sequence[_Step]
    _Function = tuple[int, _Body]
    """The number of nodes that a call may run, and the body of a macro or block."""

__all__ = ["MISSING", "Frame", "Missing", "Scope", "find"]


class Missing:
    """The type of `MISSING`: no value at all, which null is not."""

    def __bool__(self) -> bool:
        return False


MISSING = Missing()


def find(value: object, steps: tuple[str, ...] | list[str]) -> object:
    """Follow `steps` from `value` and return what is there, or `MISSING`."""
    for step in steps:
        if isinstance(value, dict):
            if step not in value:
                return MISSING
            value = value[step]
        elif isinstance(value, list):
            index = _index(step)
            if index is None or index >= len(value):
                return MISSING
            value = value[index]
        else:
            return MISSING
    return value


_USIZE_DIGITS = 19


def _index(step: str) -> int | None:
    if not step.isascii() or not step.isdigit() or (step[0] == "0" and step != "0"):
        return None
    return int(step) if len(step) <= _USIZE_DIGITS else None


class Frame:
    """The variables set in one place, and its loop if it is one."""

    __slots__ = ("depth", "loop", "macro", "variables")

    def __init__(
        self,
        *,
        macro: bool = False,
        depth: int = 0,
        loop: _Loop | None = None,
        variables: dict[str, object] | None = None,
    ) -> None:
        self.macro = macro
        self.depth = depth  # of macros, this one included
        self.loop = loop
        self.variables: dict[str, object] = {} if variables is None else variables


class Scope:
    """
    The variables and the account of one render.

    `context` are the user's variables, which are not changed.  Without a `language`,
    it is the one of wheels.
    """

    def __init__(
        self,
        context: Mapping[str, object],
        account: Account,
        language: Language | None = None,
    ) -> None:
        self.account = account
        self._language = language
        self.functions: Mapping[str, _Function] = {}
        self.embedded: Sequence[Callable[[], str]] = ()
        """What returns the texts that are filled in first, and then embedded."""

        self.context = context
        self.frames = [Frame()]

    @property
    def language(self) -> Language:
        """The filters, tests and functions, and errors for other names."""
        if self._language is None:
            self._language = part("language").Language()
        return self._language

    def look_up(
        self, root: str, steps: tuple[str, ...], *, dotted: bool = True
    ) -> object:
        """Return the value of a path, or `MISSING`."""
        for frame in reversed(self.frames):
            if root in frame.variables:
                found = find(frame.variables[root], steps)
                if found is not MISSING:
                    return found
            loop = frame.loop
            if loop is not None:
                if root not in (loop.name, "loop", loop.key):
                    continue
                found = loop.find(root, steps, dotted=dotted)
                if found is not MISSING:
                    return found
            elif frame.macro:
                break
        if root in self.context:
            return find(self.context[root], steps)
        return MISSING

    def assign(self, name: str, value: object, *, everywhere: bool) -> None:
        """Set a variable in the current frame, or outside all open loops."""
        frame = self.frames[-1]
        if everywhere:
            frame = next(frame for frame in reversed(self.frames) if not frame.loop)
        frame.variables[name] = value

    def check_loop(self, what: str) -> None:
        """Raise Failure if the current frame is not a loop."""
        # An error that a condition swallowed may have left a macro's frame behind.
        if self.frames[-1].loop is None:
            raise Failure(f"{what} is outside of a loop")
