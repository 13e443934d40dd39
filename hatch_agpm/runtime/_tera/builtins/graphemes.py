# SPDX-License-Identifier: MIT-0
"""
Grapheme clusters: what people take for one character, as defined by Unicode (UAX 29).

A cluster is several code points where a letter has combining marks, a syllable of
Hangul or Devanagari has parts, two regional indicators are a flag, or joiners make
one emoji of many.
"""

from __future__ import annotations

from functools import cache

from .unicode_ranges import all_classes, character_set, compiled

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re

__all__ = ["first_graphemes", "graphemes"]


def graphemes(text: str) -> list[str]:
    """Return the clusters of a text."""
    return [match[0] for match in _cluster().finditer(text)]


def first_graphemes(text: str, count: int) -> str:
    """Return the first `count` clusters of a text."""
    end = 0
    for _, match in zip(range(count), _cluster().finditer(text)):
        end = match.end()
    return text[:end]


@cache
def _cluster() -> re.Pattern[str]:
    """
    Return the pattern of one cluster, by the regular expression in UAX 29.

    Repetitions are possessive (`*+`), so that the time is linear.
    """
    control = rf"\r\n|[\r\n]|{character_set('control')}"
    regional = character_set("regional")
    core = f"{_hangul()}|{regional}{regional}|{_emoji()}|{_conjunct()}|(?s:.)"
    after = character_set("extend", "linker", "non-joiner", "joiner", "spacing")
    prepend = f"(?:{character_set('prepend')}(?!{control}|\\Z))*+"
    return compiled(f"{_ordinary()}|{control}|{prepend}(?:{core}){after}*+")


def _ordinary() -> str:
    """
    Return the pattern of a character that stands for itself, before another such.

    The rest of the pattern covers it, too.  Most texts have hardly anything else, and
    sets of characters below U+10000 are searched fast.
    """
    names = [name for name in all_classes() if name != "word"]
    special = character_set(*names, last=0xFFFF)[1:-1]
    one = rf"[^\r\n\uac00-\ud7a3\U00010000-\U0010ffff{special}]"
    return rf"{one}(?={one}|\Z)"


def _hangul() -> str:
    """Return the pattern of a syllable, composed or of single letters."""
    leading = character_set("leading")
    vowel = character_set("vowel")
    trailing = character_set("trailing")
    # Of 28 successive syllables, only the first has no trailing consonant.
    open_syllable = f"[{''.join(map(chr, range(0xAC00, 0xD7A4, 28)))}]"
    middle = f"(?:{vowel}++|{open_syllable}{vowel}*+|[\uac00-\ud7a3])"
    return f"{leading}*+{middle}{trailing}*+|{leading}++|{trailing}++"


def _emoji() -> str:
    """Return the pattern of pictures, with joiners between them."""
    pictographic = character_set("pictographic")
    extend = character_set("extend", "linker", "non-joiner")
    joiner = character_set("joiner")
    return f"{pictographic}(?:{extend}*+{joiner}{pictographic})*+"


def _conjunct() -> str:
    """Return the pattern of consonants of Indic scripts, with linkers between them."""
    consonant = character_set("consonant")
    linker = character_set("linker")
    before = character_set("extend", "joiner")
    behind = character_set("extend", "joiner", "linker")
    return f"{consonant}(?:{before}*+{linker}{behind}*+{consonant})*+"
