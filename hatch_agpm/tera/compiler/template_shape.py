"""
The shape of a template: its statements, without its texts, names and positions.

Those are moved to a table; the statements and calls of `operators` refer to its
entries by number.  Templates with the same structure have equal shapes and share the
code that is compiled from them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final, TypeAlias

__all__ = ["Body", "Expression", "Known", "Statement", "Table", "TemplateShape"]


@dataclass(frozen=True, slots=True)
class Expression:
    """A call of an operator, or an expression of `generator`'s own: `not`, `list`."""

    does: str
    parts: tuple[Expression, ...] = ()
    number: int = -1
    """The index of a `constant`."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement, with the number of its position."""

    does: str
    place: int
    values: tuple[Expression, ...] = ()
    bodies: tuple[Body, ...] = ()
    name: str = ""
    """The name of a `function`."""


Known: TypeAlias = str | float | tuple[str, ...]
Body: TypeAlias = tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class TemplateShape:
    """A template in parts; the body alone decides which code it needs."""

    body: Body
    constants: tuple[object, ...]
    places: tuple[int, ...]
    """The offset in the source for each number that a statement has."""


class Table:
    """Collects constants and positions of a template while its shape is made."""

    def __init__(self) -> None:
        self._constants: Final[list[object]] = []
        self._places: Final[list[int]] = []

    def constant(self, value: object) -> Expression:
        """Return the reference to a new constant."""
        constants = self._constants
        constants.append(value)
        return _numbered(len(constants) - 1, 1)[0]

    def call(
        self, name: str, operands: tuple[Expression, ...], *known: Known
    ) -> Expression:
        """Return a call of one of `operators`: expressions, then constants."""
        first = len(self._constants)
        self._constants.extend(known)
        return Expression(name, operands + _numbered(first, len(known)))

    def place(self, offset: int) -> int:
        """Return the number of a statement's place."""
        self._places.append(offset)
        return len(self._places) - 1

    def shape(self, body: Body) -> TemplateShape:
        """Return the shape with the collected constants and positions."""
        return TemplateShape(body, tuple(self._constants), tuple(self._places))


@lru_cache(maxsize=1024)
def _numbered(first: int, count: int) -> tuple[Expression, ...]:
    """Return references to `count` constants, the first with number `first`."""
    return tuple(Expression("constant", (), first + more) for more in range(count))
