# SPDX-License-Identifier: MIT-0
"""
Tera's filters, tests and functions.

Each module has a table of them by name; a bundle has those that its programs need.
"""

from __future__ import annotations

from .. import part

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .arguments import _Filter

__all__ = ["MODULES", "filter_of"]

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


def filter_of(name: str) -> _Filter | None:
    """Return a filter, or None."""
    if name not in MODULES:
        return None
    module: Any = part(f"builtins.{MODULES[name]}")
    found: _Filter = module.FILTERS[name]
    return found
