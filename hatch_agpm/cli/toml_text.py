"""
Changes of the text of a TOML file that keep comments and everything else.

They know the usual forms only; a caller parses the result, and compares it with what it
should be.
"""

from __future__ import annotations

import re
import tomllib
from typing import Any

from hatch_agpm.formats.toml import toml_value

__all__ = ["with_key"]


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
    found = re.search(
        rf"^{key}\s*=\s*(\[[^\]]*\]|\"[^\"]*\"|'[^']*')", body, re.MULTILINE
    )
    if found is None:
        body = f"{key} = {value}\n{body}"
    elif _parsed(found[1]) != _parsed(value):
        body = body[: found.start(1)] + _changed(found[1], value) + body[found.end(1) :]
    return text[: header.end()] + body + (rest[end.start() :] if end else "")


def _changed(old: str, value: str) -> str:
    """Return a new value; of an array, changed and added items, and comments kept."""
    if value[0] != "[":
        return value
    before, after = _parsed(old), _parsed(value)
    for item, new in zip(before, after, strict=False):
        if item != new:
            quoted = re.search(rf"([\"']){re.escape(str(item))}\1", old)
            old = old.replace(quoted[0], toml_value(new), 1) if quoted else value
    added = after[len(before) :]
    inner = old[1:-1]
    stripped = inner.rstrip()
    if not added or "#" in stripped.rpartition("\n")[2]:
        return value if added else old
    tail = inner[len(stripped) :]
    comma = "" if not stripped.strip() or stripped.endswith(",") else ","
    items = ", ".join(map(toml_value, added))
    if "\n" in tail:
        indent = re.findall(r"\n([ \t]+)", old)
        return f"[{stripped}{comma}\n{indent[0] if indent else '  '}{items},{tail}]"
    return f"[{stripped}{comma} {items}{tail}]" if stripped.strip() else f"[{items}]"


def _parsed(value: str) -> Any:
    return tomllib.loads(f"x = {value}")["x"]
