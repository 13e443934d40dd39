"""
The form of a template: what it does, without what is its own.

Texts, names and places are taken out into a table.  What is left are statements and
calls of `operators`, with numbers of entries in that table; templates that are built
alike have equal forms, and share the code that is compiled from them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final, TypeAlias

__all__ = ["Body", "Expression", "Known", "Outline", "Statement", "Table"]


@dataclass(frozen=True, slots=True)
class Expression:
    """A call of an operator, or what `generator` has a word for: `not`, `list`."""

    does: str
    parts: tuple[Expression, ...] = ()
    number: int = -1
    """Of a `constant`."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One step, with the number of its place."""

    does: str
    place: int
    values: tuple[Expression, ...] = ()
    bodies: tuple[Body, ...] = ()
    name: str = ""
    """Of a `function`."""


Known: TypeAlias = str | float | tuple[str, ...]
Body: TypeAlias = tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Outline:
    """A template taken apart; the form alone decides what code it needs."""

    form: Body
    constants: tuple[object, ...]
    places: tuple[int, ...]
    """The offset in the source for each number that a statement has."""


class Table:
    """Takes out what is a template's own, while its form is drawn."""

    def __init__(self) -> None:
        self._constants: Final[list[object]] = []
        self._places: Final[list[int]] = []

    def constant(self, value: object) -> Expression:
        """Return what stands for a value."""
        constants = self._constants
        constants.append(value)
        return _numbered(len(constants) - 1, 1)[0]

    def call(
        self, name: str, operands: tuple[Expression, ...], *known: Known
    ) -> Expression:
        """Return a call of one of `operators`: expressions, then what is known."""
        first = len(self._constants)
        self._constants.extend(known)
        return Expression(name, operands + _numbered(first, len(known)))

    def place(self, offset: int) -> int:
        """Return the number of a statement's place."""
        self._places.append(offset)
        return len(self._places) - 1

    def outline(self, form: Body) -> Outline:
        """Return the form with all that was taken out of it."""
        return Outline(form, tuple(self._constants), tuple(self._places))


@lru_cache(maxsize=1024)
def _numbered(first: int, count: int) -> tuple[Expression, ...]:
    """Return constants that follow each other: the same in each template."""
    return tuple(Expression("constant", (), first + more) for more in range(count))
