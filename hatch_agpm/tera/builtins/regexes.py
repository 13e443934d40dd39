"""Regular expressions by Rust's rules."""

from __future__ import annotations

import regex

from hatch_agpm.tera.failures import Failure

__all__ = ["matches", "titled"]


def matches(pattern: str, text: str) -> bool:
    """Say whether a pattern matches somewhere in a text."""
    try:
        return regex.search(pattern, text, timeout=2) is not None
    except regex.error as error:
        raise Failure(f"the pattern of 'matching' is wrong: {error}") from None


_WORD = r"\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}"
_WORDS = regex.compile(
    rf"(?<![{_WORD}])([{_WORD}])([{_WORD}']*)(?<=[{_WORD}])(?![{_WORD}])|x^"
)


def titled(text: str) -> str:
    """Capitalise each word."""
    return _WORDS.sub(lambda word: word[1].upper() + word[2].lower(), text)
