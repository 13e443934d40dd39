"""
Lines and white space as in Rust's standard library.

Python's own `str.splitlines` and `str.strip` differ in details that would change
bytes: here a lone carriage return, a form feed and U+2028 do not end a line, and
U+001C to U+001F are not white space.
"""

from __future__ import annotations

from hatch_agpm.runtime._tera.rust import WHITE_SPACE

__all__ = ["rust_lines", "strip_blank_ends"]


def rust_lines(text: str) -> list[str]:
    r"""
    Split `text` as Rust's `str::lines` does.

    Lines end with `\n` or `\r\n`.  The rest after the last `\n` is a line only if it
    is not empty.
    """
    lines = text.split("\n")
    last = lines.pop()
    lines = [line.removesuffix("\r") for line in lines]
    return [*lines, last] if last else lines


def strip_blank_ends(text: str) -> str:
    """
    Drop white space at the end and blank lines at the start.

    The first line that is not blank keeps its indentation, which may be significant.
    """
    text = text.rstrip(WHITE_SPACE)
    start = len(text) - len(text.lstrip(WHITE_SPACE))
    return text[text.rfind("\n", 0, start) + 1 :]
