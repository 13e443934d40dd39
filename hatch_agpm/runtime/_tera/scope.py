# SPDX-License-Identifier: MIT-0
"""
Tera's variables while a template runs: a stack of frames over the user's context.

A loop and a macro call push a frame.  A path is looked up from the top of the stack.
A frame that has only the beginning of the path is passed over: `{% set a = 1 %}` does
not hide `a.b` of the context.  Below the frame of a macro only the context is visible.
"""

from __future__ import annotations

from importlib import import_module

from .failures import Failure, Refusal, Undefined
from .values import MISSING, Missing, describe, dynamic_path, find

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import Any

    from .language import Language
    from .limits import Account
    from .steps import _Function

__all__ = ["Frame", "Loop", "Scope", "start_loop"]


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
        self.functions: Mapping[str, _Function] = {}
        self.embedded: Sequence[Callable[[], str]] = ()
        """What returns the texts that are filled in first, and then embedded."""

        self._context = context
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
        frame = self.frames[-1]
        if everywhere:
            frame = next(frame for frame in reversed(self.frames) if not frame.loop)
        frame.variables[name] = value

    def enter_loop(self, loop: Loop) -> Iterator[int]:
        """Yield the index of each turn, with the frame of the loop on the stack."""
        frame = Frame(loop=loop, depth=self.frames[-1].depth)
        self.frames.append(frame)
        for index in range(loop.length):
            loop.index = index
            yield index
            self.current_loop("the next turn")
            self.frames[-1].variables.clear()
        self.frames.pop()

    def current_loop(self, what: str) -> Loop:
        """Return the loop of the current frame."""
        loop = self.frames[-1].loop
        # An error that a condition swallowed may have left a macro's frame behind.
        if loop is None:
            raise Failure(f"{what} is outside of a loop")
        return loop

    def enter_macro(self, variables: dict[str, object]) -> None:
        """Push the frame of a macro call."""
        depth = self.frames[-1].depth + 1
        self.account.nest(depth)
        self.frames.append(Frame(macro=True, depth=depth, variables=variables))

    def leave(self) -> None:
        """Pop a frame."""
        self.frames.pop()

    def everything(self) -> Mapping[str, object]:
        """Return all variables that can be seen, as `__tera_context` shows them."""
        seen: dict[str, object] = {}
        for frame in reversed(self.frames):
            seen.update(frame.variables)
            if frame.loop is not None:
                seen[frame.loop.name] = frame.loop.value()
                if frame.loop.key:
                    seen[frame.loop.key] = frame.loop.keys[frame.loop.index]
            if frame.macro:
                return seen
        return {**self._context, **seen}


# Loops


def start_loop(
    scope: Scope, container: object, names: tuple[str, str], label: str, at: int
) -> Loop:
    """
    Return the loop over the values of `container`, with the `names` of key and value.

    `label` names the container in errors.  Raise Failure for what has no values, and
    for a loop over keys and values of something that has no keys, or the reverse.
    """
    scope.account.used(container)
    if isinstance(container, str) and not container.isascii():
        scope.account.items(len(container))
    try:
        return _loop(container, *names, label)
    except Failure as failure:
        raise failure.placed(at) from None


def _loop(container: object, key: str, name: str, label: str) -> Loop:
    if isinstance(container, dict):
        if not key:
            what = f"'{label}' is an object, which gives a key and a value"
            raise Failure(what, hint=f"write 'for key, {name} in ...'")
        keys = sorted(container)
        return Loop((key, name), keys, [container[k] for k in keys], len(keys))
    if not isinstance(container, (list, str)):
        raise Failure(f"'{label}' cannot be looped over", describe(container))
    if key:
        kind = "an array" if isinstance(container, list) else "a string"
        what = f"'{label}' is {kind}, which gives no key"
        raise Failure(what, hint=f"write 'for {name} in ...'")
    if isinstance(container, list):
        return Loop(("", name), [], container, len(container))
    return Loop(("", name), [], _clusters(container), len(container))


def _clusters(text: str) -> Sequence[object]:
    if text.isascii() and "\r\n" not in text:
        return text
    # Only a bundle with loops has this module.
    module: Any = import_module(".builtins.graphemes", __package__)
    found: list[object] = module.graphemes(text)
    return found
