"""
Compile expressions, in the three ways in which Tera evaluates them.

The position decides which: as a value (`{{ }}`, `set`, arguments), as a condition
(`if`, `and`, `or`) or as a number (`+`, `<`), each with its own errors and exceptions.
There is a method for each way, which returns an expression of a program.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from hatch_agpm.errors import did_you_mean
from hatch_agpm.runtime._tera.operations.paths import static_path
from hatch_agpm.runtime._tera.rust import digits
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

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from hatch_agpm.tera.parser import tree as syntax
    from hatch_agpm.tera.parser.tree import Arguments, MacroDefinition

__all__ = ["Code", "ExpressionCompiler", "position_of"]

Code: TypeAlias = Any
"""An expression of a program, as JSON has it: a constant, or a list of its parts."""

_SKIPPED_FILTERS: Final = frozenset({"safe", "default"})
"""`safe` means nothing without escaping; `default` is part of reading a variable."""

_MOST_HINTS: Final = 20
"""How many names of macros are compared with all others."""

_DUMP: Final = "__tera_context"


class ExpressionCompiler:
    """Compiles expressions; `macros` are those that `self::` can name."""

    def __init__(self, macros: Mapping[str, MacroDefinition]) -> None:
        self._macros: Final = macros
        self._hints_left = _MOST_HINTS

    # Values

    def value(self, operand: Operand) -> Code:
        """Return the expression of the value of `operand`."""
        value = operand.value
        if isinstance(value, Path):
            return self._path_value(value, operand)
        result: Code
        if isinstance(value, Comparison | Connective):
            result = self.condition(operand)
        elif isinstance(value, Arithmetic):
            result = ["printable", self._arithmetic(value)]
        else:
            result = self._plain_value(value)
        result = self._filtered(result, operand.filters)
        return _negated(_truth(result)) if operand.negated else result

    def _plain_value(self, value: syntax.Expression) -> Code:
        result: Code
        match value:
            case Literal():
                result = _literal(value.value, value.at)
            case Boolean():
                result = value.value
            case Call():
                arguments = ["dict", self._values(value.arguments)]
                result = ["call", arguments, value.name, value.at]
            case MacroCall():
                result = self._macro_call(value)
            case TestCall():
                result = self._test(value)
            case Membership():
                result = self._membership(value)
            case Concatenation():
                parts = _list(self._part(part) for part in value.parts)
                result = ["concatenate", parts, value.at]
            case Array():
                items = _list(self.value(item) for item in value.items)
                result = ["array", items, value.at]
            case _:
                result = self.value(Operand(value=value))
        return result

    def _path_value(self, path: Path, operand: Operand) -> Code:
        filters = operand.filters
        has_default = bool(filters) and filters[0].name == "default"
        read = self._default(path, filters[0]) if has_default else _read(path)
        result = self._filtered(read, filters)
        if not operand.negated:
            return result
        negated = _negated(_truth(result))
        if has_default:
            return negated
        # `not` of an undefined variable is true, whatever the filters say.
        return ["any", ["absent", _peek(path)], negated]

    def _default(self, path: Path, filter_: Call) -> Code:
        default = filter_.arguments.get("value")
        otherwise: Code
        if default is None:
            what = "filter 'default' needs an argument 'value'"
            otherwise = ["fail", what, filter_.at]
        else:
            otherwise = self.value(default)
        return ["fallback", _peek(path), otherwise]

    def _filtered(self, value: Code, filters: Iterable[Call]) -> Code:
        calls = [call for call in filters if call.name not in _SKIPPED_FILTERS]
        return ["pipe", value, self.calls(calls)] if calls else value

    def calls(self, filters: Iterable[Call]) -> Code:
        """Return the calls of some filters, with expressions as arguments."""
        return [[each.name, self._values(each.arguments), each.at] for each in filters]

    def _values(self, arguments: Arguments) -> dict[str, Code]:
        return {name: self.value(value) for name, value in arguments.items()}

    def _macro_call(self, macro_call: MacroCall) -> Code:
        name = f"{macro_call.namespace}::{macro_call.name}"
        macro = self._macros.get(macro_call.name)
        if macro_call.namespace != "self" or macro is None:
            what = f"there is no macro '{name}'"
            near = self._nearest_macro(name)
            return ["fail", what, macro_call.at, near]
        parts: dict[str, Code] = {}
        for parameter, default in macro.parameters.items():
            given = macro_call.arguments.get(parameter)
            if given is not None:
                parts[parameter] = self.value(given)
            elif default is not None:
                parts[parameter] = self._plain_value(default)
            else:
                what = f"macro '{name}' needs an argument '{parameter}'"
                parts[parameter] = ["fail", what, macro_call.at]
        return ["macro", ["dict", parts], f"macro {macro_call.name}", macro_call.at]

    def _nearest_macro(self, name: str) -> str:
        """Return the hint for a macro that is not there: only for the first ones."""
        self._hints_left -= 1
        known = [f"self::{known}" for known in self._macros]
        return did_you_mean(name, known) if self._hints_left >= 0 else ""

    def _test(self, test: TestCall) -> Code:
        arguments = _list(self.value(argument) for argument in test.arguments)
        subject = _peek(test.path)
        result = ["test", subject, arguments, test.name, test.at]
        return _negated(result) if test.negated else result

    def _membership(self, membership: Membership) -> Code:
        needle, container = membership.needle, membership.container
        sides = self.value(needle), self.value(container)
        present = ["contains", *sides, membership.at]
        return _negated(present) if membership.negated else present

    def _part(self, part: Literal | Path | Call) -> Code:
        if isinstance(part, Literal):
            text = digits(part.value) if isinstance(part.value, float) else part.value
            return str(text)
        return _read(part) if isinstance(part, Path) else self._plain_value(part)

    # Conditions

    def condition(self, operand: Operand) -> Code:
        """Return an expression that is true or false."""
        value = operand.value
        result: Code
        match value:
            case Path():
                return self._path_condition(value, operand)
            case Comparison(operator="==" | "!="):
                wanted = (value.operator == "==") is not operand.negated
                sides = self.value(value.left), self.value(value.right)
                return ["equal" if wanted else "unequal", *sides]
            case Concatenation():
                return ["text_truth", self.value(operand), value.at]
            case Connective():
                operands = [self.condition(item) for item in value.operands]
                result = ["all" if value.word == "and" else "any", *operands]
            case Comparison():
                numbers = self.number(value.left), self.number(value.right)
                result = ["compare", *numbers, value.operator, value.at]
            case Literal():
                result = _truth(_literal(value.value, value.at))
            case Arithmetic():
                result = ["number_truth", self._arithmetic(value)]
            case Call():
                returned = self._plain_value(value)
                result = ["flag", returned, value.name, value.at]
            case _:
                result = _truth(self._plain_value(value))
        return _negated(result) if operand.negated else result

    def _path_condition(self, path: Path, operand: Operand) -> Code:
        if not operand.filters and path.text != _DUMP:
            found = _truth(_peek(path))
            return _negated(found) if operand.negated else found
        # Whatever goes wrong with a variable in a condition makes it false, and
        # `not` does not turn that round.
        return ["attempt", self.value(operand)]

    # Numbers

    def number(self, operand: Operand) -> Code:
        """Return an expression that is a number, or None for NaN."""
        value = operand.value
        at = position_of(value)
        if operand.filters:
            what = "an expression that is not a number"
            return ["number", self.value(operand), what, at]
        match value:
            case Literal(value=int() | float() as known):
                return _literal(known, at)
            case Arithmetic():
                return self._arithmetic(value)
            case Path():
                what = f"'{value.text}', which is not a number"
                return ["number", _read(value), what, at]
            case Call():
                what = f"'{value.name}()', which does not return a number"
                return ["number", self._plain_value(value), what, at]
        return ["fail", f"{_kind(value)} is not a number", at]

    def _arithmetic(self, value: Arithmetic) -> Code:
        operands = _list(self.number(operand) for operand in value.operands)
        return ["arithmetic", operands, value.operators, value.at]


# Parts of expressions


def _literal(value: str | float, at: int) -> Code:
    if isinstance(value, float) and math.isinf(value):
        return ["refuse", "the number is too large", "", at]
    return value


def _read(path: Path) -> Code:
    """Return the expression of a variable that raises Failure without it."""
    steps = static_path(path.text)
    if path.text == _DUMP:
        return ["dump"]
    if steps is None:
        return ["path_at", path.text, path.at]
    return ["path", list(steps), path.text, path.at]


def _peek(path: Path) -> Code:
    """Return the expression of a variable that is `MISSING` without it."""
    steps = static_path(path.text)
    if path.text == _DUMP:
        return ["dump"]
    if steps is None:
        return ["peek_at", path.text, path.at]
    return ["peek", list(steps)]


def _truth(value: Code) -> Code:
    return ["truth", value]


def _negated(value: Code) -> Code:
    return ["not", value]


def _list(items: Iterable[Code]) -> Code:
    return ["list", *items]


def position_of(value: object) -> int:
    """Return the offset of a part of the tree, -1 where it has none."""
    at = getattr(value, "at", -1)
    return at if isinstance(at, int) else -1


def _kind(value: object) -> str:
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
