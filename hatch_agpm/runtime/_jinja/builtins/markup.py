# SPDX-License-Identifier: MIT-0
"""Escaped texts, and the filters that make them."""

from __future__ import annotations

from ..limits import RunError
from ..operations.attributes import METHODS
from ..operations.measures import count_read, limit_text, limit_value
from ..values import Public

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any, SupportsIndex

    from ..limits import Budget

__all__ = ["FILTERS", "Markup"]


def _of_text(plain: Callable[..., Any]) -> Callable[..., Any]:
    """Return a method of `str` as one that gives an escaped text, or several."""

    def method(self: Markup, *given: Any, **named: Any) -> Any:
        made = plain(self, *given, **named)
        if isinstance(made, str):
            return Markup(made)
        return type(made)(map(Markup, made))

    return method


class Markup(str, Public):
    """A text that is escaped: other texts are escaped before they are added to it."""

    __slots__ = ()

    _public = METHODS

    def __html__(self) -> Markup:
        return self

    def __str__(self) -> str:
        return str.__str__(self)

    def __repr__(self) -> str:
        return f"Markup({str.__repr__(self)})"

    def __add__(self, other: str) -> Markup:
        if not isinstance(other, str):
            return NotImplemented
        return Markup(str.__add__(self, escape(other)))

    def __radd__(self, other: str) -> Markup:
        if not isinstance(other, str):
            return NotImplemented
        return Markup(str.__add__(escape(other), self))

    def __mul__(self, times: SupportsIndex) -> Markup:
        return Markup(str.__mul__(self, times))

    __rmul__ = __mul__

    def __mod__(self, _: object) -> str:
        raise RunError("'%' of an escaped text cannot be done at run time")

    def __getitem__(self, key: Any) -> Markup:
        return Markup(str.__getitem__(self, key))

    def join(self, parts: Any) -> Markup:
        """Return the parts, which are escaped, with this text between them."""
        return Markup(str.join(self, map(escape, parts)))

    def replace(self, old: str, new: str, count: Any = -1) -> Markup:
        """Return the text with escaped texts for others."""
        return Markup(str.replace(self, escape(old), escape(new), count))

    def removeprefix(self, prefix: str) -> Markup:
        """Return the text without a prefix."""
        text = str(self)
        return Markup(text[len(prefix) :] if text.startswith(prefix) else text)

    def removesuffix(self, suffix: str) -> Markup:
        """Return the text without a suffix."""
        text = str(self)
        has = suffix and text.endswith(suffix)
        return Markup(text[: -len(suffix)] if has else text)

    capitalize = _of_text(str.capitalize)
    casefold = _of_text(str.casefold)
    center = _of_text(str.center)
    lower = _of_text(str.lower)
    lstrip = _of_text(str.lstrip)
    partition = _of_text(str.partition)
    rpartition = _of_text(str.rpartition)
    rsplit = _of_text(str.rsplit)
    rstrip = _of_text(str.rstrip)
    split = _of_text(str.split)
    splitlines = _of_text(str.splitlines)
    strip = _of_text(str.strip)
    swapcase = _of_text(str.swapcase)
    title = _of_text(str.title)
    upper = _of_text(str.upper)


def escape(value: Any) -> Markup:
    """Return a value as escaped text."""
    if type(value) is Markup:
        return value
    if hasattr(value, "__html__"):
        return Markup(value.__html__())
    text = str(value)
    for sign, name in (("&", "amp"), (">", "gt"), ("<", "lt"), ("'", "#39")):
        text = text.replace(sign, f"&{name};")
    return Markup(text.replace('"', "&#34;"))


def _escape(budget: Budget, value: Any) -> Markup:
    made = escape(value)
    limit_text(budget, len(made))
    return made


def _forceescape(budget: Budget, value: Any) -> Markup:
    if hasattr(value, "__html__"):
        value = value.__html__()
    return _escape(budget, str(value))


def _safe(budget: Budget, value: Any) -> Markup:
    if hasattr(value, "__html__"):
        value = value.__html__()
    count_read(budget, value)
    return Markup(value)


def _tojson(budget: Budget, value: Any, indent: Any = None) -> Markup:
    import json

    limit_value(budget, value)
    text = json.dumps(value, sort_keys=True, indent=indent)
    for sign in "<>&'":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    limit_text(budget, len(text))
    return Markup(text)


FILTERS: Mapping[str, Callable[..., Any]] = {
    "e": _escape,
    "escape": _escape,
    "forceescape": _forceescape,
    "safe": _safe,
    "tojson": _tojson,
}
