# SPDX-License-Identifier: MIT-0
"""
The filters, tests and functions that a template may use, and errors for others.

Their modules are imported when they are used, because a bundle has only those that its
programs need.
"""

from __future__ import annotations

from importlib import import_module

from .failures import Failure, Undefined

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .builtins.arguments import _Check, _Filter, _Function
    from .scope import Scope

__all__ = ["MODULES", "Language"]

MODULES = {
    **dict.fromkeys(("abs", "pluralize", "round", "filesizeformat"), "numbers"),
    **dict.fromkeys(("as_str", "get", "json_encode", "length", "reverse"), "filters"),
    **dict.fromkeys(("first", "last", "nth", "join", "sort", "unique"), "arrays"),
    **dict.fromkeys(("slice", "group_by", "filter", "map", "concat"), "arrays"),
    **dict.fromkeys(("upper", "lower", "capitalize", "title"), "casing"),
    **dict.fromkeys(("trim", "trim_start", "trim_end", "wordcount"), "strings"),
    **dict.fromkeys(("trim_start_matches", "trim_end_matches"), "strings"),
    **dict.fromkeys(("truncate", "replace", "linebreaksbr", "indent"), "strings"),
    **dict.fromkeys(("striptags", "spaceless", "urlencode"), "strings"),
    **dict.fromkeys(("urlencode_strict", "escape", "escape_xml"), "strings"),
    **dict.fromkeys(("addslashes", "split", "int", "float"), "strings"),
}
"""The modules of filters, by name."""


class Language:
    """What is in wheels; a build has more, with hints for names that are not there."""

    errors: tuple[type[Exception], ...] = (Failure,)
    """What a condition on a variable counts as false; never a Refusal."""

    def filter(self, name: str) -> _Filter | None:
        """Return a filter, or None."""
        module = MODULES.get(name)
        if module is None:
            return None
        found: _Filter = _builtins(module).FILTERS[name]
        return found

    def test(self, name: str) -> _Check | None:
        """Return a test, or None."""
        found: _Check | None = _builtins("tests").TESTS.get(name)
        return found

    def function(self, name: str) -> _Function | None:
        """Return a function, or None."""
        found: _Function | None = _builtins("functions").FUNCTIONS.get(name)
        return found

    def undefined(self, scope: Scope, text: str, at: int) -> Undefined:
        """Return the error for a variable that is not there."""
        del scope
        return Undefined(f"'{text}' is undefined", at=at)

    def unknown(self, kind: str, name: str) -> Failure:
        """Return the error for a filter, test or function that is not there."""
        return Failure(f"there is no {kind} '{name}'")


def _builtins(module: str) -> Any:
    # Type checkers would report a statement that imports what a bundle does not have.
    return import_module(f".builtins.{module}", __package__)
