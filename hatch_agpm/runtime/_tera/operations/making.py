# SPDX-License-Identifier: MIT-0
"""Values that expressions make of others."""

from __future__ import annotations

from .. import part
from ..scope import MISSING

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from ..program import Compiler
    from ..scope import _Evaluator

__all__ = ["KINDS"]


def _list(compiler: Compiler, *items: Any) -> _Evaluator:
    values = [compiler.evaluator(each) for each in items]
    return lambda scope: [value(scope) for value in values]


def _dict(compiler: Compiler, items: Mapping[str, Any]) -> _Evaluator:
    values = {name: compiler.evaluator(value) for name, value in items.items()}
    return lambda scope: {name: value(scope) for name, value in values.items()}


def _missing(_: Compiler) -> _Evaluator:
    return lambda _: MISSING


def _pipe(compiler: Compiler, operand: Any, filters: Sequence[Any]) -> _Evaluator:
    value = compiler.evaluator(operand)
    calls = [(name, _dict(compiler, given), at) for name, given, at in filters]
    pipe = part("operations.calls").pipe
    return lambda scope: pipe(
        scope, value(scope), [(name, given(scope), at) for name, given, at in calls]
    )


def _text(compiler: Compiler, body: Sequence[Any]) -> _Evaluator:
    steps, text_of = compiler.body(body), part("operations.texts").text_of
    return lambda scope: text_of(scope, steps)


KINDS = {
    "dict": _dict,
    "list": _list,
    "missing": _missing,
    "pipe": _pipe,
    "text": _text,
}
