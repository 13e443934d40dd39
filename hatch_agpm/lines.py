"""
Lines and white space as AGPM sees them, which is as Rust's standard library does.

Python's own `str.splitlines` and `str.strip` differ in details that would change
bytes: a lone carriage return, a form feed and U+2028 end no line here, and
U+001C to U+001F are no white space.
"""

from __future__ import annotations

__all__ = ["WHITE_SPACE", "rust_lines", "strip_blank_ends"]

WHITE_SPACE = (
    "\t\n\v\f\r \x85\xa0\u1680"
    "\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
"""The characters with Unicode's property White_Space, for `str.strip`."""


def rust_lines(text: str) -> list[str]:
    r"""
    Split `text` as Rust's `str::lines` does.

    At `\n`, of whose lines one `\r` at the end is dropped; what follows the last
    `\n` is a line only if it is not empty.
    """
    lines = text.split("\n")
    last = lines.pop()
    lines = [line.removesuffix("\r") for line in lines]
    return [*lines, last] if last else lines


def strip_blank_ends(text: str) -> str:
    """
    Drop white space at the end and blank lines at the start.

    The first line that is not blank keeps its indentation: it can carry meaning.
    """
    text = text.rstrip(WHITE_SPACE)
    start = len(text) - len(text.lstrip(WHITE_SPACE))
    return text[text.rfind("\n", 0, start) + 1 :]
