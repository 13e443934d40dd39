"""
Transliteration to ASCII for `slugify`.

The tables of text-unidecode are those that Tera's came from, for all living scripts
but the newest characters.  Where the two differ (the file beside this one lists
the code points, mostly symbols, emoji and rare scripts) there is an error: a slug
that is silently another one would be a broken link.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

from text_unidecode import unidecode  # type: ignore[import-untyped]  # has no types

from hatch_agpm.tera.failures import Refusal

__all__ = ["transliterated"]

_BEYOND_THE_TABLES: Final = 0x10000
_COMMON: Final = {
    "Ъ": "-",
    "ъ": "-",
    "✓": "ok",
    "✗": "x",
    "∞": "inf",
    "√": "sqrt",
    "₹": "rs",
}


def transliterated(text: str) -> str:
    """Return a text in ASCII; raise Refusal for a character not known for certain."""
    return "".join(
        character if character.isascii() else _ascii(character) for character in text
    )


def _ascii(character: str) -> str:
    if character in _COMMON:
        return _COMMON[character]
    code = ord(character)
    if any(code in codes for codes in _unknown()):
        what = f"filter 'slugify' does not know how Tera writes '{character}'"
        raise Refusal(what, hint="replace it first: replace(from=..., to=...)")
    return "-" if code >= _BEYOND_THE_TABLES else str(unidecode(character))


@cache
def _unknown() -> tuple[range, ...]:
    listed = Path(__file__).with_name("unknown_characters.txt").read_text("ascii")
    bounds = ((item.split("-") * 2)[:2] for item in listed.split())
    return tuple(range(int(first, 16), int(last, 16) + 1) for first, last in bounds)
