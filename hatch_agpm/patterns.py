"""
Path patterns, as AGPM's glob library reads them (AGPM semantics, 2.4).

Case counts, `*` and `?` match `/` and leading dots too, `**` is a component of its
own, `[a-z]` and `[!a]` are classes, braces are just braces.

Knows no files: matches texts.
"""

from __future__ import annotations

import re

__all__ = ["compile_pattern", "is_pattern"]

_SPECIAL = re.compile(r"[*?\[]")


def is_pattern(path: str) -> bool:
    """Tell whether a path would be taken for a pattern, if no file has its name."""
    return _SPECIAL.search(path) is not None


def compile_pattern(pattern: str) -> re.Pattern[str]:
    """
    Return what matches whole paths, relative to where the pattern starts.

    Raises ValueError, with what is wrong, for `**` beside other characters and for
    a class that is not closed.
    """
    pieces: list[str] = []
    position = 0
    while position < len(pattern):
        if pattern.startswith("**", position):
            piece, position = _double_star(pattern, position)
        elif pattern[position] == "[":
            piece, position = _class(pattern, position)
        else:
            piece = {"*": ".*", "?": "."}.get(
                pattern[position], re.escape(pattern[position])
            )
            position += 1
        pieces.append(piece)
    return re.compile("".join(pieces), re.DOTALL)


def _double_star(pattern: str, start: int) -> tuple[str, int]:
    """`**` between slashes is any number of directories, none among them."""
    end = start + 2
    begins = start == 0 or pattern[start - 1] == "/"
    if not begins or (end < len(pattern) and pattern[end] != "/"):
        raise ValueError("'**' must stand alone between slashes")
    if end == len(pattern):
        return ".*", end
    return "(?:.*/)?", end + 1


def _class(pattern: str, start: int) -> tuple[str, int]:
    negated = pattern.startswith("!", start + 1)
    first = start + 2 if negated else start + 1
    # A closing bracket in the first place stands for itself.
    end = pattern.find("]", first + 1)
    if end < 0:
        raise ValueError("'[' is not closed")
    members = "".join(
        "-" if 0 < index < end - first - 1 and member == "-" else re.escape(member)
        for index, member in enumerate(pattern[first:end])
    )
    return f"[{'^' if negated else ''}{members}]", end + 1
