# SPDX-License-Identifier: MIT-0
"""
The types of run-time variables, and checking values against them.

A type is a text (`str`, `int`, `float`, `bool`, or one of these with ` | None`), a list
with the type of the items, or a dict with the types of a record's fields.  Every bundle
has a copy of this file.  Runs on Python 3.9 and later, with the standard library alone.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeAlias

    _Kind: TypeAlias = str | list["_Kind"] | dict[str, "_Kind"]
    _Copier = Callable[[Any, "Checker"], Any]

NONE = " | None"
"""What is behind the name of a type that takes None, too."""

ANY = "any"
"""The type of a variable that is not declared."""

MOST_ITEMS = 100_000
"""The number of items, at all levels, that the values of one call may have."""

PLAIN_INT = 2**63
"""Integers below it, and above its negative, are the same in both dialects."""

_MISSING = object()


class Checker:
    """
    Checks the values of one call, and converts them to plain data.

    Plain data are exactly `str`, `int`, `float`, `bool`, None, lists and dicts; a
    record becomes a dict of its declared fields in their order.
    """

    def __init__(self, *, infinities: bool) -> None:
        self.problems: list[str] = []
        """What is wrong, each with the path of the value."""

        self._infinities = infinities
        self.left = MOST_ITEMS
        """How many items the values may still have."""

    def converted(self, kind: _Kind, value: object, name: str) -> Any:
        """
        Return the value of a variable as plain data, or add what is wrong with it.

        Raises UnreadableError, whose cause is what a method of the value has raised.
        """
        try:
            return self.checked(kind, value, name)
        except MemoryError:
            raise
        except RecursionError:
            return self._problem(f"{name} is nested too deeply")
        except Exception as error:
            reason = str(error) or type(error).__name__
            raise UnreadableError(f"{name} cannot be read: {reason}") from error

    def checked(self, kind: _Kind, value: object, path: str) -> Any:
        """Return a value as plain data, or add a problem with its `path`."""
        if kind == "str" and type(value) is str and value.isascii():
            return value
        if kind == ANY:
            return self._any(value, path)
        if isinstance(kind, str):
            return self._scalar(kind, value, path)
        if isinstance(kind, list):
            return self._list(kind[0], value, path)
        return self._record(kind, value, path)

    def _scalar(self, kind: str, value: object, path: str) -> Any:
        if kind.endswith(NONE):
            if value is None:
                return None
            kind = kind[: -len(NONE)]
        if kind == "str" and isinstance(value, str):
            return self._text(value, path)
        # A bool is an int in Python, but not here.
        if isinstance(value, bool):
            if kind == "bool":
                return value
        elif isinstance(value, int):
            if kind in {"int", "float"}:
                return self._integer(int.__int__(value), path)
        elif isinstance(value, float) and kind == "float":
            return self._float(float.__float__(value), path)
        return self._wrong(kind, value, path)

    def _any(self, value: Any, path: str) -> Any:
        """Return data as plain data, and another object as it is."""
        kind = type(value)
        if kind is str or (isinstance(value, str) and has_placeholders(value)):
            return self._text(value, path)
        if kind is int:
            return self._integer(value, path)
        return self._items(value, path) if kind in (list, tuple, dict) else value

    def _items(self, value: Any, path: str) -> Any:
        kind = type(value)
        self.left -= len(value)
        if self.left < 0:
            return self._problem(f"{path} has too many items, {MOST_ITEMS} at most")
        if kind is dict:
            return {
                key: self._any(each, f"{path}[{key!r}]") for key, each in value.items()
            }
        return kind([self._any(each, f"{path}[{n}]") for n, each in enumerate(value)])

    def _text(self, value: str, path: str) -> Any:
        if type(value) is not str and has_placeholders(value):
            return self._problem(
                f"{path} is a prompt with unfilled placeholders; call that first"
            )
        text = str.__str__(value)
        try:
            text.encode()
        except UnicodeEncodeError:
            what = "must be text that UTF-8 can encode, got a lone surrogate"
            return self._problem(f"{path} {what}")
        return text

    def _integer(self, value: int, path: str) -> Any:
        # Beyond them, Tera has no number, and Python refuses to write digits.
        most = 14_000 if self._infinities else 1_023
        if value.bit_length() <= most:
            return value
        return self._problem(f"{path} is too large, it has more than {most} bits")

    def _float(self, value: float, path: str) -> Any:
        if self._infinities or value - value == 0:
            return value
        return self._problem(f"{path} must be a finite number, got {value!r}")

    def _list(self, kind: _Kind, value: object, path: str) -> Any:
        if not _is_sequence(value):
            return self._wrong([kind], value, path)
        items: Any = value
        length = len(items)
        self.left -= length
        if self.left < 0:
            return self._problem(f"{path} has too many items, {MOST_ITEMS} at most")
        return [
            self.checked(kind, items[index], f"{path}[{index}]")
            for index in range(length)
        ]

    def _record(self, fields: dict[str, _Kind], value: object, path: str) -> Any:
        if value is None or isinstance(value, (str, bytes, int, float, list, tuple)):
            return self._wrong(fields, value, path)
        found: dict[str, Any] = {}
        self.left -= len(fields)
        for name, kind in fields.items():
            item = _field(value, name)
            if item is _MISSING and isinstance(kind, str) and kind.endswith(NONE):
                item = None
            if item is _MISSING:
                self._problem(f"{path}.{name} is missing, {with_article(kind)}")
            else:
                found[name] = self.checked(kind, item, f"{path}.{name}")
        return found

    def _wrong(self, kind: _Kind, value: object, path: str) -> None:
        got = type(value).__name__
        self._problem(f"{path} must be {with_article(kind)}, got {got}")

    def _problem(self, what: str) -> None:
        self.problems.append(what)


class UnreadableError(Exception):
    """A method of a value has raised an error."""


class NotPlainError(Exception):
    """A value is wrong, or has to be converted."""


def copier(kind: _Kind) -> _Copier:
    """
    Return a function that copies values of a type which are plain data, as most are.

    It takes a value and the checker of the call.  It raises NotPlainError or KeyError
    for other values, which the checker converts, or says what is wrong with them.
    """
    if isinstance(kind, list):
        return _list_copier(copier(kind[0]))
    if isinstance(kind, dict):
        return _record_copier({name: copier(of) for name, of in kind.items()})
    return _COPIERS.get(kind, _not_copied)


def _copied_text(value: object, _: Checker) -> str:
    if type(value) is str and value.isascii():
        return value
    raise NotPlainError


def _copied_bool(value: object, _: Checker) -> bool:
    if value is True or value is False:
        return value
    raise NotPlainError


def _copied_int(value: object, _: Checker) -> int:
    if type(value) is int and -PLAIN_INT < value < PLAIN_INT:
        return value
    raise NotPlainError


def _copied_float(value: object, _: Checker) -> float:
    if type(value) is float and value - value == 0:
        return value
    raise NotPlainError


def _not_copied(value: object, _: Checker) -> Any:
    raise NotPlainError(value)


_COPIERS: dict[str, _Copier] = {
    "str": _copied_text,
    "int": _copied_int,
    "float": _copied_float,
    "bool": _copied_bool,
}


def _list_copier(item: _Copier) -> _Copier:
    def copied(value: object, checker: Checker) -> list[Any]:
        if type(value) is not list or len(value) > checker.left:
            raise NotPlainError
        checker.left -= len(value)
        return [item(each, checker) for each in value]

    return copied


def _record_copier(fields: dict[str, _Copier]) -> _Copier:
    copiers = [*fields.items()]

    def copied(value: object, checker: Checker) -> dict[str, Any]:
        checker.left -= len(copiers)
        if type(value) is not dict or checker.left < 0:
            raise NotPlainError
        found: dict[str, Any] = {}
        for name, field in copiers:
            found[name] = field(value[name], checker)
        return found

    return copied


def has_placeholders(value: object) -> bool:
    """Tell whether a value is a prompt with placeholders, of this bundle or another."""
    if type(value) is str or not hasattr(value, "_variables"):
        return False
    prompt: Any = value
    return bool(prompt._program) or any(each[3] for each in prompt._variables)


def with_article(kind: _Kind) -> str:
    """Return a type in words: `an int`, `a list`."""
    if isinstance(kind, str):
        name = kind.removesuffix(NONE)
        return f"an {name}" if name == "int" else f"a {name}"
    return "a list" if isinstance(kind, list) else "a record"


def _is_sequence(value: object) -> bool:
    if isinstance(value, (list, tuple)):
        return True
    from collections.abc import Sequence

    return isinstance(value, Sequence) and not isinstance(
        value, (str, bytes, bytearray, memoryview)
    )


def _field(value: object, name: str) -> object:
    """Return a field of a mapping, or of an object with attributes."""
    if not isinstance(value, dict):
        from collections.abc import Mapping

        if not isinstance(value, Mapping):
            return getattr(value, name, _MISSING)
    fields: Any = value
    return fields.get(name, _MISSING)


def annotation(kind: _Kind) -> Any:
    """Return a type as the annotation of a parameter."""
    from collections.abc import Mapping, Sequence
    from typing import Any, Optional

    if isinstance(kind, list):
        return Sequence[annotation(kind[0])]  # type: ignore[misc]
    if isinstance(kind, dict):
        return Mapping[str, Any]
    if kind == ANY:
        return Any
    if kind.endswith(NONE):
        return Optional[annotation(kind[: -len(NONE)])]
    return {"str": str, "int": int, "float": float, "bool": bool}[kind]
