"""
Changes of the text of a TOML file that keep comments and everything else.

They know the usual forms only; a caller parses the result, and compares it with what it
should be.
"""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, Any, Final

from hatch_agpm.formats.toml import toml_value

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["with_key"]

_TOKEN: Final = re.compile(r""""(?:\\.|[^"\\\n])*"|'[^'\n]*'|#[^\n]*|[\[\]{},]""")
"""A string, a comment, or what divides the items of an array."""


def with_key(
    text: str, table: str, key: str, value: str, *, first: bool = False
) -> str:
    """
    Return the text with a key of a table, which it may have or not.

    `table` is the line that begins it.  In a text without it, it becomes the last
    table, or the first one.
    """
    header = re.search(rf"^{re.escape(table)}[^\n]*\n", text, re.MULTILINE)
    if header is None:
        lines = f"{table}\n{key} = {value}\n"
        return f"{lines}\n{text}" if first else f"{text.rstrip()}\n\n{lines}"
    rest = text[header.end() :]
    end = re.search(r"^\[", rest, re.MULTILINE)
    body = rest[: end.start()] if end else rest
    found = re.search(rf"^{key}[ \t]*=[ \t]*", body, re.MULTILINE)
    old = _value(body[found.end() :]) if found else ""
    if not found or not old:
        kept = body.rstrip()
        own = f"{kept}\n{key} = {value}\n" if kept else f"{key} = {value}\n"
        body = own + body[len(kept) + 1 :]
    elif _parsed(old) != _parsed(value):
        start = found.end()
        body = body[:start] + _changed(old, value) + body[start + len(old) :]
    return text[: header.end()] + body + (rest[end.start() :] if end else "")


def _value(text: str) -> str:
    """Return the string or array at the beginning of a text, "" for neither."""
    depth = 0
    for token in _TOKEN.finditer(text):
        if not depth and token.start():
            break
        depth += {"[": 1, "]": -1}.get(token[0], 0)
        if not depth:
            return text[: token.end()]
    return ""


def _changed(old: str, value: str) -> str:
    """Return a new value; of an array, changed and added items, and comments kept."""
    if value[0] != "[" or old[0] != "[":
        return value
    before, after = _parsed(old), _parsed(value)
    for item, new in zip(before, after, strict=False):
        if item != new:
            quoted = re.search(rf"([\"']){re.escape(str(item))}\1", old)
            old = old.replace(quoted[0], toml_value(new), 1) if quoted else value
    added = after[len(before) :]
    return _with_added(old, added) if added else old


def _with_added(array: str, items: Sequence[object]) -> str:
    """Return an array with further items, each after the last one and its comment."""
    last, comma, depth = 1, 0, 0
    for token in _TOKEN.finditer(array, 1):
        depth += {"{": 1, "}": -1}.get(token[0], 0)
        if token[0] == "," and not depth:
            comma = token.end()
        elif token[0][0] not in "#]" and not depth:
            last = token.end()
    written = ", ".join(map(toml_value, items))
    if last == 1:
        return f"[{written}{array[1:]}"
    line_end = array.find("\n", max(last, comma))
    if line_end < 0:
        end, before = (comma, " ") if comma > last else (last, ", ")
        return f"{array[:end]}{before}{written}{array[end:]}"
    first = re.search(r"\n([ \t]*)[\"'{]", array)
    indent = first[1] if first else "    "
    return (
        f"{array[:last]}{'' if comma > last else ','}{array[last:line_end]}"
        f"\n{indent}{written},{array[line_end:]}"
    )


def _parsed(value: str) -> Any:
    return tomllib.loads(f"x = {value}")["x"]
