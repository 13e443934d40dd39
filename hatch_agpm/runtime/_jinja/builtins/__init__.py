# SPDX-License-Identifier: MIT-0
"""
The filters and tests of templates, by name.

Their modules are imported when they are used, because a bundle has only those that its
programs need.
"""

from __future__ import annotations

from .. import part

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

__all__ = ["FILTERS", "filter_named", "test_named"]

FILTERS = {
    **dict.fromkeys(("default", "d", "join", "length", "count", "list"), "common"),
    **dict.fromkeys(("lower", "upper", "trim", "string", "replace"), "common"),
    **dict.fromkeys(("first", "last", "items"), "common"),
    **dict.fromkeys(("map", "select", "reject", "selectattr"), "lists"),
    **dict.fromkeys(("rejectattr", "sort", "unique", "groupby", "batch"), "lists"),
    **dict.fromkeys(("slice", "dictsort", "sum", "min", "max"), "lists"),
    **dict.fromkeys(("reverse", "attr"), "lists"),
    **dict.fromkeys(("capitalize", "title", "truncate", "wordcount"), "texts"),
    **dict.fromkeys(("wordwrap", "indent", "center", "format"), "texts"),
    **dict.fromkeys(("urlencode", "striptags"), "texts"),
    **dict.fromkeys(("abs", "int", "float", "round", "filesizeformat"), "numbers"),
    **dict.fromkeys(("escape", "e", "forceescape", "safe", "tojson"), "markup"),
}
"""The module of each filter."""


def filter_named(name: str) -> Callable[..., Any]:
    """Return a filter: it takes the budget, the value and the arguments."""
    module = part(f"builtins.{FILTERS[name]}")
    function: Callable[..., Any] = module.FILTERS[name]
    return function


def test_named(name: str) -> Callable[..., Any]:
    """Return a test: it takes the value and the arguments."""
    module = part("builtins.tests")
    function: Callable[..., Any] = module.TESTS[name]
    return function
