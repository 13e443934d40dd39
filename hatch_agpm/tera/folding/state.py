"""The state in which a program is at the point that is folded."""

from __future__ import annotations

import copy
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from hatch_agpm.errors import did_you_mean
from hatch_agpm.runtime._tera.failures import Failure, Refusal, Undefined
from hatch_agpm.runtime._tera.operations.paths import look_up_text
from hatch_agpm.runtime._tera.program import Compiler, Program
from hatch_agpm.runtime._tera.scope import MISSING, Frame
from hatch_agpm.tera.folding.embedded import EmbeddedText, contains_embedded
from hatch_agpm.tera.folding.nodes import Reads, assigned, parts_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from hatch_agpm.runtime._tera.language import Language
    from hatch_agpm.runtime._tera.loops import Loop
    from hatch_agpm.runtime._tera.scope import Scope
    from hatch_agpm.tera.compiler import Code
    from hatch_agpm.tera.limits import Limits

__all__ = ["Conditions", "NotForLater", "State", "UnrollError", "not_for_later"]

_MOST_TURNS: Final = 10_000
"""The number of turns of all loops of a template that are unrolled."""


_MISSING_NAME: Final = re.compile(r"'(\w+)")
_COMPILER: Final = Compiler()
"""Compiles expressions of which the rest of their program is not known."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Conditions:
    """What a program is folded with, beside its variables."""

    language: Language
    limits: Limits
    line_of: Callable[[int], int]
    """Converts an offset to a line, which is what is left of positions."""


class NotForLater(Refusal):
    """What cannot be left for run time, wherever it is."""


class UnrollError(Exception):
    """A loop cannot be unrolled, because a turn leaves something to run."""


class State:
    """What is known, and what is left reads, at one point of a program."""

    scope: Scope
    """The variables that are known, as they are when the statement runs."""

    def __init__(
        self,
        functions: dict[str, Code],
        context: Mapping[str, object],
        names: Collection[str],
        conditions: Conditions,
    ) -> None:
        self.names: Final = frozenset(names)
        self.context: Final = context
        self.conditions: Final = conditions
        self.line_of: Final = conditions.line_of
        self.open: set[str] = set(names)
        """The variables that are not known at this point."""

        self.reads: set[str] = set()
        """The run-time variables that what is left reads."""

        self.called: set[str] = set()
        """The macros that what is left calls."""

        self.later: list[Failure] = []
        self.embedded: list[EmbeddedText] = []
        """The texts of other templates that what is left has."""

        self._unknown_in: Final = {
            name for name, value in context.items() if contains_embedded(value)
        }
        """The variables that have texts of other templates inside."""

        self.functions: Final = functions
        self._read_in: Final = Reads(functions)
        self.known_names: set[str] = set()
        self.inside: Final[list[str]] = []
        """The blocks in which this is."""

        self._unrolled = 0
        self._turns_left = _MOST_TURNS

    # State

    def saved(self) -> tuple[Any, ...]:
        """Return a copy of the state, for `restore`."""
        frames = [copy.copy(frame) for frame in self.scope.frames]
        for frame in frames:
            frame.variables = dict(frame.variables)
        sets = (self.open, self.reads, self.called, self.known_names)
        counts = len(self.later), len(self.inside), self._unrolled
        return frames, [set(each) for each in sets], counts

    def restore(self, saved: tuple[Any, ...]) -> None:
        """Go back to a state, of which a copy is taken."""
        frames, sets, (later, inside, self._unrolled) = saved
        self.scope.frames[:] = [copy.copy(frame) for frame in frames]
        for frame in self.scope.frames:
            frame.variables = dict(frame.variables)
        self.open, self.reads, self.called, self.known_names = (
            set(each) for each in sets
        )
        del self.later[later:], self.inside[inside:]

    @property
    def is_unrolled(self) -> bool:
        """Whether this is a turn of a loop that is being unrolled."""
        return self._unrolled > 0

    def enter(self, loop: Loop) -> None:
        """Begin a loop that is unrolled."""
        self._unrolled += 1
        depth = self.scope.frames[-1].depth
        self.scope.frames.append(Frame(loop=loop, depth=depth))

    def may_unroll(self, turns: int) -> bool:
        """Count the turns of a loop; tell whether they are few enough."""
        self._turns_left -= turns
        return self._turns_left >= 0

    def end_turn(self) -> None:
        """End a turn of a loop that is unrolled."""
        self.scope.frames[-1].variables.clear()

    def leave(self) -> None:
        """End a loop that is unrolled."""
        self._unrolled -= 1
        self.scope.frames.pop()

    def has_variable(self, name: str) -> bool:
        """Tell whether a statement of the template has given a known value."""
        return any(
            name in frame.variables
            or (frame.loop and name in {frame.loop.name, frame.loop.key})
            for frame in self.scope.frames
        )

    def known(self) -> dict[str, object]:
        """Return the variables of the context that what is left needs."""
        return {
            name: self.constant(self.context[name])[1]
            for name in sorted(self.known_names)
        }

    # Evaluation

    def depends(self, code: Code) -> bool:
        """Tell whether the value of an expression is not known."""
        if not self.open.isdisjoint(self._read_in.of(code)):
            return True
        return bool(self._unknown_in) and any(
            self._has_embedded(part) for part in parts_of(code)
        )

    def is_open(self, code: Code) -> bool:
        """Tell whether an expression depends on a run-time variable itself."""
        return not self.open.isdisjoint(self._read_in.of(code))

    def _has_embedded(self, node: Code) -> bool:
        """Tell whether a part of an expression may be the text of another template."""
        if node[0] in {"path", "peek", "path_at", "peek_at"}:
            return contains_embedded(self.found(node))
        if node[0] not in {"text", "macro", "block"}:
            return False
        names = self._read_in.of(node)
        return not names.isdisjoint(self._unknown_in) or any(
            self.has_variable(name) for name in names
        )

    def found(self, node: Code) -> object:
        """Return what a path that depends on nothing open leads to, or `MISSING`."""
        if node[0] in {"path", "peek"}:
            return self.scope.look_up(node[1][0], tuple(node[1][1:]))
        try:
            return look_up_text(self.scope, node[1])
        except Failure:
            return MISSING

    def can_run(self, statement: Code, *, certain: bool) -> bool:
        """Tell whether a statement can run now, with all that it does."""
        body = [statement]
        names = self._read_in.of_body(body)
        if not self.open.isdisjoint(names):
            return False
        if self._unknown_in and (
            not names.isdisjoint(self._unknown_in) or any(map(self.has_variable, names))
        ):
            return False
        changed = assigned(body)
        return self.open.isdisjoint(changed) if certain else not changed

    def run(self, statement: Code) -> str:
        """Run a statement and return its text."""
        program = Program({"body": [statement], "functions": {}})
        program.functions = dict(self.scope.functions)
        text = program.run_in(self.scope)
        self.scope.account.write(text)
        return text

    def evaluated(self, code: Code) -> object:
        """Return the value of an expression that depends on nothing open."""
        return _COMPILER.evaluator(code)(self.scope)

    def constant(self, value: object) -> Code:
        """Return a value as an expression."""
        if self._unknown_in and contains_embedded(value):
            what = "a value that contains texts with run-time variables"
            raise not_for_later(what, -1)
        return ["=", value]

    def failed(self, failure: Failure, *, certain: bool) -> Code:
        """Raise a failure, or return what raises it where it is reached."""
        failure.hint = self._hint(failure)
        if certain or isinstance(failure, NotForLater):
            raise failure
        self.later.append(failure)
        line = self.line_of(failure.at)
        if isinstance(failure, Refusal):
            return ["refuse", failure.what, failure.hint, line]
        return ["fail", failure.what, line, failure.hint]

    def _hint(self, failure: Failure) -> str:
        hint = failure.hint if isinstance(failure.hint, str) else failure.hint()
        root = _MISSING_NAME.match(failure.what)
        if hint or root is None or not isinstance(failure, Undefined):
            return hint
        return did_you_mean(root[1], self.names)


def not_for_later(what: str, at: int) -> NotForLater:
    """Return the error for what cannot be left for run time."""
    hint = "apply it to what is known at build time, or let the caller's code do it"
    return NotForLater(f"{what} cannot be left for run time", hint=hint, at=at)
