"""
Parse literals and paths; remember results and count parts for all other rules.

The grammar tries the same rule at the same offset for several alternatives.  The
result of a rule is remembered by its name and offset, because nested calls would take
exponential time otherwise.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Final, TypeVar

from hatch_agpm.runtime._tera.failures import Refusal
from hatch_agpm.tera.parser import terminals
from hatch_agpm.tera.parser.lexer import Cursor
from hatch_agpm.tera.parser.tree import Boolean, Literal, Path

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["OperandParser", "remembered"]

_Rule = TypeVar("_Rule", bound="Callable[..., object]")

_I64: Final = range(-(2**63), 2**63)
_I64_LENGTH: Final = 20


def remembered(rule: _Rule) -> _Rule:
    """Return `rule` with a memory of what it returned at each offset."""
    name = rule.__name__

    @functools.wraps(rule)
    def at_cursor(self: OperandParser) -> object:
        key = name, self.at
        known = self.memory.get(key)
        if known is None:
            found = rule(self)
            known = self.memory[key] = found, self.at
        self.at = known[1]
        return known[0]

    return at_cursor  # type: ignore[return-value]  # the same signature


class OperandParser(Cursor):
    """
    Parses literals and paths.

    `depth` limits the nesting of a template, `size` the number of its tags and values.
    """

    def __init__(self, source: str, *, depth: int, size: int) -> None:
        super().__init__(source)
        self.memory: Final[dict[tuple[str, int], tuple[object, int]]] = {}
        self._deepest: Final = depth
        self._depth = 0
        self._size_left = size

    def deeper(self) -> None:
        """Enter a level of nesting, which `shallower` leaves; raise Refusal."""
        self._depth += 1
        if self._depth > self._deepest:
            what = f"nests deeper than {self._deepest} levels"
            raise Refusal(what, hint="the limit is 'depth'", at=self.at)

    def shallower(self) -> None:
        """Leave the level that was entered last."""
        self._depth -= 1

    def count(self, more: int = 1) -> None:
        """Count one or more tags or values; raise Refusal if there are too many."""
        self._size_left -= more
        if self._size_left < 0:
            what = "has too many tags and values"
            raise Refusal(what, hint="the limit is 'source'", at=self.at)

    def boolean(self) -> Boolean | None:
        """Take `true` or `false`, whatever follows it."""
        start = self.at
        word = self.take(terminals.BOOLEAN)
        if word is None:
            return None
        return Boolean(value=word in {"true", "True"}, at=start)

    def number(self) -> Literal | None:
        """Take a number; raise Refusal for one of more than 64 bits."""
        start = self.at
        text = self.take(terminals.FLOAT)
        if text is not None:
            return Literal(value=float(text), at=start)
        text = self.take(terminals.INT)
        if text is None:
            return None
        # int() would take quadratic time for a number that is too long anyway.
        if len(text) > _I64_LENGTH or int(text) not in _I64:
            raise Refusal("does not fit into 64 bits", text[:40], at=start)
        return Literal(value=int(text), at=start)

    def string(self) -> Literal | None:
        """Take a string in one of three quotes."""
        start = self.at
        text = self.take(terminals.STRING)
        return None if text is None else Literal(value=text[1:-1], at=start)

    @remembered
    def dotted(self) -> Path | None:
        """Take a path with dots and square brackets, without white space."""
        start = self.at
        if not self.take(terminals.IDENT):
            return None
        while steps := self.take(terminals.STEPS) or self._square_brackets():
            self.count(steps.count(".") or 1)
        return Path(text=self.source[start : self.at], at=start)

    def _square_brackets(self) -> str | None:
        start = self.at
        if self.take(terminals.OPEN_SQUARE):
            self.deeper()
            inner = (
                self.take(terminals.INT) or self.take(terminals.STRING) or self.dotted()
            )
            self.shallower()
            if inner and self.take(terminals.CLOSE_SQUARE, "']'"):
                return inner if isinstance(inner, str) else inner.text
        self.at = start
        return None
