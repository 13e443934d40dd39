"""
Which index files are those of a bundle, and which of them this version can read.

docs/reference/index.md describes the format.
"""

from __future__ import annotations

from typing import Final, TypeGuard

__all__ = ["GENERATOR", "INDEX_SCHEMA", "is_index", "schema_problem"]

GENERATOR: Final = "hatch-agpm"
"""The name of the generator in an index."""

INDEX_SCHEMA: Final = 2
"""The number in an index; docs/reference/index.md says when it changes."""

_SUPPORTED: Final = (1, INDEX_SCHEMA)
"""What is read here of an index is the same in these."""


def is_index(document: object) -> TypeGuard[dict[str, object]]:
    """Tell whether a parsed JSON document is an index of hatch-agpm."""
    if not isinstance(document, dict):
        return False
    generator = document.get("generator")
    return isinstance(generator, dict) and generator.get("name") == GENERATOR


def schema_problem(index: dict[str, object]) -> str:
    """Return why this version cannot read an index, or ""."""
    schema = index.get("schema")
    if schema in _SUPPORTED:
        return ""
    supported = ", ".join(map(str, _SUPPORTED))
    return f"unsupported index schema {schema!r} (supported: {supported})"
