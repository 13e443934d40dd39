"""Text of `entry_points.txt`, the entry points of a distribution."""

from __future__ import annotations

from configparser import ConfigParser, Error
from typing import Final

from hatch_agpm.errors import BundleError

__all__ = ["ENTRY_POINTS", "add_entry_point", "read_entry_points"]

ENTRY_POINTS: Final = "entry_points.txt"
"""The name of the file in a `.dist-info` directory."""


def read_entry_points(text: str) -> dict[str, dict[str, str]]:
    """
    Return the value of each entry point by its name, by group.

    Raises `BundleError` if the text is malformed.
    """
    parser = ConfigParser(delimiters=("=",), interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign] # keeps the case
    try:
        parser.read_string(text)
    except Error as error:
        raise BundleError(ENTRY_POINTS, f"cannot be read: {error}") from None
    return {group: dict(parser[group]) for group in parser.sections()}


def add_entry_point(text: str, group: str, name: str, value: str) -> str:
    """
    Return a text with one more entry point, and all other lines as they were.

    If the group has an entry point of that name already, the text is not changed.
    Raises `BundleError` if the text is malformed.
    """
    groups = read_entry_points(text)
    if name in groups.get(group, ()):
        return text
    header, line = f"[{group}]", f"{name} = {value}\n"
    lines = text.splitlines(keepends=True)
    for number, each in enumerate(lines, start=1):
        if each.startswith(header):
            before = "".join(lines[:number])
            end = "" if before.endswith("\n") else "\n"
            return before + end + line + "".join(lines[number:])
    before = f"{text.rstrip()}\n\n" if text.strip() else ""
    return f"{before}{header}\n{line}"
