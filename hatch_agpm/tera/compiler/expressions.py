"""
Compile expressions, in the three ways in which Tera evaluates them.

The position decides which: as a value (`{{ }}`, `set`, arguments), as a condition
(`if`, `and`, `or`) or as a number (`+`, `<`), each with its own errors and exceptions.
There is a method for each way, which returns a function that evaluates.
"""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING, Final, TypeVar

from hatch_agpm.errors import did_you_mean
from hatch_agpm.rust import digits
from hatch_agpm.tera.compiler import operators
from hatch_agpm.tera.compiler.steps import call, constant
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
from hatch_agpm.tera.runtime.values import truthy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from hatch_agpm.rust import Number
    from hatch_agpm.tera.compiler.operators import FilterCall
    from hatch_agpm.tera.compiler.steps import Evaluator, Function
    from hatch_agpm.tera.parser import tree as syntax
    from hatch_agpm.tera.parser.tree import Arguments, MacroDefinition

__all__ = ["ExpressionCompiler", "position_of"]

_T = TypeVar("_T")
_Value = TypeVar("_Value", bound="str | float")

_SKIPPED_FILTERS: Final = frozenset({"safe", "default"})
"""`safe` means nothing without escaping; `default` is part of reading a variable."""

_DUMP: Final = "__tera_context"


class ExpressionCompiler:
    """
    Compiles expressions.

    `macros` are those that `self::` can name.  `functions` are what they are compiled
    to; it may be filled later, before the first render.
    """

    def __init__(
        self,
        macros: Mapping[str, MacroDefinition],
        functions: Mapping[str, Function],
    ) -> None:
        self._macros: Final = macros
        self._functions: Final = functions

    # Values

    def value(self, operand: Operand) -> Evaluator[object]:
        """Return a function that evaluates `operand` to its value."""
        value = operand.value
        if isinstance(value, Path):
            return self._path_value(value, operand)
        result: Evaluator[object]
        if isinstance(value, Comparison | Connective):
            result = self.condition(operand)
        elif isinstance(value, Arithmetic):
            result = call(operators.printable, (self._arithmetic(value),))
        else:
            result = self._plain_value(value)
        result = self._filtered(result, operand.filters)
        return _negated(_truth(result)) if operand.negated else result

    def _plain_value(self, value: syntax.Expression) -> Evaluator[object]:
        result: Evaluator[object]
        match value:
            case Literal():
                result = _literal(value.value, value.at)
            case Boolean():
                result = constant(value.value)
            case Call():
                arguments = self._arguments(value.arguments)
                result = call(operators.call, (arguments,), value.name, value.at)
            case MacroCall():
                result = self._macro_call(value)
            case TestCall():
                result = self._test(value)
            case Membership():
                result = self._membership(value)
            case Concatenation():
                parts = _list(self._part(part) for part in value.parts)
                result = call(operators.concatenate, (parts,), value.at)
            case Array():
                items = _list(self.value(item) for item in value.items)
                result = call(operators.array, (items,), value.at)
            case _:
                result = self.value(Operand(value=value))
        return result

    def _path_value(self, path: Path, operand: Operand) -> Evaluator[object]:
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
        return _any((call(operators.absent, (_peek(path),)), negated))

    def _default(self, path: Path, filter_: Call) -> Evaluator[object]:
        default = filter_.arguments.get("value")
        otherwise: Evaluator[object]
        if default is None:
            what = "filter 'default' needs an argument 'value'"
            otherwise = call(operators.fail, (), what, filter_.at)
        else:
            otherwise = self.value(default)
        return call(operators.fallback, (_peek(path), _lazy(otherwise)))

    def _filtered(
        self, value: Evaluator[object], filters: Iterable[Call]
    ) -> Evaluator[object]:
        calls = [call for call in filters if call.name not in _SKIPPED_FILTERS]
        return call(operators.pipe, (value, self.calls(calls))) if calls else value

    def calls(self, filters: Iterable[Call]) -> Evaluator[list[FilterCall]]:
        """Return a function that evaluates the arguments of some filters."""
        calls = [
            (each.name, self._arguments(each.arguments), each.at) for each in filters
        ]
        return lambda scope: [
            (name, arguments(scope), at) for name, arguments, at in calls
        ]

    def _arguments(self, arguments: Arguments) -> Evaluator[dict[str, object]]:
        return _dict({name: self.value(value) for name, value in arguments.items()})

    def _macro_call(self, macro_call: MacroCall) -> Evaluator[str]:
        name = f"{macro_call.namespace}::{macro_call.name}"
        macro = self._macros.get(macro_call.name)
        if macro_call.namespace != "self" or macro is None:
            what = f"there is no macro '{name}'"
            near = did_you_mean(name, [f"self::{known}" for known in self._macros])
            return call(operators.fail, (), what, macro_call.at, near)
        parts: dict[str, Evaluator[object]] = {}
        for parameter, default in macro.parameters.items():
            given = macro_call.arguments.get(parameter)
            if given is not None:
                parts[parameter] = self.value(given)
            elif default is not None:
                parts[parameter] = self._plain_value(default)
            else:
                what = f"macro '{name}' needs an argument '{parameter}'"
                parts[parameter] = call(operators.fail, (), what, macro_call.at)
        return call(
            operators.macro,
            (_dict(parts),),
            self._functions,
            macro_call.name,
            macro_call.at,
        )

    def _test(self, test: TestCall) -> Evaluator[bool]:
        arguments = _list(self.value(argument) for argument in test.arguments)
        subject = _lazy(_peek(test.path))
        result = call(operators.test, (subject, arguments), test.name, test.at)
        return _negated(result) if test.negated else result

    def _membership(self, membership: Membership) -> Evaluator[bool]:
        needle, container = membership.needle, membership.container
        sides = self.value(needle), self.value(container)
        present = call(operators.contains, sides, membership.at)
        return _negated(present) if membership.negated else present

    def _part(self, part: Literal | Path | Call) -> Evaluator[object]:
        if isinstance(part, Literal):
            text = digits(part.value) if isinstance(part.value, float) else part.value
            return constant(str(text))
        return _read(part) if isinstance(part, Path) else self._plain_value(part)

    # Conditions

    def condition(self, operand: Operand) -> Evaluator[bool]:
        """Return a function that evaluates `operand` to true or false."""
        value = operand.value
        result: Evaluator[bool]
        match value:
            case Path():
                return self._path_condition(value, operand)
            case Comparison(operator="==" | "!="):
                wanted = (value.operator == "==") is not operand.negated
                sides = self.value(value.left), self.value(value.right)
                return call(partial(operators.equal, wanted=wanted), sides)
            case Concatenation():
                return call(operators.text_truth, (self.value(operand),), value.at)
            case Connective():
                operands = [self.condition(item) for item in value.operands]
                result = _all(operands) if value.word == "and" else _any(operands)
            case Comparison():
                numbers = self.number(value.left), self.number(value.right)
                result = call(operators.compare, numbers, value.operator, value.at)
            case Literal():
                result = _truth(_literal(value.value, value.at))
            case Arithmetic():
                result = call(operators.number_truth, (self._arithmetic(value),))
            case Call():
                returned = self._plain_value(value)
                result = call(operators.flag, (returned,), value.name, value.at)
            case _:
                result = _truth(self._plain_value(value))
        return _negated(result) if operand.negated else result

    def _path_condition(self, path: Path, operand: Operand) -> Evaluator[bool]:
        if not operand.filters and path.text != _DUMP:
            found = _truth(_peek(path))
            return _negated(found) if operand.negated else found
        # Whatever goes wrong with a variable in a condition makes it false, and
        # `not` does not turn that round.
        return call(operators.attempt, (_lazy(self.value(operand)),))

    # Numbers

    def number(self, operand: Operand) -> Evaluator[Number | None]:
        """Return a function that evaluates `operand` to a number, None for NaN."""
        value = operand.value
        at = position_of(value)
        if operand.filters:
            what = "an expression that is not a number"
            return call(operators.number, (self.value(operand),), what, at)
        match value:
            case Literal(value=int() | float() as known):
                return _literal(known, at)
            case Arithmetic():
                return self._arithmetic(value)
            case Path():
                what = f"'{value.text}', which is not a number"
                return call(operators.number, (_read(value),), what, at)
            case Call():
                what = f"'{value.name}()', which does not return a number"
                return call(operators.number, (self._plain_value(value),), what, at)
        return call(operators.fail, (), f"{_kind(value)} is not a number", at)

    def _arithmetic(self, value: Arithmetic) -> Evaluator[Number | None]:
        operands = _list(self.number(operand) for operand in value.operands)
        return call(operators.arithmetic, (operands,), value.operators, value.at)


# Parts of expressions


def _literal(value: _Value, at: int) -> Evaluator[_Value]:
    if isinstance(value, float) and math.isinf(value):
        return call(operators.refuse, (), "the number is too large", "", at)
    return constant(value)


def _read(path: Path) -> Evaluator[object]:
    """Return a function that looks up a variable, or raises Failure."""
    steps = static_path(path.text)
    if path.text == _DUMP:
        return call(operators.dump, ())
    if steps is None:
        return call(operators.path_at, (), path.text, path.at)
    return call(operators.path, (), steps, path.text, path.at)


def _peek(path: Path) -> Evaluator[object]:
    """Return a function that looks up a variable, and returns `MISSING` without it."""
    steps = static_path(path.text)
    if path.text == _DUMP:
        return call(operators.dump, ())
    if steps is None:
        return call(operators.peek_at, (), path.text, path.at)
    return call(operators.peek, (), steps)


def _lazy(value: Evaluator[_T]) -> Evaluator[Callable[[], _T]]:
    """Return an evaluator of a function that evaluates `value` when it is called."""
    return lambda scope: lambda: value(scope)


def _truth(value: Evaluator[object]) -> Evaluator[bool]:
    return lambda scope: truthy(value(scope))


def _negated(value: Evaluator[bool]) -> Evaluator[bool]:
    return lambda scope: not value(scope)


def _any(conditions: Sequence[Evaluator[bool]]) -> Evaluator[bool]:
    return lambda scope: any(condition(scope) for condition in conditions)


def _all(conditions: Sequence[Evaluator[bool]]) -> Evaluator[bool]:
    return lambda scope: all(condition(scope) for condition in conditions)


def _list(items: Iterable[Evaluator[_T]]) -> Evaluator[list[_T]]:
    evaluators = tuple(items)
    return lambda scope: [item(scope) for item in evaluators]


def _dict(items: Mapping[str, Evaluator[object]]) -> Evaluator[dict[str, object]]:
    return lambda scope: {name: item(scope) for name, item in items.items()}


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
