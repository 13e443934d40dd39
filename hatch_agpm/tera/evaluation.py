"""
Expressions in `jinja2.nodes`, in the three ways in which Tera evaluates them.

The place decides which: as a value (`{{ }}`, `set`, arguments), as a condition (`if`,
`and`, `or`) or as a number (`+`, `<`), each with errors and oddities of its own.  So
there is a method for each way, and the compiled code calls `operators` (as filters
of Jinja2) with everything that is known beforehand.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from jinja2 import nodes

from hatch_agpm.tera.paths import static_path
from hatch_agpm.tera.syntax import (
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
from hatch_agpm.tera.values import digits

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from hatch_agpm.tera.syntax import (
        Arguments,
        Expression,
        MacroDefinition,
    )

__all__ = ["LAZY", "Evaluation", "list_of", "operation", "place"]

LAZY: Final = "lazy"
"""The filter that is none: its value is evaluated when the callee asks for it."""

_SKIPPED_FILTERS: Final = frozenset({"safe", "default"})
"""`safe` means nothing without escaping; `default` is part of reading a variable."""

_DUMP: Final = "__tera_context"


class Evaluation:
    """Compiles expressions; `macros` are those that `self::` can name."""

    def __init__(self, macros: Mapping[str, MacroDefinition]) -> None:
        self._macros: Final = macros

    # Values

    def value(self, operand: Operand) -> nodes.Expr:
        """Return what evaluates `operand` to its value."""
        value = operand.value
        if isinstance(value, Path):
            return self._path_value(value, operand)
        if isinstance(value, Comparison | Connective):
            result = self.condition(operand)
        elif isinstance(value, Arithmetic):
            result = operation("printable", self._arithmetic(value))
        else:
            result = self._plain_value(value)
        result = self._filtered(result, operand.filters)
        return nodes.Not(_truth(result)) if operand.negated else result

    def _plain_value(self, value: Expression) -> nodes.Expr:
        match value:
            case Literal():
                result = _literal(value)
            case Boolean():
                result = nodes.Const(value.value)
            case Call():
                arguments = self._arguments(value.arguments)
                result = operation("call", value.name, arguments, value.at)
            case MacroCall():
                result = self._macro_call(value)
            case TestCall():
                result = self._test(value)
            case Membership():
                result = self._membership(value)
            case Concatenation():
                parts = list_of(self._part(part) for part in value.parts)
                result = operation("concatenate", parts, value.at)
            case Array():
                items = list_of(self.value(item) for item in value.items)
                result = operation("array", items, value.at)
            case _:
                result = self.value(Operand(value=value))
        return result

    def _path_value(self, path: Path, operand: Operand) -> nodes.Expr:
        filters = operand.filters
        if filters and filters[0].name == "default":
            result = self._default(path, filters[0])
        else:
            result = _read("path", path)
        result = self._filtered(result, filters)
        if not operand.negated:
            return result
        negated: nodes.Expr = nodes.Not(_truth(result))
        if filters and filters[0].name == "default":
            return negated
        # `not` of an undefined variable is true, whatever the filters say.
        return nodes.Or(operation("absent", _read("peek", path)), negated)

    def _default(self, path: Path, call: Call) -> nodes.Expr:
        default = call.arguments.get("value")
        if default is None:
            what = "filter 'default' needs an argument 'value'"
            otherwise = operation("fail", what, call.at)
        else:
            otherwise = self.value(default)
        return operation("fallback", _read("peek", path), _lazy(otherwise))

    def _filtered(self, value: nodes.Expr, filters: Iterable[Call]) -> nodes.Expr:
        calls = [call for call in filters if call.name not in _SKIPPED_FILTERS]
        return operation("pipe", value, self.calls(calls)) if calls else value

    def calls(self, calls: Iterable[Call]) -> nodes.List:
        """Return name, arguments and place of each of some filters."""
        return list_of(
            nodes.Tuple(
                [
                    nodes.Const(call.name),
                    self._arguments(call.arguments),
                    nodes.Const(call.at),
                ],
                "load",
            )
            for call in calls
        )

    def _arguments(self, arguments: Arguments) -> nodes.Dict:
        return nodes.Dict(
            [
                nodes.Pair(nodes.Const(name), self.value(value))
                for name, value in arguments.items()
            ],
        )

    def _macro_call(self, call: MacroCall) -> nodes.Expr:
        name = f"{call.namespace}::{call.name}"
        macro = self._macros.get(call.name)
        if call.namespace != "self" or macro is None:
            return operation("fail", f"there is no macro '{name}'", call.at)
        pairs: list[nodes.Pair] = []
        for parameter, default in macro.parameters.items():
            given = call.arguments.get(parameter)
            if given is not None:
                value = self.value(given)
            elif default is not None:
                value = self._plain_value(default)
            else:
                what = f"macro '{name}' needs an argument '{parameter}'"
                value = operation("fail", what, call.at)
            pairs.append(nodes.Pair(nodes.Const(parameter), value))
        arguments = nodes.Dict(pairs)
        return operation("macro", call.name, arguments, call.at)

    def _test(self, test: TestCall) -> nodes.Expr:
        arguments = list_of(self.value(argument) for argument in test.arguments)
        subject = _lazy(_read("peek", test.path))
        result = operation("test", subject, test.name, arguments, test.at)
        return nodes.Not(result) if test.negated else result

    def _membership(self, membership: Membership) -> nodes.Expr:
        needle, container = membership.needle, membership.container
        present = operation(
            "contains", self.value(needle), self.value(container), membership.at
        )
        return nodes.Not(present) if membership.negated else present

    def _part(self, part: Literal | Path | Call) -> nodes.Expr:
        if isinstance(part, Literal):
            text = digits(part.value) if isinstance(part.value, float) else part.value
            return nodes.Const(str(text))
        if isinstance(part, Path):
            return _read("path", part)
        return self._plain_value(part)

    # Conditions

    def condition(self, operand: Operand) -> nodes.Expr:
        """Return what evaluates `operand` to true or false."""
        value = operand.value
        match value:
            case Path():
                return self._path_condition(value, operand)
            case Comparison(operator="==" | "!="):
                sides = self.value(value.left), self.value(value.right)
                name = "equal" if value.operator == "==" else "unequal"
                return operation(name, *sides, operand.negated)
            case Concatenation():
                return operation("text_truth", self.value(operand), value.at)
            case Connective():
                operands = [self.condition(item) for item in value.operands]
                result = _joined(value.word, operands)
            case Comparison():
                sides = self.number(value.left), self.number(value.right)
                result = operation("compare", *sides, value.operator, value.at)
            case Literal():
                result = _truth(_literal(value))
            case Arithmetic():
                result = operation("number_truth", self._arithmetic(value))
            case Call():
                call = self._plain_value(value)
                result = operation("flag", call, value.name, value.at)
            case _:
                result = _truth(self._plain_value(value))
        return nodes.Not(result) if operand.negated else result

    def _path_condition(self, path: Path, operand: Operand) -> nodes.Expr:
        if not operand.filters and path.text != _DUMP:
            found = operation("holds", _read("peek", path))
            return nodes.Not(found) if operand.negated else found
        # Whatever goes wrong with a variable in a condition makes it false, and
        # `not` does not turn that round.
        return operation("attempt", _lazy(self.value(operand)))

    # Numbers

    def number(self, operand: Operand) -> nodes.Expr:
        """Return what evaluates `operand` to a number, or to None for NaN."""
        value = operand.value
        if operand.filters:
            what = "an expression that is no number"
            return operation("number", self.value(operand), what, place(value))
        match value:
            case Literal(value=int() | float()):
                return _literal(value)
            case Arithmetic():
                return self._arithmetic(value)
            case Path():
                what = f"'{value.text}', which is no number"
                return operation("number", _read("path", value), what, value.at)
            case Call():
                what = f"'{value.name}()', which returns no number"
                return operation("number", self._plain_value(value), what, value.at)
        return operation("fail", f"{_name(value)} is no number", place(value))

    def _arithmetic(self, value: Arithmetic) -> nodes.Expr:
        operands = list_of(self.number(operand) for operand in value.operands)
        return operation("arithmetic", operands, value.operators, value.at)


def operation(name: str, *arguments: nodes.Expr | str | float) -> nodes.Expr:
    """Return a call of one of `operators`."""
    first, *rest = (
        argument if isinstance(argument, nodes.Node) else nodes.Const(argument)
        for argument in arguments
    )
    return nodes.Filter(first, name, rest, [], None, None)


def _lazy(value: nodes.Expr) -> nodes.Expr:
    return operation(LAZY, value)


def _truth(value: nodes.Expr) -> nodes.Expr:
    return operation("truth", value)


def list_of(items: Iterable[nodes.Expr]) -> nodes.List:
    """Return a list of Python's."""
    return nodes.List(list(items))


def _literal(literal: Literal) -> nodes.Expr:
    if isinstance(literal.value, float) and math.isinf(literal.value):
        return operation("refuse", "the number is too large", "", literal.at)
    return nodes.Const(literal.value)


def _read(name: str, path: Path) -> nodes.Expr:
    """Return what looks a variable up: by steps if they are known by now."""
    if path.text == _DUMP:
        return operation("dump", path.at)
    steps = static_path(path.text)
    if steps is None:
        return operation(f"{name}_at", path.text, path.at)
    root, *rest = steps
    tail = nodes.Tuple([nodes.Const(step) for step in rest], "load")
    return operation(name, root, tail, path.text, path.at)


def _joined(word: str, operands: Sequence[nodes.Expr]) -> nodes.Expr:
    """Join conditions as a balanced tree: Python nests parentheses 200 deep."""
    if len(operands) == 1:
        return operands[0]
    middle = len(operands) // 2
    sides = _joined(word, operands[:middle]), _joined(word, operands[middle:])
    return (nodes.And if word == "and" else nodes.Or)(*sides)


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
