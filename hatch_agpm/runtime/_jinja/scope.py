# SPDX-License-Identifier: MIT-0
"""The variables of a running template."""

from __future__ import annotations

from .limits import RunError
from .values import MISSING, undefined

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from .limits import Budget

    _Value = Callable[["CallScope"], Any]
    _Step = Callable[["CallScope", list[str]], object]
    """Runs a statement; returns `break` or `continue` if that ends a turn of a loop."""

    _Body = Sequence[tuple[int, _Step]]
    """Statements, each with its line."""

__all__ = ["CallScope", "Run", "lookup", "run", "starter"]


class Run:
    """What all scopes of one call share."""

    __slots__ = ("budget", "embedded", "values")

    def __init__(
        self,
        values: dict[str, Any],
        budget: Budget,
        embedded: Sequence[Callable[[], str]] = (),
    ) -> None:
        self.values = values
        """The variables that the caller or the build gives."""

        self.budget = budget
        self.embedded = embedded
        """Return the texts of other templates."""


class CallScope:
    """The variables of a template, or of one call of a macro or recursive loop."""

    __slots__ = ("names", "outer", "run", "text")

    def __init__(self, run: Run, outer: CallScope | None = None) -> None:
        self.run = run
        self.outer: Any = outer
        self.names: dict[str, Any] = {}
        self.text = ""
        """The text of the section whose filters run."""


def lookup(name: str, levels: int = 0) -> _Value:
    """Return the function that reads a variable; `levels` are scopes outwards."""
    shown = name.split("_", 2)[2]

    def read(scope: CallScope) -> Any:
        for _ in range(levels):
            scope = scope.outer
        value = scope.names.get(name, MISSING)
        return undefined(f"'{shown}' is undefined") if value is MISSING else value

    def read_here(scope: CallScope) -> Any:
        value = scope.names.get(name, MISSING)
        return undefined(f"'{shown}' is undefined") if value is MISSING else value

    return read if levels else read_here


def starter(loads: Mapping[str, Any]) -> Callable[[CallScope], None]:
    """
    Return the function that begins a block with its variables.

    Each is null (no value), the name of a variable of the caller, or the variable
    `[name, levels]` of an outer block, whose value it begins with.
    """
    empty = dict.fromkeys(loads, MISSING)
    given = [(name, of) for name, of in loads.items() if isinstance(of, str)]
    outer = [(name, *of) for name, of in loads.items() if isinstance(of, list)]

    def start(scope: CallScope) -> None:
        names = scope.names
        names.update(empty)
        for name, of in given:
            names[name] = scope.run.values.get(of, MISSING)
        for name, of, levels in outer:
            above = scope
            for _ in range(levels):
                above = above.outer
            names[name] = above.names.get(of, MISSING)

    return start if loads else _nothing


def _nothing(_: CallScope) -> None:
    """Begin a block that has no variables."""


def run(scope: CallScope, body: _Body, pieces: list[str]) -> object:
    """Run a body; return the jump that ends it.  A RunError knows the line."""
    try:
        for statement in body:
            jump = statement[1](scope, pieces)
            if jump:
                return jump
    except (RunError, MemoryError, RecursionError) as error:
        if isinstance(error, RunError):
            error.line = error.line or statement[0]
        raise
    except Exception as error:
        failure = RunError(str(error) or type(error).__name__)
        failure.line = statement[0]
        raise failure from error
    return None
