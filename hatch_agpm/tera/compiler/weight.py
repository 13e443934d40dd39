"""How much one turn of a loop, or one call of a macro, may have to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hatch_agpm.tera.parser.tree import (
    Arithmetic,
    Array,
    Block,
    Call,
    Comparison,
    Concatenation,
    Connective,
    FilterSection,
    For,
    If,
    MacroCall,
    Membership,
    Operand,
    Path,
    Print,
    Set,
    TestCall,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hatch_agpm.tera.parser.tree import Expression, Node

__all__ = ["weigh"]


def weigh(body: Iterable[Node]) -> int:
    """
    Count the parts of a body that is run once.

    These are its tags and texts, and the values, steps of paths and filters of its
    expressions but for the first value of each.  The body of an inner loop counts for
    each turn of its own, and not here.
    """
    weight = 0
    for node in body:
        weight += 1
        match node:
            case Print() | Set():
                weight += _further(node.value)
            case For():
                weight += _further(node.container) + weigh(node.empty)
            case FilterSection():
                weight += _of_values(node.call.arguments.values()) + weigh(node.body)
            case Block():
                weight += weigh(node.body)
            case If():
                for branch in node.branches:
                    weight += _further(branch.condition) + 1 + weigh(branch.body)
                weight += weigh(node.otherwise.body) if node.otherwise else 0
    return weight


def _further(operand: Operand) -> int:
    return _of_operand(operand) - 1


def _of_operand(operand: Operand) -> int:
    weight = _of_expression(operand.value)
    for call in operand.filters:
        weight += 1 + _of_values(call.arguments.values())
    return weight


def _of_values(operands: Iterable[Operand]) -> int:
    return sum(_of_operand(operand) for operand in operands)


def _of_expression(value: Expression) -> int:
    """Count the values of an expression and the steps of its paths, at least 1."""
    match value:
        case Path():
            return 1 + value.steps
        case TestCall():
            return 1 + value.path.steps + _of_values(value.arguments)
        case Concatenation():
            return sum(map(_of_expression, value.parts))
        case Call() | MacroCall() | Array():
            return 1 + _of_values(_operands(value))
    return _of_values(_operands(value)) or 1


def _operands(value: Expression) -> Iterable[Operand]:
    match value:
        case Call() | MacroCall():
            return value.arguments.values()
        case Arithmetic() | Connective():
            return value.operands
        case Comparison():
            return (value.left, value.right)
        case Membership():
            return (value.needle, value.container)
        case Array():
            return value.items
    return ()
