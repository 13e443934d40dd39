"""
Reading plain tables (TOML) into typed values, all problems at once.

A `TableReader` names each problem by the dotted key that the user wrote, with the value
found and a hint.  Does not interpret the tables.
"""

from __future__ import annotations

import datetime as dt
import json
import math
from typing import TYPE_CHECKING, Final, TypeVar

from hatch_agpm.errors import ConfigError, did_you_mean, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["TableReader", "plain_json", "quoted_key", "toml_value"]

T = TypeVar("T")

_MAX_DEPTH: Final = 127
_KINDS: Final[Mapping[type, str]] = {
    bool: "true or false",
    dict: "a table",
    float: "a number",
    int: "a whole number",
    list: "an array",
    str: "a string",
}


class TableReader:
    """
    Reads values of tables and collects their problems.

    In messages, `prefix` precedes every key (`tool.hatch-agpm.`); `path` is the file of
    the tables if it is not `pyproject.toml`.
    """

    def __init__(self, prefix: str = "", path: str = "") -> None:
        self.prefix = prefix
        self.path = path
        self.problems: list[ConfigError] = []

    def problem(self, key: str, what: str, *, got: str = "", hint: str = "") -> None:
        """Report that the value of `key` is wrong."""
        self.problems.append(ConfigError(self.prefix + key, what, got, hint, self.path))

    def whole(self, key: str) -> str:
        """Return a key with its file, as messages show it."""
        return f"{self.path}: {key}" if self.path else self.prefix + key

    def get(
        self, table: Mapping[str, object], key: str, kind: type[T], where: str = ""
    ) -> T | None:
        """Return `table[key]` if it is a `kind`; None if it is absent or wrong."""
        if key not in table:
            return None
        return self.expect(table[key], kind, f"{where}{key}")

    def expect(self, value: object, kind: type[T], key: str) -> T | None:
        """Return `value` if it is a `kind`; else report that, and return None."""
        # In Python a bool is an int, but here it is never meant as one.
        if isinstance(value, kind) and not (kind is int and isinstance(value, bool)):
            return value
        self.problem(key, f"must be {_KINDS[kind]}", got=shown(value))
        return None

    def strings(
        self, table: Mapping[str, object], key: str, where: str = ""
    ) -> tuple[str, ...]:
        """Return an array of strings; () if it is absent or wrong."""
        items = self.get(table, key, list, where) or []
        found = (
            self.expect(item, str, f"{where}{key}[{index}]")
            for index, item in enumerate(items)
        )
        return tuple(item for item in found if item is not None)

    def known_only(
        self, table: Mapping[str, object], known: Iterable[str], where: str = ""
    ) -> None:
        """Report every key of `table` that is not one of the `known`."""
        names = sorted(known)
        for key in sorted(set(table) - set(names)):
            hint = did_you_mean(key, names)
            if not hint and names:
                hint = f"known are {', '.join(names)}"
            self.problem(f"{where}{key}", "is not a known option", hint=hint)


def quoted_key(key: str) -> str:
    """Return a key as it is written in a dotted key of TOML."""
    bare = key.replace("-", "").replace("_", "")
    return key if bare.isascii() and bare.isalnum() else f'"{key}"'


def toml_value(value: object) -> str:
    """Return a value in TOML's syntax, on one line; a string always in quotes."""
    if isinstance(value, dict):
        pairs = (
            f"{quoted_key(key)} = {toml_value(item)}" for key, item in value.items()
        )
        return f"{{ {', '.join(pairs)} }}"
    if isinstance(value, list):
        return f"[{', '.join(map(toml_value, value))}]"
    # JSON's strings are valid in TOML, except for one character to be escaped.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def list_of_tables(value: object) -> list[dict[str, object]]:
    """Return parsed data that has to be a list of tables; raises TypeError if not."""
    if not isinstance(value, list) or not all(isinstance(e, dict) for e in value):
        raise TypeError(value)
    return value


def plain_json(value: object, key: str) -> object:
    """
    Return the TOML value of a key as the JSON value that templates see.

    Dates and times become text in TOML's syntax, NaN and the infinities null (AGPM
    semantics, 3.5).  Raises ConfigError if tables are nested too deeply.
    """
    return _plain(value, key, _MAX_DEPTH)


def _plain(value: object, key: str, depth: int) -> object:
    if depth == 0:
        hint = f"at most {_MAX_DEPTH} tables and arrays may be nested"
        raise ConfigError(key, "is nested too deeply", hint=hint)
    if isinstance(value, dict):
        return {str(name): _plain(each, key, depth - 1) for name, each in value.items()}
    if isinstance(value, list):
        return [_plain(item, key, depth - 1) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dt.datetime | dt.date | dt.time):
        return _moment(value)
    return value


def _moment(value: dt.datetime | dt.date | dt.time) -> str:
    text = value.isoformat()
    if isinstance(value, dt.datetime | dt.time) and value.microsecond:
        # Python pads the fraction to six digits.
        digits = f"{value.microsecond:06}"
        text = text.replace(f".{digits}", f".{digits.rstrip('0')}")
    return text.removesuffix("+00:00") + "Z" if text.endswith("+00:00") else text
