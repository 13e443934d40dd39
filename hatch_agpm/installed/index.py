"""
Which index files are those of a bundle, and which of them this version can read.

docs/reference/index.md describes the format.
"""

from __future__ import annotations

import json
from typing import Final, TypeGuard

__all__ = [
    "GENERATOR",
    "INDEX_SCHEMA",
    "IndexReader",
    "LargeIndexError",
    "damage_of",
    "is_index",
    "schema_problem",
]

GENERATOR: Final = "hatch-agpm"
"""The name of the generator in an index."""

INDEX_SCHEMA: Final = 2
"""The number in an index; docs/reference/index.md says when it changes."""

_SUPPORTED: Final = (1, INDEX_SCHEMA)
"""What is read here of an index is the same in these."""

_FEW_BYTES: Final = 3 << 23
_LARGEST_RATIO: Final = 2
_FEW_SIGNS: Final = 2_000_000
_BYTES_FOR_EACH: Final = 8
_SIGNS: Final = (b",", b":", b"[", b"{")
"""What JSON has at least one of for each of its values."""

_LONGEST: Final = 200


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


class LargeIndexError(ValueError):
    """The indexes of a package have more values than it can have."""


class IndexReader:
    """
    Reads the indexes of one package.

    A few compressed bytes of JSON can have millions of values, each of which takes a
    hundred bytes of memory: what separates them is counted before they are parsed.
    """

    def __init__(self, size: int) -> None:
        """Read those of a package of this size: a larger one may have more values."""
        self._left = _FEW_SIGNS + size // _BYTES_FOR_EACH
        self._left_bytes = _FEW_BYTES + _LARGEST_RATIO * size

    def read(self, data: bytes) -> dict[str, object] | None:
        """
        Return the index in these bytes; None for another document.

        Raises ValueError for a document that is damaged, and LargeIndexError if it has,
        with those before it, more than the indexes of such a package.
        """
        if GENERATOR.encode() not in data:
            return None
        self._left -= sum(map(data.count, _SIGNS))
        self._left_bytes -= len(data)
        if min(self._left, self._left_bytes) < 0:
            raise LargeIndexError("has more than an index of such a package can have")
        try:
            document = json.loads(data)
        except RecursionError:
            raise ValueError("is nested too deeply") from None
        return document if is_index(document) else None


def damage_of(error: Exception) -> str:
    """Return what is wrong with parsed data that raised an error, in few characters."""
    try:
        text = repr(error)
    except (RecursionError, ValueError):
        text = type(error).__name__
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."
