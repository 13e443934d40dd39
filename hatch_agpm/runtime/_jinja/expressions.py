# SPDX-License-Identifier: MIT-0
"""Compiles the expressions of programs to functions that take a scope."""

from __future__ import annotations

import operator

from . import part
from .scope import lookup
from .values import MISSING, attribute, undefined

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from .scope import CallScope, _Value

__all__ = ["OPERATIONS", "evaluator"]

OPERATIONS: Mapping[str, str] = {
    **dict.fromkeys(("binary", "negative", "positive"), "calculation"),
    **dict.fromkeys(("call", "filter", "function", "test"), "calls"),
    **dict.fromkeys(("choose", "dict", "fill", "item", "join", "list"), "making"),
    **dict.fromkeys(("markup", "section", "slice", "tuple"), "making"),
}
"""The modules of operations that few programs have."""


def evaluator(code: Any) -> _Value:
    """Return the function that evaluates an expression."""
    if not isinstance(code, list):
        return lambda _: code
    name, *rest = code
    if name in _KINDS:
        return _KINDS[name](*rest)
    value: _Value = part(f"operations.{OPERATIONS[name]}").KINDS[name](*rest)
    return value


def _constant(value: Any) -> _Value:
    return lambda _: value


def _variable(name: str) -> _Value:
    def read(scope: CallScope) -> Any:
        value = scope.run.values.get(name, MISSING)
        return undefined(f"'{name}' is undefined") if value is MISSING else value

    return read


def _attribute(of: Any, name: str) -> _Value:
    value = evaluator(of)
    is_method = hasattr(dict, name)

    def read(scope: CallScope) -> Any:
        found = value(scope)
        if type(found) is dict and name in found and not is_method:
            return found[name]
        return attribute(found, name)

    return read


def _compare(of: Any, operands: list[Any]) -> _Value:
    first = evaluator(of)
    rest = [(_COMPARISONS[sign], evaluator(each)) for sign, each in operands]
    if len(rest) == 1:
        ((only, second),) = rest
        return lambda scope: only(first(scope), second(scope))

    def compare(scope: CallScope) -> Any:
        left, result = first(scope), True
        for compared, operand in rest:
            right = operand(scope)
            result = compared(left, right)
            if not result:
                break
            left = right
        return result

    return compare


def _not(of: Any) -> _Value:
    value = evaluator(of)
    return lambda scope: not value(scope)


def _and(one: Any, other: Any) -> _Value:
    first, second = evaluator(one), evaluator(other)
    return lambda scope: first(scope) and second(scope)


def _or(one: Any, other: Any) -> _Value:
    first, second = evaluator(one), evaluator(other)
    return lambda scope: first(scope) or second(scope)


_COMPARISONS: Mapping[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "in": lambda value, values: value in values,
    "not in": lambda value, values: value not in values,
}
_KINDS: Mapping[str, Callable[..., _Value]] = {
    "=": _constant,
    "and": _and,
    "attribute": _attribute,
    "compare": _compare,
    "local": lookup,
    "not": _not,
    "or": _or,
    "variable": _variable,
}
