# SPDX-License-Identifier: MIT-0
"""Attributes and items of values that are not fields of a record."""

from __future__ import annotations

from .. import part
from ..values import MISSING, Public
from .undefined import UndefinedValue

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["METHODS", "attribute", "item"]

METHODS = frozenset(
    (
        *("capitalize", "casefold", "count", "endswith", "find", "get", "index"),
        *("isalnum", "isalpha", "isascii", "isdecimal", "isdigit", "isidentifier"),
        *("islower", "isnumeric", "isspace", "istitle", "isupper", "items", "join"),
        *("keys", "lower", "lstrip", "partition", "removeprefix", "removesuffix"),
        *("replace", "rfind", "rindex", "rpartition", "rsplit", "rstrip", "split"),
        *("splitlines", "startswith", "strip", "swapcase", "title", "upper", "values"),
    )
)
"""The methods of texts, lists and dicts that templates may call."""

_DATA = (str, int, float, bool, type(None), list, tuple, dict)


def attribute(value: Any, name: str) -> Any:
    """Return `value.name`."""
    if isinstance(value, UndefinedValue):
        value._fail()
    found = _attribute(value, name)
    if found is not MISSING:
        return found
    try:
        return value[name]
    except (TypeError, LookupError):
        return _nothing(value, name)


def item(value: Any, key: Any) -> Any:
    """Return `value[key]`."""
    try:
        return value[key]
    except (TypeError, LookupError):
        found = _attribute(value, str(key)) if isinstance(key, str) else MISSING
    return _nothing(value, key) if found is MISSING else found


def _attribute(value: Any, name: str) -> Any:
    """Return an attribute that templates may use, or MISSING."""
    kind = type(value)
    if kind in _DATA:
        public = () if isinstance(value, (int, float)) else METHODS
    elif isinstance(value, Public):
        public = value._public
    else:
        try:
            objects = part("operations.objects")
        except ModuleNotFoundError:
            # Only a bundle with undeclared variables has this module.
            public = ()
        else:
            return objects.public_attribute(value, name)
    if name in public and name[:1] != "_":
        return getattr(value, name, MISSING)
    if hasattr(value, name):
        what = f"access to attribute {name!r} of {kind.__name__!r} object is unsafe"
        return UndefinedValue(what)
    return MISSING


def _nothing(value: object, name: object) -> UndefinedValue:
    if isinstance(value, dict):
        return UndefinedValue(f"there is no key {name!r}")
    what = "attribute" if isinstance(name, str) else "element"
    kind = type(value).__name__
    return UndefinedValue(f"a value of type {kind!r} has no {what} {name!r}")
