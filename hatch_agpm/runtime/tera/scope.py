# SPDX-License-Identifier: MIT-0
"""
Tera's variables while a template runs: a stack of frames over the user's context.

A loop and a macro call push a frame.  A path is looked up from the top of the stack.
A frame that has only the beginning of the path is passed over: `{% set a = 1 %}` does
not hide `a.b` of the context.  Below the frame of a macro only the context is visible.
"""

from __future__ import annotations

from .failures import Failure, Refusal, Undefined
from .values import MISSING, Missing, dynamic_path, find

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from .language import Language
    from .limits import Account
    from .steps import Function

__all__ = ["Frame", "Loop", "Scope"]


class Loop:
    """A running loop: its names, its values and the index of the current value."""

    __slots__ = ("index", "key", "keys", "length", "name", "values")

    def __init__(
        self,
        names: tuple[str, str],
        keys: list[str],
        values: Sequence[object],
        length: int,
    ) -> None:
        self.key, self.name = names
        self.keys = keys
        self.values = values
        self.length = length
        self.index = 0

    def value(self) -> object:
        """Return the current value."""
        if self.index < len(self.values):
            return self.values[self.index]
        # Tera counts characters and then takes clusters of them.
        what = f"'{self.name}' runs out: the text has characters of several code points"
        raise Refusal(what, hint="Tera fails here, too; loop over split(pat='')")

    def find(self, root: str, steps: tuple[str, ...], *, dotted: bool) -> object:
        """Look up a path among the names of the loop."""
        if self.key and not steps and root == self.key:
            return self.keys[self.index]
        if root == "loop":
            # Tera compares text here, so that `loop["index"]` is nothing.
            return self._about(steps[0]) if dotted and len(steps) == 1 else MISSING
        if root == self.name:
            return find(self.value(), steps)
        return MISSING

    def _about(self, field: str) -> object:
        if field == "index":
            return self.index + 1
        if field == "index0":
            return self.index
        if field == "first":
            return self.index == 0
        return self.index == self.length - 1 if field == "last" else MISSING


class Frame:
    """The variables set in one place, and its loop if it is one."""

    __slots__ = ("depth", "loop", "macro", "variables")

    def __init__(
        self,
        *,
        macro: bool = False,
        depth: int = 0,
        loop: Loop | None = None,
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
        self.functions: Mapping[str, Function] = {}
        self._context = context
        self._frames = [Frame()]

    def look_up(
        self, root: str, steps: tuple[str, ...], *, dotted: bool = True
    ) -> object:
        """Return the value of a path, or `MISSING`."""
        for frame in reversed(self._frames):
            if root in frame.variables:
                found = find(frame.variables[root], steps)
                if found is not MISSING:
                    return found
            if frame.loop is not None:
                found = frame.loop.find(root, steps, dotted=dotted)
                if found is not MISSING:
                    return found
            elif frame.macro:
                break
        if root in self._context:
            return find(self._context[root], steps)
        return MISSING

    def look_up_text(self, text: str) -> object:
        """Return the value of a path with brackets or without, or `MISSING`."""
        if "[" not in text:
            root, *steps = text.split(".")
            return self.look_up(root, tuple(steps))
        root, found = dynamic_path(text, self._index)
        return self.look_up(root, found, dotted=False)

    def _index(self, text: str) -> object:
        value = self.look_up_text(text)
        if isinstance(value, Missing):
            raise Undefined(f"'{text}' is undefined")
        return value

    def assign(self, name: str, value: object, *, everywhere: bool) -> None:
        """Set a variable in the current frame, or outside all open loops."""
        frame = self._frames[-1]
        if everywhere:
            frame = next(frame for frame in reversed(self._frames) if not frame.loop)
        frame.variables[name] = value

    def enter_loop(self, loop: Loop) -> Iterator[int]:
        """Yield the index of each turn, with the frame of the loop on the stack."""
        frame = Frame(loop=loop, depth=self._frames[-1].depth)
        self._frames.append(frame)
        for index in range(loop.length):
            loop.index = index
            yield index
            self.current_loop("the next turn")
            self._frames[-1].variables.clear()
        self._frames.pop()

    def current_loop(self, what: str) -> Loop:
        """Return the loop of the current frame."""
        loop = self._frames[-1].loop
        # An error that a condition swallowed may have left a macro's frame behind.
        if loop is None:
            raise Failure(f"{what} is outside of a loop")
        return loop

    def enter_macro(self, variables: dict[str, object]) -> None:
        """Push the frame of a macro call."""
        depth = self._frames[-1].depth + 1
        self.account.nest(depth)
        self._frames.append(Frame(macro=True, depth=depth, variables=variables))

    def leave(self) -> None:
        """Pop a frame."""
        self._frames.pop()

    def everything(self) -> Mapping[str, object]:
        """Return all variables that can be seen, as `__tera_context` shows them."""
        seen: dict[str, object] = {}
        for frame in reversed(self._frames):
            seen.update(frame.variables)
            if frame.loop is not None:
                seen[frame.loop.name] = frame.loop.value()
                if frame.loop.key:
                    seen[frame.loop.key] = frame.loop.keys[frame.loop.index]
            if frame.macro:
                return seen
        return {**self._context, **seen}
