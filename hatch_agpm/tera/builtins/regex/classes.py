"""
The parts of a regular expression that match one character: escapes and classes.

They are read by the grammar of Rust's crate and translated for the library `regex`.
Set operations of a class (`[a-z&&[^x]]`) become alternatives and look-aheads, because
those of `regex` have other rules.
"""

from __future__ import annotations

import string
from typing import TYPE_CHECKING, Final

import regex

from hatch_agpm.runtime._tera.rust import WHITE_SPACE

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["WORK_OF_TRANSLATION", "CharacterClasses", "PatternError"]

WORK_OF_TRANSLATION: Final = 250
"""The work of compiling a character of the translation."""


class PatternError(Exception):
    """A pattern that Rust refuses; the message says why."""


_PERL: Final = {
    "d": r"\p{Nd}",
    "s": r"\p{White_Space}",
    "w": r"\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}",
}
_PERL_ASCII: Final = {"d": "0-9", "s": r"\t\n\v\f\r ", "w": "0-9A-Za-z_"}
_POSIX: Final = {
    "alnum": "0-9A-Za-z",
    "alpha": "A-Za-z",
    "ascii": r"\x00-\x7f",
    "blank": r"\t ",
    "cntrl": r"\x00-\x1f\x7f",
    "digit": "0-9",
    "graph": "!-~",
    "lower": "a-z",
    "print": " -~",
    "upper": "A-Z",
    "punct": r"!-/:-@\[-`{-~",
    "space": r"\t\n\v\f\r ",
    "word": "0-9A-Za-z_",
    "xdigit": "0-9A-Fa-f",
}
_CONTROLS: Final = {
    "a": "\a",
    "f": "\f",
    "t": "\t",
    "n": "\n",
    "r": "\r",
    "v": "\v",
}
_CODE_POINTS: Final = range(0x110000)
_SURROGATES: Final = range(0xD800, 0xE000)
_DEEPEST_CLASS: Final = 50
_HEX_DIGITS: Final = {"x": 2, "u": 4, "U": 8}
_SPECIAL: Final = {"any": "(?s:.)", "ascii": r"[\x00-\x7f]", "assigned": r"\P{Cn}"}


class CharacterClasses:
    """Reads a pattern from a position, and translates escapes and classes there."""

    def __init__(self, pattern: str, work: Callable[[int], None]) -> None:
        """Begin with a pattern; `work` takes the work of a part of it."""
        self.pattern: Final = pattern
        self.work: Final = work
        self.at = 0
        self.names: Final[set[str]] = set()
        self._brackets = 0

    @property
    def unicode(self) -> bool:
        r"""Whether `\d`, `\s` and `\w` match beyond ASCII."""
        return True

    @property
    def verbose(self) -> bool:
        """Whether white space and comments are ignored."""
        return False

    def peek(self) -> str:
        """Return the next character; raise PatternError at the end."""
        if self.at >= len(self.pattern):
            raise PatternError("it ends too early")
        return self.pattern[self.at]

    def skip_over(self, text: str) -> bool:
        """Skip `text` if it comes next; return whether it did."""
        found = self.pattern.startswith(text, self.at)
        self.at += len(text) if found else 0
        return found

    def space(self) -> None:
        """Skip white space and comments if they are ignored here."""
        while self.verbose and self.at < len(self.pattern):
            if self.pattern[self.at] == "#":
                end = self.pattern.find("\n", self.at)
                self.at = len(self.pattern) if end < 0 else end
            elif self.pattern[self.at] not in WHITE_SPACE:
                return
            else:
                self.at += 1

    # Escapes

    def escaped(self) -> str:
        r"""Read and translate an escape (`\n`, `\x41`, `\d`), apart from assertions."""
        character = self._literal_escape()
        return regex.escape(character) if character else self._class_escape()

    def _literal_escape(self) -> str:
        r"""Read an escape that means one character; return it, or "" for another."""
        letter = self.pattern[self.at + 1 : self.at + 2]
        if letter in _CONTROLS:
            self.at += 2
            return _CONTROLS[letter]
        if letter in _HEX_DIGITS:
            return self._hex(letter)
        if letter and letter in string.punctuation and letter not in "<>":
            self.at += 2
            return letter
        return ""

    def _hex(self, letter: str) -> str:
        digits = _HEX_DIGITS[letter]
        pattern = rf"\\[xuU](?:([0-9A-Fa-f]{{{digits}}})|\{{([0-9A-Fa-f]+)\}})"
        match = regex.compile(pattern).match(self.pattern, self.at)
        code = int(match[1] or match[2], 16) if match else -1
        if match is None or code not in _CODE_POINTS or code in _SURROGATES:
            raise PatternError(f"'\\{letter}' is not a character")
        self.at = match.end()
        return chr(code)

    def _class_escape(self) -> str:
        letter = self.pattern[self.at + 1 : self.at + 2]
        if letter and letter in "pP":
            return self._property()
        if letter.lower() not in _PERL:
            what = f"'\\{letter}' means nothing" if letter else "it ends with '\\'"
            raise PatternError(what)
        self.at += 2
        inside = (_PERL if self.unicode else _PERL_ASCII)[letter.lower()]
        return f"[{'^' if letter.isupper() else ''}{inside}]"

    def _property(self) -> str:
        match = regex.compile(r"\\([pP])(?:\{([^}^]+)\}|([A-Za-z]))").match(
            self.pattern, self.at
        )
        if match is None:
            raise PatternError("a Unicode property has no name")
        self.at = match.end()
        name, negated = match[2] or match[3], match[1] == "P"
        key, equals, value = name.partition("!=")
        if equals:
            name, negated = f"{key}={value}", not negated
        special = _SPECIAL.get(name.lower())
        positive = special or rf"\p{{{name.replace(':', '=')}}}"
        try:
            regex.compile(positive)
        except regex.error:
            raise PatternError(f"there is no Unicode property '{name}'") from None
        return f"(?!{positive})(?s:.)" if negated else positive

    # Bracketed classes

    def bracketed(self) -> str:
        """Read and translate `[...]`, with nested classes and set operations."""
        self.at += 1
        self._brackets += 1
        if self._brackets > _DEEPEST_CLASS:
            raise PatternError("its classes nest too deep")
        self.space()
        negated = self.skip_over("^")
        result = self._union(first=True)
        while not self.skip_over("]"):
            operator = self.pattern[self.at : self.at + 2]
            self.at += 2
            right = self._union(first=False)
            result = {
                "&&": f"(?={result})(?:{right})",
                "--": f"(?!{right})(?:{result})",
                "~~": f"(?:(?!{right})(?:{result})|(?!{result})(?:{right}))",
            }[operator]
            result = f"(?:{result})"
            # Each operation repeats the operands, so that the length may double.
            self.work(WORK_OF_TRANSLATION * len(result))
        self._brackets -= 1
        return f"(?:(?!{result})(?s:.))" if negated else result

    def _union(self, *, first: bool) -> str:
        """Read and translate the items up to a set operator or the `]`."""
        alternatives: list[str] = []
        self.space()
        while first and self.skip_over("-"):
            alternatives.append(r"\-")
            self.space()
        if first and not alternatives and self.skip_over("]"):
            alternatives.append(r"\]")
        while True:
            self.space()
            if self.peek() == "]" or self.pattern[self.at : self.at + 2] in {
                "&&",
                "--",
                "~~",
            }:
                break
            alternatives.append(self._item())
        if not alternatives:
            return "(?!)"
        return f"(?:{'|'.join(alternatives)})"

    def _item(self) -> str:
        if self.peek() == "[":
            return self._posix() or self.bracketed()
        start = self._member()
        if start is None:
            return self._class_escape()
        self.space()
        after = self.pattern[self.at + 1 : self.at + 2]
        if self.pattern[self.at : self.at + 1] != "-" or after in {"]", "-", ""}:
            return regex.escape(start)
        self.at += 1
        self.space()
        end = self._member()
        if end is None or start > end:
            raise PatternError("a range of characters is wrong")
        return f"[{_set_member(start)}-{_set_member(end)}]"

    def _member(self) -> str | None:
        """Read one character of a class; return None for an escape that means many."""
        character = self.peek()
        if character == "\\":
            return self._literal_escape() or None
        self.at += 1
        return character

    def _posix(self) -> str:
        match = regex.compile(r"\[:(\^?)([a-z]+):\]").match(self.pattern, self.at)
        if match is None or match[2] not in _POSIX:
            return ""
        self.at = match.end()
        return f"[{match[1]}{_POSIX[match[2]]}]"


def _set_member(character: str) -> str:
    return rf"\U{ord(character):08x}"
