# SPDX-License-Identifier: MIT-0
"""
Values that are not data: objects of the caller, for variables that are not declared.

Templates may use their public attributes and methods, and print those that have a text.
"""

from __future__ import annotations

import re
import types
from collections import abc, deque

from ..limits import RunError
from ..values import MISSING, undefined

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["public_attribute", "text_of"]

_ADDRESS = re.compile(r"\bat 0x[0-9a-fA-F]+")
_INTERNAL = (
    types.CodeType,
    types.TracebackType,
    types.FrameType,
    types.ModuleType,
    types.GeneratorType,
    types.CoroutineType,
    types.AsyncGeneratorType,
)
"""Types of which all attributes are parts of the interpreter."""

_CHANGING: tuple[tuple[tuple[type, ...], tuple[str, ...]], ...] = (
    (
        (abc.MutableSet,),
        (
            *("add", "clear", "discard", "pop", "remove", "update"),
            *("difference_update", "intersection_update"),
            "symmetric_difference_update",
        ),
    ),
    (
        (abc.MutableMapping,),
        ("clear", "pop", "popitem", "setdefault", "update"),
    ),
    (
        (abc.MutableSequence, deque),
        (
            *("append", "appendleft", "clear", "extend", "extendleft", "insert"),
            *("pop", "popleft", "remove", "reverse", "rotate", "sort"),
        ),
    ),
    ((str,), ("format", "format_map")),
    ((type,), ("mro",)),
)
"""Methods that change a value, or give access to more than it."""


def public_attribute(value: Any, name: str) -> Any:
    """Return an attribute of an object, or MISSING."""
    try:
        found = getattr(value, name)
    except AttributeError:
        return MISSING
    is_unsafe = name[:1] == "_" or isinstance(value, _INTERNAL)
    if is_unsafe or any(
        isinstance(value, kinds) and name in names for kinds, names in _CHANGING
    ):
        kind = type(value).__name__
        return undefined(f"access to attribute {name!r} of {kind!r} object is unsafe")
    return found


def text_of(value: Any) -> str:
    """Return the text of an object; refuse one that differs from run to run."""
    text = str(value)
    if _ADDRESS.search(text):
        kind = type(value).__name__
        raise RunError(f"the text of a value of type {kind!r} contains an address")
    return text
