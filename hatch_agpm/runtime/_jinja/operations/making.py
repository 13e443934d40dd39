# SPDX-License-Identifier: MIT-0
"""Values that expressions make of others."""

from __future__ import annotations

from .. import part
from ..expressions import evaluator
from ..values import show
from .attributes import item
from .measures import counted, limit_text, limit_value
from .undefined import MissingElse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from ..scope import CallScope, _Value

__all__ = ["KINDS"]


def _fill(number: int) -> _Value:
    return lambda scope: scope.run.embedded[number]()


def _item(of: Any, key: Any) -> _Value:
    value, found = evaluator(of), evaluator(key)
    return lambda scope: item(value(scope), found(scope))


def _slice(of: Any, *bounds: Any) -> _Value:
    value, parts = evaluator(of), [evaluator(each) for each in bounds]

    def cut(scope: CallScope) -> Any:
        whole = value(scope)
        return counted(
            scope.run.budget, whole[slice(*[bound(scope) for bound in parts])]
        )

    return cut


def _section() -> _Value:
    return lambda scope: scope.text


def _choose(condition: Any, chosen: Any, *otherwise: Any) -> _Value:
    test, value = evaluator(condition), evaluator(chosen)
    other = evaluator(otherwise[0]) if otherwise else _no_else
    return lambda scope: value(scope) if test(scope) else other(scope)


def _no_else(_: CallScope) -> MissingElse:
    return MissingElse("the inline 'if' is false and has no 'else'")


def _join(*parts: Any) -> _Value:
    values = [evaluator(each) for each in parts]

    def join(scope: CallScope) -> str:
        budget = scope.run.budget
        text = "".join([show(value(scope), budget) for value in values])
        limit_text(budget, len(text))
        return text

    return join


def _list(*parts: Any) -> _Value:
    values = [evaluator(each) for each in parts]

    def make(scope: CallScope) -> list[Any]:
        made = [value(scope) for value in values]
        limit_value(scope.run.budget, made)
        return made

    return make


def _tuple(*parts: Any) -> _Value:
    make = _list(*parts)
    return lambda scope: tuple(make(scope))


def _dict(*pairs: Any) -> _Value:
    values = [(evaluator(key), evaluator(value)) for key, value in pairs]

    def make(scope: CallScope) -> dict[Any, Any]:
        made = {key(scope): value(scope) for key, value in values}
        limit_value(scope.run.budget, made)
        return made

    return make


def _markup(text: str) -> _Value:
    value = part("builtins.markup").Markup(text)
    return lambda _: value


KINDS: Mapping[str, Callable[..., _Value]] = {
    "choose": _choose,
    "dict": _dict,
    "fill": _fill,
    "item": _item,
    "join": _join,
    "list": _list,
    "markup": _markup,
    "section": _section,
    "slice": _slice,
    "tuple": _tuple,
}
