"""
The part of a prompt before its first run-time value, which a model's cache can keep.

All of it is the same in every call.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from hatch_agpm.model.rendering import RenderedResource

__all__ = ["Prefix", "prefix_of", "text_of"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Prefix:
    """The beginning of a text that no run-time value changes."""

    text: str
    ends_at: str = ""
    """The variable whose value follows; "" if the text has none."""


def text_of(resource: RenderedResource) -> str | None:
    """Return the text behind the frontmatter; None for what is not text."""
    if isinstance(resource.text, bytes):
        return None
    return resource.document[resource.body :].decode()


def prefix_of(resource: RenderedResource) -> Prefix | None:
    """Return the beginning of the text behind the frontmatter; None for bytes."""
    text = text_of(resource)
    if text is None:
        return None
    if resource.program:
        return _prefix_of_program(json.loads(resource.program))
    spans = [(*span, each.name) for each in resource.runtime for span in each.spans]
    if not spans:
        return Prefix(text=text)
    start, _, name = min(spans)
    return Prefix(text=resource.document[resource.body : start].decode(), ends_at=name)


def _prefix_of_program(program: Mapping[str, Any]) -> Prefix:
    """Return the texts before the first statement that prints a value."""
    pieces: list[str] = []
    for statement in program["body"]:
        if isinstance(statement, str):
            pieces.append(statement)
            continue
        if statement[0] == "set":
            continue
        expression = _first_expression(statement)
        if not isinstance(expression, list) or expression[0] != "fill":
            ends_at = next(_names(expression), statement[0])
            return Prefix(text="".join(pieces), ends_at=ends_at)
        # A text that is embedded is printed without these newlines.
        embedded = _prefix_of_program(program["embedded"][expression[1]])
        pieces.append(embedded.text.lstrip("\n"))
        if embedded.ends_at:
            return Prefix(text="".join(pieces), ends_at=embedded.ends_at)
        pieces.append(pieces.pop().removesuffix("\n"))
    return Prefix(text="".join(pieces))


def _first_expression(statement: Sequence[Any]) -> Any:
    """Return what a statement prints, or what decides about it."""
    if statement[0] == "if":
        return statement[1][0][0]
    return statement[1][0] if statement[0] == "for" else statement[1]


def _names(expression: Any) -> Iterator[str]:
    """Yield the variables that an expression names."""
    if isinstance(expression, dict):
        for each in expression.values():
            yield from _names(each)
    elif isinstance(expression, list) and expression:
        operation, *arguments = expression
        if not isinstance(operation, str):
            arguments = expression
        elif operation in {"path", "peek"}:
            yield arguments[0][0]
        elif operation in {"path_in", "peek_in"}:
            yield arguments[0]
        elif operation in {"path_at", "peek_at"}:
            yield re.split(r"[.\[]", arguments[0])[0]
        if operation not in ("=", "text"):
            for each in arguments:
                yield from _names(each)
