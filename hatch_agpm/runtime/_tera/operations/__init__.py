# SPDX-License-Identifier: MIT-0
"""The operators that not all programs have; a bundle has the modules that it needs."""

from __future__ import annotations

from .. import part

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from ..program import Compiler
    from ..scope import _Evaluator

__all__ = ["OPERATIONS", "evaluator"]

OPERATIONS: Mapping[str, tuple[str, str]] = {
    **dict.fromkeys(("arithmetic", "printable"), ("arithmetic", "v")),
    **dict.fromkeys(("array", "call", "flag"), ("calls", "v")),
    "test": ("calls", "lv"),
    **dict.fromkeys(("contains", "equal", "unequal"), ("comparison", "vv")),
    "absent": ("defaults", "v"),
    "attempt": ("defaults", "l"),
    "fallback": ("defaults", "vl"),
    **dict.fromkeys(("fail", "refuse"), ("defaults", "")),
    "dump": ("names", ""),
    "compare": ("numbers", "vv"),
    **dict.fromkeys(("number", "number_truth"), ("numbers", "v")),
    **dict.fromkeys(("path_at", "path_in", "peek_at", "peek_in"), ("paths", "")),
    **dict.fromkeys(("concatenate", "macro", "text_truth"), ("texts", "v")),
    **dict.fromkeys(("block", "fill"), ("texts", "")),
}
"""
The modules of operators, and their operands, which are before what is known from the
template: `v` is a value, `l` one that is delayed.
"""


def evaluator(compiler: Compiler, name: str, rest: list[Any]) -> _Evaluator:
    """Return the function that applies an operator to what it has in a program."""
    evaluate: _Evaluator
    if name in OPERATIONS:
        evaluate = _operation(compiler, name, rest)
    else:
        evaluate = part("operations.making").KINDS[name](compiler, *rest)
    return evaluate


def _operation(compiler: Compiler, name: str, rest: list[Any]) -> _Evaluator:
    module, operands = OPERATIONS[name]
    operator = getattr(part(f"operations.{module}"), name)
    known = tuple(rest[len(operands) :])
    values = [
        _delayed(compiler.evaluator(each)) if kind == "l" else compiler.evaluator(each)
        for kind, each in zip(operands, rest)
    ]
    if not values:
        return lambda scope: operator(scope, *known)
    if len(values) == 1:
        (only,) = values
        return lambda scope: operator(scope, only(scope), *known)
    first, second = values
    return lambda scope: operator(scope, first(scope), second(scope), *known)


def _delayed(value: _Evaluator) -> _Evaluator:
    return lambda scope: lambda: value(scope)
