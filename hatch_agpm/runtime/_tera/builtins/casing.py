# SPDX-License-Identifier: MIT-0
"""Upper and lower case by the Unicode version of Tera, whatever the Python is."""

from __future__ import annotations

from functools import cache

from .. import part
from ..operations.measures import count_steps

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from typing import Any

    from .arguments import Arguments, _Filter

__all__ = ["FILTERS", "lower_case", "upper_case"]

_UPPER = {
    0x19B: 0xA7DC,
    0x264: 0xA7CB,
    0x1C8A: 0x1C89,
    0xA7CD: 0xA7CC,
    0xA7CF: 0xA7CE,
    0xA7D3: 0xA7D2,
    0xA7D5: 0xA7D4,
    0xA7DB: 0xA7DA,
    **{code: code - 32 for code in range(0x10D70, 0x10D86)},
    **{code: code - 27 for code in range(0x16EBB, 0x16ED4)},
}
"""
The letters that have an upper case since Unicode 16 or 17, and which it is.

Python 3.11 has Unicode 14, the engine 17; all other letters are the same in both.  (The
form of a sigma at the end of a word is up to Python where only these letters are
beside it.)
"""
_LOWER = {upper: lower for lower, upper in _UPPER.items()}


def upper_case(text: str) -> str:
    """Return a text in upper case."""
    return text.translate(_UPPER).upper()


def lower_case(text: str) -> str:
    """Return a text in lower case."""
    return text.translate(_LOWER).lower()


def _title_case(text: str) -> str:
    """Return a text with each word capitalised, apostrophes being parts of words."""
    return _word().sub(lambda word: upper_case(word[1]) + lower_case(word[2]), text)


@cache
def _word() -> re.Pattern[str]:
    """Return the pattern of a word, in two groups: its first character and the rest."""
    ranges: Any = part("builtins.unicode_ranges")
    character = ranges.character_set("word")
    pattern: re.Pattern[str] = ranges.compiled(f"({character})((?:'*+{character})*+)")
    return pattern


# Filters


def upper(value: object, arguments: Arguments) -> str:
    """Convert to upper case."""
    return upper_case(arguments.letters(value))


def lower(value: object, arguments: Arguments) -> str:
    """Convert to lower case."""
    return lower_case(arguments.letters(value))


def capitalize(value: object, arguments: Arguments) -> str:
    """Make the first character upper case and the rest lower case."""
    text = arguments.letters(value)
    return upper_case(text[:1]) + lower_case(text[1:])


def title(value: object, arguments: Arguments) -> str:
    """Capitalise each word, an apostrophe being part of one."""
    text = arguments.text(value)
    count_steps(arguments.scope.account, text)
    return _title_case(text)


FILTERS: dict[str, _Filter] = {
    function.__name__: function for function in (upper, lower, capitalize, title)
}
