"""What to do about a name that is not there: the nearest, or what Tera has instead."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Final

from hatch_agpm.errors import did_you_mean
from hatch_agpm.runtime._tera.failures import (
    AS_TEXT,
    NOT_A_VARIABLE,
    Failure,
    Undefined,
)
from hatch_agpm.runtime._tera.operations.names import everything
from hatch_agpm.runtime._tera.scope import MISSING, find

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from hatch_agpm.runtime._tera.scope import Scope

__all__ = ["undefined", "unknown_filter", "unknown_function", "unknown_test"]

_MOST_PATHS: Final = 5_000
_DEEPEST_PATH: Final = 6
_SHORTEST_GUESSED: Final = 3
"""Shorter names are similar to too many others."""

_BRACES_OF_ACTIONS: Final = re.compile(r"\$\{\{\s*\Z")
_BRACES_OF_JSX: Final = re.compile(r"\w=\{\{\s*\Z")
"""Braces of other languages: `${{ secrets.X }}`, `style={{ color }}`."""

_BEFORE: Final = 20
"""The number of characters before a variable that are searched for these."""

_NULL: Final = "Tera has no word for null; 'default(value=...)' replaces it"
_VARIABLES: Final = {
    **dict.fromkeys(("none", "None", "null", "nil"), _NULL),
    "loop.length": "'loop' has index, index0, first and last; see filter 'length'",
    **dict.fromkeys(
        ("loop.revindex", "loop.revindex0", "loop.depth", "loop.previtem"),
        "'loop' has index, index0, first and last",
    ),
    "self": "macros are called as self::name()",
}
_FILTERS: Final = {
    "d": "it is called 'default(value=...)'",
    "e": "it is called 'escape'",
    "count": "it is called 'length'",
    "tojson": "it is called 'json_encode'",
    "string": "it is called 'as_str'",
    "list": "arrays are arrays already; 'split(pat=\"\")' makes one of a string",
    "items": "write 'for key, value in ...'",
    "dictsort": "'for key, value in ...' is sorted by key",
    "groupby": "it is called 'group_by(attribute=...)'",
    "selectattr": "it is called 'filter(attribute=..., value=...)'",
    "select": "there is 'filter(attribute=..., value=...)' for arrays of objects",
    "rejectattr": "loop over the array with an 'if' inside",
    "reject": "loop over the array with an 'if' inside",
    "attr": "write 'value.name', or 'value[name]' for a name in a variable",
    "random": "a template gives the same text at every build",
    "format": "join strings and numbers with '~'",
    "wordwrap": "Tera does not wrap lines",
    "strip": "it is called 'trim'",
    "sum": "add in a loop with 'set_global'",
    "keys": "write 'for key, value in ...'",
    "values": "write 'for key, value in ...'",
    **dict.fromkeys(("upcase", "uppercase", "touppercase"), "it is called 'upper'"),
    **dict.fromkeys(("downcase", "lowercase", "tolowercase"), "it is called 'lower'"),
    **dict.fromkeys(("size", "len"), "it is called 'length'"),
    **dict.fromkeys(
        ("json", "to_json", "jsonify", "dump"), "it is called 'json_encode'"
    ),
    **dict.fromkeys(("append", "prepend"), "join strings and numbers with '~'"),
    **dict.fromkeys(("plus", "minus", "times", "divided_by"), "write +, -, * or /"),
    **dict.fromkeys(("ltrim", "lstrip"), "it is called 'trim_start'"),
    **dict.fromkeys(("rtrim", "rstrip"), "it is called 'trim_end'"),
    "titlecase": "it is called 'title'",
    "strip_html": "it is called 'striptags'",
    "nl2br": "it is called 'linebreaksbr'",
    "uniq": "it is called 'unique'",
    "sort_by": "it is called 'sort(attribute=...)'",
    "where": "it is called 'filter(attribute=..., value=...)'",
    "raw": AS_TEXT,
    "contains": "it is a test: 'name is containing(...)'",
}
_TESTS: Final = {
    "none": _NULL,
    "null": _NULL,
    "mapping": "it is called 'object'",
    "sequence": "it is called 'iterable'",
    "integer": "it is called 'number'",
    "float": "it is called 'number'",
    "boolean": "compare with true or false",
    "true": "write the variable itself, or compare with true",
    "false": "write 'not' before the variable, or compare with false",
    "in": "write 'a in b'",
    "eq": "write 'a == b'",
    "equalto": "write 'a == b'",
    "startingwith": "it is called 'starting_with'",
}
_FUNCTIONS: Final = {
    "namespace": "'set_global' sets a variable outside the loop",
    "dict": "Tera has no objects but those of its context",
    "super": "'super()' is a tag of its own in a block: {{ super() }}",
    "cycler": "use 'loop.index' and '%'",
    "joiner": "use 'loop.last', or filter 'join(sep=...)'",
    "caller": "Tera's macros get no text from their caller",
    "loop": "Tera's loops are not recursive; macros may be",
    "len": "it is the filter 'length'",
    "str": "it is the filter 'as_str'",
}


def undefined(scope: Scope, source: str, text: str, at: int) -> Undefined:
    """Return the error for a variable that is not there."""
    what = f"'{text}' is undefined"
    hint = _VARIABLES.get(text) or partial(_nearest, scope, source, text, at)
    return Undefined(what, hint=hint, at=at)


def _nearest(scope: Scope, source: str, text: str, at: int) -> str:
    """Return a hint: the nearest variable, or how to write other braces."""
    before = source[max(at - _BEFORE, 0) : at]
    if _BRACES_OF_ACTIONS.search(before):
        return AS_TEXT
    near = _nearest_name(scope, source, text, at)
    return near or (NOT_A_VARIABLE if _BRACES_OF_JSX.search(before) else "")


def _nearest_name(scope: Scope, source: str, text: str, at: int) -> str:
    """Return a hint that names a variable, by its whole path."""
    known = everything(scope)
    parts = re.findall(r"[A-Za-z0-9_]+", text)
    if parts[:1] == ["loop"] and "loop" not in known:
        return "'loop' is there inside a loop only"
    depth = _depth(known, parts)
    siblings = find(known, parts[:depth])
    if depth < len(parts) and isinstance(siblings, dict):
        dashed = _dashed(source, at + len(text), parts[depth], siblings)
        if dashed:
            return f"write '{'.'.join(parts[:depth])}[\"{dashed}\"]'"
        long_enough = len(parts[depth]) >= _SHORTEST_GUESSED
        near = did_you_mean(parts[depth], siblings) if long_enough else ""
        if near:
            start, end = near.split("'")[1], parts[depth + 1 :]
            path = [*parts[:depth], start]
            whole = path + end if find(known, path + end) is not MISSING else path
            return f"did you mean '{'.'.join(whole)}'?"
    # `user.name` is not meant by every name.
    tail = tuple(parts[-2:] if depth == 0 else parts[-1:])
    elsewhere = [path for path in _paths(known) if path[-len(tail) :] == tail]
    best = min(elsewhere, key=lambda path: (len(path), path), default=None)
    return f"did you mean '{'.'.join(best)}'?" if best else ""


def _depth(known: Mapping[str, object], parts: list[str]) -> int:
    """Count the parts of a path that are there."""
    depth = 0
    while depth < len(parts) and find(dict(known), parts[: depth + 1]) is not MISSING:
        depth += 1
    return depth


def _dashed(source: str, end: int, part: str, siblings: Mapping[str, object]) -> str:
    """Return the key with dashes that was probably meant by a subtraction."""
    rest = re.compile(r"(?:-[A-Za-z0-9_]+)+").match(source, end)
    key = part + rest.group() if rest else ""
    return key if key in siblings else ""


def _paths(known: Mapping[str, object]) -> Iterator[tuple[str, ...]]:
    """Yield paths that can be written with dots, the short ones first."""
    level: list[tuple[tuple[str, ...], object]] = [((), dict(known))]
    left = _MOST_PATHS
    for _ in range(_DEEPEST_PATH):
        below: list[tuple[tuple[str, ...], object]] = []
        for path, value in level:
            if isinstance(value, dict):
                below.extend(((*path, key), value[key]) for key in sorted(value))
        level = [(path, value) for path, value in below if path[-1].isidentifier()]
        level = level[:left]
        left -= len(level)
        yield from (path for path, _ in level)


def unknown_filter(name: str, known: Iterable[str]) -> Failure:
    """Return the error for a filter that is not there."""
    hint = _FILTERS.get(name.lower()) or partial(did_you_mean, name.lower(), known)
    return Failure(f"there is no filter '{name}'", hint=hint)


def unknown_function(name: str, known: Iterable[str]) -> Failure:
    """Return the error for a function that is not there."""
    hint = _FUNCTIONS.get(name.lower()) or partial(_near_or_all, name, known)
    return Failure(f"there is no function '{name}'", hint=hint)


def unknown_test(name: str, known: Iterable[str]) -> Failure:
    """Return the error for a test that is not there."""
    hint = _TESTS.get(name.lower()) or partial(_near_or_all, name, known)
    return Failure(f"there is no test '{name}'", hint=hint)


def _near_or_all(name: str, known: Iterable[str]) -> str:
    names = sorted(known)
    return did_you_mean(name.lower(), names) or f"there are {', '.join(names)}"
