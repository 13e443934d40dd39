"""Parts of messages: similar names, values, and texts that a terminal can show."""

from __future__ import annotations

import datetime as dt
import difflib
import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["did_you_mean", "printable", "shown"]

_VALUE: Final = 80
"""The number of characters of a wrong value that an error shows at most."""

_LONGEST_NAME: Final = 200
_MOST_NAMES: Final = 10_000
"""The names that are compared: others are not mistyped, or take too long."""

_UNUSUAL: Final = re.compile(r"[^ -~]")
"""What may be a character that controls a terminal."""


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return a hint with the most similar of the `known` names, or ""."""
    if len(name) > _LONGEST_NAME:
        return ""
    compared = sorted(known)[:_MOST_NAMES]
    near = difflib.get_close_matches(name, compared, n=1, cutoff=0.6)
    return f"did you mean '{near[0]}'?" if near else ""


def shown(value: object) -> str:
    """Return a wrong value as an error shows it: in TOML's syntax, shortened."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list):
        # Later items would be cut off anyway.
        text = f"[{', '.join(shown(item) for item in value[:_VALUE])}]"
    elif isinstance(value, dt.date | dt.time):
        text = value.isoformat()
    else:
        text = repr(value[: _VALUE + 1] if isinstance(value, str) else value)
    return text if len(text) <= _VALUE else f"{text[: _VALUE - 3]}..."


def printable(text: str, kept: str = "\n\t") -> str:
    """Return a text with the characters escaped that could control a terminal."""

    def escaped(match: re.Match[str]) -> str:
        found = match[0]
        return found if found.isprintable() or found in kept else ascii(found)[1:-1]

    return _UNUSUAL.sub(escaped, text)
