# SPDX-License-Identifier: MIT-0
"""Texts that are made of others: by `~`, macros, blocks and embedded templates."""

from __future__ import annotations

from ..failures import Failure, Refusal
from ..rust import json_number
from ..scope import Frame
from ..steps import text_of
from ..values import as_number, describe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..scope import Scope

__all__ = ["block", "concatenate", "fill", "macro", "text_truth"]


def concatenate(scope: Scope, parts: list[object], at: int) -> str:
    """Join strings and numbers."""
    texts: list[str] = []
    for part in parts:
        value = as_number(part)
        if value is not None:
            texts.append(json_number(value))
        elif isinstance(part, str):
            texts.append(part)
        else:
            what = "'~' joins strings and numbers"
            raise Failure(what, describe(part), at=at)
    scope.account.text(sum(map(len, texts)))
    text = "".join(texts)
    scope.account.made(text)
    return text


def text_truth(_: Scope, value: object, at: int) -> bool:
    """Say whether a concatenation is not empty; raise Refusal if it is not a string."""
    if not isinstance(value, str):
        what = "a concatenation in a condition has to stay a string"
        raise Refusal(what, describe(value), at=at)
    return bool(value)


def macro(scope: Scope, arguments: dict[str, object], name: str, at: int) -> str:
    """Call a macro and return what it prints."""
    weight, body = scope.functions[name]
    try:
        depth = scope.frames[-1].depth + 1
        scope.account.nest(depth)
        scope.frames.append(Frame(macro=True, depth=depth, variables=arguments))
        scope.account.iterate(weight)
    except Failure as failure:
        raise failure.placed(at) from None
    text = text_of(scope, body)
    scope.frames.pop()
    return text


def block(scope: Scope, name: str) -> str:
    """Run a block that has several places and return what it prints."""
    weight, body = scope.functions[name]
    scope.account.iterate(weight)
    return text_of(scope, body)


def fill(scope: Scope, number: int) -> str:
    """Return the text of another template, filled with the same values."""
    text = scope.embedded[number]()
    scope.account.made(text)
    return text
