# SPDX-License-Identifier: MIT-0
"""The values of templates: what is undefined, attributes and items, printing."""

from __future__ import annotations

from importlib import import_module

from .limits import RunError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, NoReturn

    from .limits import Budget

__all__ = [
    "METHODS",
    "MISSING",
    "MissingElse",
    "Public",
    "UndefinedValue",
    "attribute",
    "item",
    "show",
]

MISSING = object()
"""Is in place of a variable that has no value."""

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

_PLAIN = (str, int, float, bool, type(None))
_DATA = (*_PLAIN, list, tuple, dict)


class Public:
    """An object of this package, of which templates may use some attributes."""

    __slots__ = ()

    _public: Any = ()
    """The names of these attributes."""


class UndefinedValue:
    """A value that is not there: an error wherever it is used."""

    __slots__ = ("_what",)

    def __init__(self, what: str) -> None:
        self._what = what

    def _fail(self, *_: object, **__: object) -> NoReturn:
        raise RunError(self._what)

    def __getattr__(self, name: str) -> NoReturn:
        if name[:2] == "__":
            raise AttributeError(name)
        self._fail()

    _any: Any = _fail
    __str__ = __bool__ = __iter__ = __len__ = __eq__ = __ne__ = __hash__ = _any
    __contains__ = __call__ = __getitem__ = __int__ = __float__ = __complex__ = _any
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _any
    __truediv__ = __rtruediv__ = __floordiv__ = __rfloordiv__ = _any
    __mod__ = __rmod__ = __pow__ = __rpow__ = __neg__ = __pos__ = _any
    __lt__ = __le__ = __gt__ = __ge__ = _any


class MissingElse(UndefinedValue):
    """The value of an inline `if` without `else`: it is printed as nothing."""

    __slots__ = ()

    def __str__(self) -> str:
        return ""

    def __bool__(self) -> bool:
        return False

    def __iter__(self) -> Iterator[object]:
        return iter(())

    def __len__(self) -> int:
        return 0

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self)

    def __ne__(self, other: object) -> bool:
        return type(other) is not type(self)

    def __hash__(self) -> int:
        return 0

    def __contains__(self, _: object) -> bool:
        return False


def attribute(value: Any, name: str) -> Any:
    """Return `value.name`."""
    if type(value) is dict and name in value and not hasattr(dict, name):
        return value[name]
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
            objects: Any = import_module(".objects", __package__)
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


def show(value: Any, budget: Budget) -> str:
    """Return what printing a value writes; refuse what is not data."""
    kind = type(value)
    if kind is str:
        return value  # type: ignore[no-any-return]
    if kind is int or kind is float or kind is bool or value is None:
        return str(value)
    if isinstance(value, UndefinedValue):
        return str(value)
    budget.whole(value)
    text = str(value) if _is_data(value) else _text_of_object(value)
    budget.work(len(text))
    return text


def _is_data(value: Any) -> bool:
    """Tell whether a value, with all that it contains, has the same text always."""
    kind = type(value)
    if kind in _PLAIN:
        return True
    if kind not in _DATA and not isinstance(value, Public):
        return False
    if isinstance(value, dict):
        return all(map(_is_data, value)) and all(map(_is_data, value.values()))
    if isinstance(value, (list, tuple)):
        return all(map(_is_data, value))
    return isinstance(value, str)


def _text_of_object(value: object) -> str:
    try:
        objects: Any = import_module(".objects", __package__)
    except ModuleNotFoundError:
        what = f"a value of type {type(value).__name__!r} cannot be printed"
        raise RunError(f"{what}; add '| list', or print a part of it") from None
    text: str = objects.text_of(value)
    return text
