# SPDX-License-Identifier: MIT-0
"""Loops: their statement, their values, and the variables that they have."""

from __future__ import annotations

from . import part
from .failures import Failure, Refusal
from .limits import turn_cost
from .scope import MISSING, Frame, find

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from .limits import Account
    from .program import Compiler
    from .scope import Scope, _Body, _Evaluator, _Step

__all__ = ["STATEMENTS", "Loop", "reader", "start_loop"]


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


def start_loop(
    scope: Scope, container: object, names: tuple[str, str], label: str, at: int
) -> Loop:
    """
    Return the loop over the values of `container`, with the `names` of key and value.

    `label` names the container in errors.  Raise Failure for what has no values, and
    for a loop over keys and values of something that has no keys, or the reverse.
    """
    if not isinstance(container, list):
        _count(scope.account, container)
    try:
        return _loop(container, *names, label)
    except Failure as failure:
        raise failure.placed(at) from None


def _count(account: Account, container: object) -> None:
    """Count the work of sorting keys, or of finding the characters of a text."""
    measures = part("operations.measures")
    measures.count_read(account, container)
    if isinstance(container, str) and not container.isascii():
        measures.limit_items(account, len(container))


def _loop(container: object, key: str, name: str, label: str) -> Loop:
    if isinstance(container, dict):
        if not key:
            what = f"'{label}' is an object, which gives a key and a value"
            raise Failure(what, hint=f"write 'for key, {name} in ...'")
        keys = sorted(container)
        return Loop((key, name), keys, [container[k] for k in keys], len(keys))
    if not isinstance(container, (list, str)):
        from .values import describe

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
    found: list[object] = part("builtins.graphemes").graphemes(text)
    return found


# Variables


def reader(root: str, steps: tuple[str, ...]) -> _Evaluator:
    """Return the function that looks up `loop`, or the variable of a loop."""
    if root != "loop":
        return _of_loop(root, steps)
    if steps == ("index",):
        return _index
    return lambda scope: scope.look_up("loop", steps)


def _index(scope: Scope) -> object:
    loop = scope.frames[-1].loop
    return scope.look_up("loop", ("index",)) if loop is None else loop.index + 1


def _of_loop(root: str, steps: tuple[str, ...]) -> _Evaluator:
    """Return the function for the variable of a loop, which is mostly the innermost."""

    def read(scope: Scope) -> object:
        loop = scope.frames[-1].loop
        if loop is None or loop.name != root or loop.key == root:
            return scope.look_up(root, steps)
        try:
            value = loop.values[loop.index]
        except IndexError:
            value = loop.value()
        for step in steps:
            if type(value) is not dict or step not in value:
                return scope.look_up(root, steps)
            value = value[step]
        return value

    def read_field(scope: Scope) -> object:
        loop = scope.frames[-1].loop
        if loop is not None and loop.name == root and loop.index < len(loop.values):
            value = loop.values[loop.index]
            if type(value) is dict and steps[0] in value:
                return value[steps[0]]
        return scope.look_up(root, steps)

    return read_field if len(steps) == 1 else read


# Statements


def _for(
    compiler: Compiler, head: Sequence[Any], body: Sequence[Any], empty: Sequence[Any]
) -> _Step:
    container, (key, name), label, weight, at, tag = head
    values, cost = compiler.evaluator(container), turn_cost(weight)
    steps, otherwise = compiler.body(body), compiler.body(empty)

    def step(scope: Scope, pieces: list[str]) -> str | None:
        jump: str | None = None
        try:
            loop = start_loop(scope, values(scope), (key, name), label, tag)
            account, frames = scope.account, scope.frames
            frames.append(Frame(loop=loop, depth=frames[-1].depth))
            for index in range(loop.length):
                loop.index = index
                account.turns_left -= cost
                if account.turns_left < 0:
                    account.refuse_turns()
                for inner in steps:
                    jump = inner(scope, pieces)
                    if jump is not None:
                        break
                if jump == "break":
                    break
                frame = frames[-1]
                if frame.loop is None:
                    scope.check_loop("the next turn")
                frame.variables.clear()
            frames.pop()
        except Failure as failure:
            raise failure.placed(at) from None
        return None if loop.length else _run(otherwise, scope, pieces)

    return step


def _run(body: _Body, scope: Scope, pieces: list[str]) -> str | None:
    """Run the steps of a body, up to a jump."""
    for step in body:
        jump = step(scope, pieces)
        if jump is not None:
            return jump
    return None


def _jump(_: Compiler, word: str, at: int) -> _Step:
    def step(scope: Scope, _: list[str]) -> str:
        try:
            scope.check_loop(f"'{word}'")
        except Failure as failure:
            raise failure.placed(at) from None
        return word

    return step


STATEMENTS = {
    "for": _for,
    "jump": _jump,
}
