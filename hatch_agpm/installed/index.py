"""
Which index files are those of a bundle, and which of them this version can read.

docs/reference/index.md describes the format.
"""

from __future__ import annotations

from typing import Final, TypeGuard

__all__ = ["GENERATOR", "INDEX_SCHEMA", "is_index", "schema_problem"]

GENERATOR: Final = "hatch-agpm"
"""The name of the generator in an index."""

INDEX_SCHEMA: Final = 1
"""The number in an index; docs/reference/index.md says when it changes."""


def is_index(document: object) -> TypeGuard[dict[str, object]]:
    """Tell whether a parsed JSON document is an index of hatch-agpm."""
    if not isinstance(document, dict):
        return False
    generator = document.get("generator")
    return isinstance(generator, dict) and generator.get("name") == GENERATOR


def schema_problem(index: dict[str, object]) -> str:
    """Return why this version cannot read an index, or ""."""
    schema = index.get("schema")
    if schema == INDEX_SCHEMA:
        return ""
    return f"unsupported index schema {schema!r} (supported: {INDEX_SCHEMA})"
