"""
Parse Tera's expressions, as in `{{ }}` and after `if`, `set` and so on.

Each rule of Tera's parsing expression grammar is a method that returns a part of the
tree, or None without moving the cursor.  The first alternative that fits is final, as
in Tera.  So `true_value` is `true` with an error behind it, `n is notest` is the
negated test `est`, and `(not a)` loses its `not`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hatch_agpm.tera.parser import terminals
from hatch_agpm.tera.parser.calls import CallParser
from hatch_agpm.tera.parser.operands import remembered
from hatch_agpm.tera.parser.tree import (
    Arithmetic,
    Array,
    Call,
    Comparison,
    Concatenation,
    Connective,
    Literal,
    Membership,
    Operand,
    Path,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from hatch_agpm.tera.parser.tree import Expression

__all__ = ["ExpressionParser"]


class ExpressionParser(CallParser):
    """Parses expressions."""

    # Conditions

    @remembered
    def logic_expr(self) -> Operand | None:
        """Take conditions joined by `or` and `and`, or a single value."""
        self.deeper()
        start = self.at
        first = self._conjunction()
        if first is None:
            self.shallower()
            return None
        operands = [first]
        while (
            more := self.joined(terminals.OR, "'or'", self._conjunction)
        ) is not None:
            operands.append(more)
        self.shallower()
        return _connect("or", operands, start)

    def _conjunction(self) -> Operand | None:
        start = self.at
        first = self.logic_val()
        if first is None:
            return None
        operands = [first]
        while (more := self.joined(terminals.AND, "'and'", self.logic_val)) is not None:
            operands.append(more)
        return _connect("and", operands, start)

    @remembered
    def logic_val(self) -> Operand | None:
        """Take a condition, perhaps with `not`, or one in parentheses."""
        start = self.at
        negated = self.take(terminals.NOT) is not None
        if negated:
            self.skip()
        found = self._in_cond() or self._comparison_expr()
        if found is not None:
            return Operand(found.value, negated, found.filters) if negated else found
        self.at = start
        if self.take(terminals.OPEN):
            self.skip()
            found = self.logic_expr()
            if found is not None and self.next(terminals.CLOSE, "')'"):
                # Tera's own fault: parentheses take the `not` from a single value.
                return Operand(found.value, negated=False, filters=found.filters)
        self.at = start
        return None

    def _in_cond(self) -> Operand | None:
        start = self.at
        needle = self.string_expr_filter() or self.basic_expr_filter()
        if needle is not None:
            negated = self.next(terminals.NOT) is not None
            at = self.at
            if self.next(terminals.IN, "'in'"):
                self.skip()
                container = (
                    self.string_expr_filter() or self.array_filter() or self._path()
                )
                if container is not None:
                    membership = Membership(
                        needle=needle, container=container, negated=negated, at=at
                    )
                    return Operand(value=membership)
        self.at = start
        return None

    def _comparison_expr(self) -> Operand | None:
        left = self._side()
        if left is None:
            return None
        start = self.at
        operator = self.next(terminals.COMPARISON, "a comparison")
        if operator:
            at = self.at - len(operator)
            self.skip()
            right = self._side()
            if right is not None:
                return Operand(
                    value=Comparison(left=left, operator=operator, right=right, at=at)
                )
        self.at = start
        return left

    def _side(self) -> Operand | None:
        return self.string_expr_filter() or self._comparison_val()

    def _comparison_val(self) -> Operand | None:
        start = self.at
        first = self.basic_expr_filter()
        if first is None:
            return None
        operands, operators = [first], ""
        while (more := self._arithmetic(self.basic_expr_filter)) is not None:
            operators += more[0]
            operands.append(more[1])
        return _chain(operands, operators, start)

    # Values

    @remembered
    def string_expr_filter(self) -> Operand | None:
        """Take a string or a concatenation, with filters."""
        start = self.at
        value: Expression | None = self._string_concat()
        if value is None:
            text = self.take(terminals.STRING)
            if text is not None:
                self.count()
                value = Literal(value=text[1:-1], at=start)
        return None if value is None else self._filtered(value)

    def _string_concat(self) -> Concatenation | Literal | None:
        start = self.at
        part = self._concat_part()
        parts: list[Literal | Path | Call] = []
        while part is not None:
            parts.append(part)
            end = self.at
            part = None
            if self.next(terminals.TILDE, "'~'"):
                self.skip()
                part = self._concat_part()
            if part is None:
                self.at = end
            else:
                self.count()
        if len(parts) == 1 or not parts:
            self.at = start
            return None
        return _fold(parts, start) or Concatenation(parts=tuple(parts), at=start)

    def _concat_part(self) -> Literal | Path | Call | None:
        return self.fn_call() or self.number() or self.string() or self.dotted()

    @remembered
    def basic_expr_filter(self) -> Operand | None:
        """Take a value or a chain of arithmetic; filters take all of it."""
        found = self._basic_expr()
        return None if found is None else self._filtered(found.value)

    def _basic_expr(self) -> Operand | None:
        start = self.at
        first = self._basic_val()
        if first is None:
            return None
        operands, operators = [first], ""
        while (more := self._arithmetic(self._basic_val)) is not None:
            operators += more[0]
            operands.append(more[1])
        return _chain(operands, operators, start)

    def _arithmetic(
        self, rule: Callable[[], Operand | None]
    ) -> tuple[str, Operand] | None:
        start = self.at
        operator = self.next(terminals.ARITHMETIC, "an operator")
        if operator:
            self.skip()
            operand = rule()
            if operand is not None:
                return operator, operand
        self.at = start
        return None

    @remembered
    def _basic_val(self) -> Operand | None:
        start = self.at
        if self.take(terminals.OPEN):
            self.deeper()
            self.skip()
            inner = self._basic_expr()
            self.shallower()
            if inner is not None and self.next(terminals.CLOSE, "')'"):
                return inner
            self.at = start
            return None
        self.count()
        value = (
            self.boolean()
            or self.test()
            or self.macro_call()
            or self.fn_call()
            or self.dotted()
            or self.number()
        )
        if value is None:
            self.miss("a value")
            return None
        return Operand(value=value)

    def _path(self) -> Operand | None:
        path = self.dotted()
        return None if path is None else Operand(value=path)

    @remembered
    def array_filter(self) -> Operand | None:
        """Take `[a, b]`, with filters."""
        start = self.at
        if not self.take(terminals.OPEN_SQUARE):
            return None
        items: list[Operand] = []
        self.skip()
        while (item := self.logic_val()) is not None:
            items.append(item)
            self.skip()
            if not self.take(terminals.COMMA, "','"):
                break
            self.skip()
        if not self.take(terminals.CLOSE_SQUARE, "']'"):
            self.at = start
            return None
        return self._filtered(Array(items=tuple(items), at=start))

    def _filtered(self, value: Expression) -> Operand:
        filters: list[Call] = []
        while True:
            start = self.at
            found = None
            if self.next(terminals.PIPE, "a filter"):
                self.skip()
                found = self.fn_call() or self.plain_call()
            if found is None:
                self.at = start
                return Operand(value, filters=tuple(filters))
            self.count()
            filters.append(found)


def _fold(parts: list[Literal | Path | Call], at: int) -> Literal | None:
    """Return strings joined as one string: in conditions that is not the same."""
    texts = [part.value for part in parts if isinstance(part, Literal)]
    strings = [text for text in texts if isinstance(text, str)]
    joined = "".join(strings)
    return Literal(value=joined, at=at) if len(strings) == len(parts) else None


def _connect(word: str, operands: list[Operand], at: int) -> Operand:
    if len(operands) == 1:
        return operands[0]
    return Operand(value=Connective(word=word, operands=tuple(operands), at=at))


def _chain(operands: list[Operand], operators: str, at: int) -> Operand:
    if not operators:
        return operands[0]
    return Operand(
        value=Arithmetic(operands=tuple(operands), operators=operators, at=at)
    )
