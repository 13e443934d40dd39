# SPDX-License-Identifier: MIT-0
"""Texts that are made of others: by `~`, macros, blocks and embedded templates."""

from __future__ import annotations

from ..._variables import FillError, normalised
from ..failures import Failure, Refusal
from ..rust import json_number
from ..scope import Frame
from ..values import as_number, describe
from .measures import count_made, limit_depth

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..limits import Account
    from ..program import Program
    from ..scope import Scope, _Body

__all__ = [
    "block",
    "concatenate",
    "fill",
    "macro",
    "text_of",
    "text_of_program",
    "text_truth",
]


def text_of(scope: Scope, body: _Body) -> str:
    """Run the body of a macro, a block or a filter section and return its text."""
    pieces: list[str] = []
    for step in body:
        step(scope, pieces)
    text = scope.account.joined(pieces)
    count_made(scope.account, text)
    return text


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
    count_made(scope.account, text)
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
        limit_depth(scope.account, depth)
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


def text_of_program(
    program: Program, values: Mapping[str, object], account: Account
) -> str:
    """Return the text of a program as it is embedded; a Failure knows the file."""
    try:
        return _normalised(program.run_in(program.scope(values, account)))
    except Failure as failure:
        failure.file = failure.file or program.file
        raise


def _normalised(text: str) -> str:
    try:
        return normalised(text)
    except FillError as error:
        raise Refusal(str(error)) from None


def fill(scope: Scope, number: int) -> str:
    """Return the text of another template, filled with the same values."""
    text = scope.embedded[number]()
    count_made(scope.account, text)
    return text
