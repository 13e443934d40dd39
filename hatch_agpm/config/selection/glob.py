"""
Path patterns, as AGPM's glob library reads them (AGPM semantics, 2.4).

Matching is case-sensitive, `*` and `?` match `/` and leading dots too, `**` is a
component of its own, `[a-z]` and `[!a]` are classes, braces have no meaning.

Matches texts; reads no files.
"""

from __future__ import annotations

import re

__all__ = ["compile_pattern", "is_pattern", "pattern_problem"]

_SPECIAL = "*?["


def is_pattern(path: str) -> bool:
    """Tell whether a path is a pattern, if no file has its name."""
    return any(sign in path for sign in _SPECIAL)


def compile_pattern(pattern: str) -> re.Pattern[str]:
    """
    Return the expression that matches whole paths (`fullmatch`), relative to its start.

    Matching takes time up to the product of both lengths.  Raises ValueError, with the
    problem, for `**` beside other characters and for a class that is not closed.
    """
    gap, piece, pieces = "", "", []
    position = 0
    while position < len(pattern):
        character = pattern[position]
        if character == "*":
            pieces.append((gap, piece))
            gap, position = _stars(pattern, position)
            piece = ""
            continue
        if character == "[":
            one, position = _class(pattern, position)
        else:
            one = "." if character == "?" else re.escape(character)
            position += 1
        piece += one
    # A gap can have any length, so the first match of the piece after it is as good as
    # any other: atomic groups prevent trying another.
    fixed = "".join(f"(?>{before}{text})" for before, text in pieces)
    return re.compile(fixed + gap + piece, re.DOTALL)


def pattern_problem(patterns: tuple[str, ...]) -> str:
    """Return what is wrong with the first wrong one of some patterns, or ""."""
    try:
        for pattern in patterns:
            compile_pattern(pattern)
    except ValueError as error:
        return f"is not an array of patterns: {error}"
    return ""


def _stars(pattern: str, start: int) -> tuple[str, int]:
    """`*` is any text; `**` between slashes any number of directories, even none."""
    if not pattern.startswith("**", start):
        return ".*?", start + 1
    end = start + 2
    begins = start == 0 or pattern[start - 1] == "/"
    if not begins or (end < len(pattern) and pattern[end] != "/"):
        raise ValueError("'**' must be alone between slashes")
    # At the end it matches files as well.
    return (".*?", end + 1) if end + 1 >= len(pattern) else ("(?:.*?/)??", end + 1)


def _class(pattern: str, start: int) -> tuple[str, int]:
    negated = pattern.startswith("!", start + 1)
    first = start + 2 if negated else start + 1
    # A closing bracket at the start is an ordinary character.
    end = pattern.find("]", first + 1)
    if end < 0:
        raise ValueError("'[' is not closed")
    members = "".join(_members(pattern[first:end]))
    if not members:
        # Only reversed ranges, which match nothing.
        return ("." if negated else "(?!)"), end + 1
    return f"[{'^' if negated else ''}{members}]", end + 1


def _members(text: str) -> list[str]:
    members: list[str] = []
    position = 0
    while position < len(text):
        member = text[position]
        # A hyphen at either end of the class is an ordinary character.
        if text[position + 1 : position + 2] == "-" and position + 2 < len(text):
            last = text[position + 2]
            if member <= last:
                members.append(f"{re.escape(member)}-{re.escape(last)}")
            position += 3
        else:
            members.append(re.escape(member))
            position += 1
    return members
