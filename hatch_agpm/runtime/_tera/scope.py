# SPDX-License-Identifier: MIT-0
"""
Tera's variables while a template runs: a stack of frames over the user's context.

A loop and a macro call push a frame.  A path is looked up from the top of the stack.
A frame that has only the beginning of the path is passed over: `{% set a = 1 %}` does
not hide `a.b` of the context.  Below the frame of a macro only the context is visible.
"""

from __future__ import annotations

from .failures import Failure
from .values import MISSING, find

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from .language import Language
    from .limits import Account
    from .loops import Loop as _Loop
    from .steps import _Function

__all__ = ["Frame", "Scope"]


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

    `context` are the user's variables, which are not changed.
    """

    def __init__(
        self, context: Mapping[str, object], account: Account, language: Language
    ) -> None:
        self.account = account
        self.language = language
        self.functions: Mapping[str, _Function] = {}
        self.embedded: Sequence[Callable[[], str]] = ()
        """What returns the texts that are filled in first, and then embedded."""

        self.context = context
        self.frames = [Frame()]

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
