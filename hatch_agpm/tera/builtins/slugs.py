"""The filter `slugify`: transliteration to ASCII, character by character as in Tera."""

from __future__ import annotations

import gzip
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from hatch_agpm.runtime._tera.operations.measures import count_steps

if TYPE_CHECKING:
    from hatch_agpm.runtime._tera.builtins.arguments import Arguments

__all__ = ["slugify"]


def slugify(value: object, arguments: Arguments) -> str:
    """Transliterate to lower-case ASCII, words joined by `-`."""
    text = arguments.text(value)
    count_steps(arguments.scope.account, text)
    if not text.isascii():
        text = _transliterated(text)
        arguments.scope.account.text(len(text))
    return re.sub("[^a-z0-9]+", "-", text.lower()).strip("-")


def _transliterated(text: str) -> str:
    """
    Return a text with Tera's replacement for each character that is not ASCII.

    That is lower-case letters and digits, and `-` for all else.
    """
    slugs = _slugs()
    return "".join(
        character if character.isascii() else slugs.get(ord(character), "-")
        for character in text
    )


@cache
def _slugs() -> dict[int, str]:
    """Return the table that `tools/make_slugs.py` has written: slugs by code point."""
    packed = Path(__file__).with_name("slugs.txt.gz").read_bytes()
    slugs: dict[int, str] = {}
    for line in gzip.decompress(packed).decode("ascii").splitlines():
        first, _, listed = line.partition(" ")
        slugs.update(enumerate(listed.split(","), int(first, 16)))
    return slugs
