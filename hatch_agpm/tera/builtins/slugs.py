"""Transliteration to ASCII for `slugify`."""

from __future__ import annotations

from text_unidecode import unidecode

__all__ = ["transliterated"]


def transliterated(text: str) -> str:
    """Return a text in ASCII; what has no transliteration becomes `-`."""
    return "".join(c if c.isascii() else unidecode(c) or "-" for c in text)
