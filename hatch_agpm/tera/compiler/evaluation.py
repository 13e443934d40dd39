"""
Compile expressions, in the three ways in which Tera evaluates them.

The position decides which: as a value (`{{ }}`, `set`, arguments), as a condition
(`if`, `and`, `or`) or as a number (`+`, `<`), each with its own errors and exceptions.
There is a method for each way; the expression that it returns calls `operators` with
all constants.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from hatch_agpm.rust import digits
from hatch_agpm.tera.compiler.template_shape import Expression
from hatch_agpm.tera.parser.tree import (
    Arithmetic,
    Array,
    Boolean,
    Call,
    Comparison,
    Concatenation,
    Connective,
    Literal,
    MacroCall,
    Membership,
    Operand,
    Path,
    TestCall,
)
from hatch_agpm.tera.runtime.paths import static_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from hatch_agpm.tera.compiler.template_shape import Table
    from hatch_agpm.tera.parser import tree as syntax
    from hatch_agpm.tera.parser.tree import Arguments, MacroDefinition

__all__ = ["Evaluation", "place"]

_SKIPPED_FILTERS: Final = frozenset({"safe", "default"})
"""`safe` means nothing without escaping; `default` is part of reading a variable."""

_DUMP: Final = "__tera_context"


class Evaluation:
    """Compiles expressions; `macros` are those that `self::` can name."""

    def __init__(self, macros: Mapping[str, MacroDefinition], table: Table) -> None:
        self._macros: Final = macros
        self._constant: Final = table.constant
        self._call: Final = table.call

    # Values

    def value(self, operand: Operand) -> Expression:
        """Return what evaluates `operand` to its value."""
        value = operand.value
        if isinstance(value, Path):
            if not operand.filters and not operand.negated:
                return self._read("path", value)
            return self._path_value(value, operand)
        if isinstance(value, Comparison | Connective):
            result = self.condition(operand)
        elif isinstance(value, Arithmetic):
            result = self._call("printable", (self._arithmetic(value),))
        else:
            result = self._plain_value(value)
        result = self._filtered(result, operand.filters)
        return _negated(_truth(result)) if operand.negated else result

    def _plain_value(self, value: syntax.Expression) -> Expression:
        match value:
            case Literal():
                result = self._literal(value)
            case Boolean():
                result = self._constant(value.value)
            case Call():
                arguments = self._arguments(value.arguments)
                result = self._call("call", (arguments,), value.name, value.at)
            case MacroCall():
                result = self._macro_call(value)
            case TestCall():
                result = self._test(value)
            case Membership():
                result = self._membership(value)
            case Concatenation():
                parts = _list(self._part(part) for part in value.parts)
                result = self._call("concatenate", (parts,), value.at)
            case Array():
                items = _list(self.value(item) for item in value.items)
                result = self._call("array", (items,), value.at)
            case _:
                result = self.value(Operand(value=value))
        return result

    def _path_value(self, path: Path, operand: Operand) -> Expression:
        filters = operand.filters
        if filters and filters[0].name == "default":
            result = self._default(path, filters[0])
        else:
            result = self._read("path", path)
        result = self._filtered(result, filters)
        if not operand.negated:
            return result
        negated = _negated(_truth(result))
        if filters and filters[0].name == "default":
            return negated
        # `not` of an undefined variable is true, whatever the filters say.
        absent = self._call("absent", (self._read("peek", path),))
        return Expression("or", (absent, negated))

    def _default(self, path: Path, call: Call) -> Expression:
        default = call.arguments.get("value")
        if default is None:
            what = "filter 'default' needs an argument 'value'"
            otherwise = self._call("fail", (), what, call.at)
        else:
            otherwise = self.value(default)
        operands = self._read("peek", path), _lazy(otherwise)
        return self._call("fallback", operands)

    def _filtered(self, value: Expression, filters: Iterable[Call]) -> Expression:
        calls = [call for call in filters if call.name not in _SKIPPED_FILTERS]
        return self._call("pipe", (value, self.calls(calls))) if calls else value

    def calls(self, calls: Iterable[Call]) -> Expression:
        """Return name, arguments and place of each of some filters."""
        return _list(
            Expression(
                "tuple",
                (
                    self._constant(call.name),
                    self._arguments(call.arguments),
                    self._constant(call.at),
                ),
            )
            for call in calls
        )

    def _arguments(self, arguments: Arguments) -> Expression:
        parts: list[Expression] = []
        for name, value in arguments.items():
            parts += self._constant(name), self.value(value)
        return Expression("dict", tuple(parts))

    def _macro_call(self, call: MacroCall) -> Expression:
        name = f"{call.namespace}::{call.name}"
        macro = self._macros.get(call.name)
        if call.namespace != "self" or macro is None:
            return self._call("fail", (), f"there is no macro '{name}'", call.at)
        parts: list[Expression] = []
        for parameter, default in macro.parameters.items():
            given = call.arguments.get(parameter)
            if given is not None:
                value = self.value(given)
            elif default is not None:
                value = self._plain_value(default)
            else:
                what = f"macro '{name}' needs an argument '{parameter}'"
                value = self._call("fail", (), what, call.at)
            parts += self._constant(parameter), value
        arguments = Expression("dict", tuple(parts))
        return self._call("macro", (arguments,), call.name, call.at)

    def _test(self, test: TestCall) -> Expression:
        arguments = _list(self.value(argument) for argument in test.arguments)
        subject = _lazy(self._read("peek", test.path))
        result = self._call("test", (subject, arguments), test.name, test.at)
        return _negated(result) if test.negated else result

    def _membership(self, membership: Membership) -> Expression:
        needle, container = membership.needle, membership.container
        sides = self.value(needle), self.value(container)
        present = self._call("contains", sides, membership.at)
        return _negated(present) if membership.negated else present

    def _part(self, part: Literal | Path | Call) -> Expression:
        if isinstance(part, Literal):
            text = digits(part.value) if isinstance(part.value, float) else part.value
            return self._constant(str(text))
        if isinstance(part, Path):
            return self._read("path", part)
        return self._plain_value(part)

    # Conditions

    def condition(self, operand: Operand) -> Expression:
        """Return what evaluates `operand` to true or false."""
        value = operand.value
        match value:
            case Path():
                return self._path_condition(value, operand)
            case Comparison(operator="==" | "!="):
                sides = self.value(value.left), self.value(value.right)
                name = "equal" if value.operator == "==" else "unequal"
                return self._call(name, sides, operand.negated)
            case Concatenation():
                return self._call("text_truth", (self.value(operand),), value.at)
            case Connective():
                operands = [self.condition(item) for item in value.operands]
                result = _joined(value.word, operands)
            case Comparison():
                sides = self.number(value.left), self.number(value.right)
                result = self._call("compare", sides, value.operator, value.at)
            case Literal():
                result = _truth(self._literal(value))
            case Arithmetic():
                result = self._call("number_truth", (self._arithmetic(value),))
            case Call():
                call = self._plain_value(value)
                result = self._call("flag", (call,), value.name, value.at)
            case _:
                result = _truth(self._plain_value(value))
        return _negated(result) if operand.negated else result

    def _path_condition(self, path: Path, operand: Operand) -> Expression:
        if not operand.filters and path.text != _DUMP:
            found = self._call("holds", (self._read("peek", path),))
            return _negated(found) if operand.negated else found
        # Whatever goes wrong with a variable in a condition makes it false, and
        # `not` does not turn that round.
        return self._call("attempt", (_lazy(self.value(operand)),))

    # Numbers

    def number(self, operand: Operand) -> Expression:
        """Return what evaluates `operand` to a number, or to None for NaN."""
        value = operand.value
        if operand.filters:
            what = "an expression that is no number"
            return self._call("number", (self.value(operand),), what, place(value))
        match value:
            case Literal(value=int() | float()):
                return self._literal(value)
            case Arithmetic():
                return self._arithmetic(value)
            case Path():
                what = f"'{value.text}', which is no number"
                read = self._read("path", value)
                return self._call("number", (read,), what, value.at)
            case Call():
                what = f"'{value.name}()', which returns no number"
                call = self._plain_value(value)
                return self._call("number", (call,), what, value.at)
        return self._call("fail", (), f"{_name(value)} is no number", place(value))

    def _arithmetic(self, value: Arithmetic) -> Expression:
        operands = _list(self.number(operand) for operand in value.operands)
        return self._call("arithmetic", (operands,), value.operators, value.at)

    # What all three need

    def _literal(self, literal: Literal) -> Expression:
        if isinstance(literal.value, float) and math.isinf(literal.value):
            return self._call("refuse", (), "the number is too large", "", literal.at)
        return self._constant(literal.value)

    def _read(self, name: str, path: Path) -> Expression:
        """Return what looks a variable up: by steps if they are known by now."""
        if path.text == _DUMP:
            return self._call("dump", (), path.at)
        steps = static_path(path.text)
        if steps is None:
            return self._call(f"{name}_at", (), path.text, path.at)
        return self._call(name, (), steps[0], steps[1:], path.text, path.at)


def _lazy(value: Expression) -> Expression:
    """Delay a value until the callee asks for it."""
    return Expression("lazy", (value,))


def _truth(value: Expression) -> Expression:
    return Expression("truth", (value,))


def _negated(value: Expression) -> Expression:
    return Expression("not", (value,))


def _list(items: Iterable[Expression]) -> Expression:
    return Expression("list", tuple(items))


def _joined(word: str, operands: Sequence[Expression]) -> Expression:
    """Join conditions as a balanced tree: Python nests parentheses 200 deep."""
    if len(operands) == 1:
        return operands[0]
    middle = len(operands) // 2
    sides = _joined(word, operands[:middle]), _joined(word, operands[middle:])
    return Expression(word, sides)


def place(value: object) -> int:
    """Return the offset of a part of the tree, -1 where it has none."""
    at = getattr(value, "at", -1)
    return at if isinstance(at, int) else -1


def _name(value: object) -> str:
    match value:
        case Literal():
            return "a string"
        case Boolean():
            return "a boolean"
        case Concatenation():
            return "a concatenation"
        case TestCall():
            return "a test"
        case MacroCall():
            return "a macro"
    return "a condition"
