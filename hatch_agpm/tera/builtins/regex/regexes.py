r"""
Regular expressions by the rules of Rust's crate, for test `matching`.

A pattern is read by the grammar of the crate and each part is translated for the
library `regex`, where `$`, `\d`, `{` and nested classes mean other things.
Look-around and references, which the crate does not have, are errors.

Importing this module needs the package regex: the extra `hatch-agpm[matching]`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from time import perf_counter
from typing import TYPE_CHECKING, Final

import regex

from hatch_agpm.runtime._tera.failures import Failure, Refusal
from hatch_agpm.runtime._tera.rust import encode
from hatch_agpm.tera.builtins.regex.classes import (
    WORK_OF_TRANSLATION,
    CharacterClasses,
    PatternError,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from hatch_agpm.runtime._tera.limits import Account

__all__ = ["matches"]

_MOST_REPETITIONS: Final = 1_000_000

_SEARCHED: Final = 100
"""The work of a character of the text: a repetition may take memory for each one."""

_PATTERN: Final = 20_000
_CHARACTER: Final = 1_600
_REPETITION: Final = 300
"""The work of a pattern, of its characters, and of the copies of repeated parts."""

_CLASS_SIZE: Final = 4
"""How much memory a copy of a class takes, beside that of a character."""

_DEEPEST: Final = 100
_LONGEST_COUNT: Final = 1_000
"""The digits of a count, among them zeros at the start."""

_WORD: Final = r"[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]"
_STARTS: Final = f"(?<!{_WORD})(?={_WORD})"
_ENDS: Final = f"(?<={_WORD})(?!{_WORD})"
_BOUNDARIES: Final = {
    "": f"(?:{_STARTS}|{_ENDS})",
    "start": _STARTS,
    "end": _ENDS,
    "start-half": f"(?<!{_WORD})",
    "end-half": f"(?!{_WORD})",
}
_ANCHORS: Final = {
    "A": r"\A",
    "z": r"\Z",
    "<": _STARTS,
    ">": _ENDS,
    "B": f"(?:(?<={_WORD})(?={_WORD})|(?<!{_WORD})(?!{_WORD}))",
}


def matches(pattern: str, text: str, account: Account) -> bool:
    """
    Say whether a pattern of Rust's matches somewhere in a text.

    Raise Failure for a pattern that Rust refuses, Refusal where all patterns of the
    render together take too long.
    """
    known = account.patterns.get(pattern)
    compiled = (
        known if isinstance(known, regex.Pattern) else _compiled(pattern, account)
    )
    account.patterns[pattern] = compiled
    account.work(_SEARCHED * len(text))
    start = perf_counter()
    try:
        return compiled.search(text, timeout=account.pattern_seconds) is not None
    except TimeoutError:
        hint = "repetitions of repetitions take time: simplify it"
        raise Refusal("patterns take too long", encode(pattern[:60]), hint) from None
    finally:
        spent = perf_counter() - start
        # A timeout of nothing at all would mean that there is none.
        account.pattern_seconds = max(account.pattern_seconds - spent, 1e-6)


def _compiled(pattern: str, account: Account) -> regex.Pattern[str]:
    """Return a pattern as the library has it; its work is counted before."""
    account.work(_PATTERN + _CHARACTER * len(pattern))
    try:
        translator = _Translator(pattern, account.work)
        translated, size = translator.translated()
        account.work(_REPETITION * size + WORK_OF_TRANSLATION * len(translated))
        # The cache of the library would keep the patterns of all renders.
        return regex.compile(translated, flags=regex.V0, cache_pattern=False)
    except (PatternError, regex.error, OverflowError) as error:
        what = f"the pattern of 'matching' is wrong: {error}"
        raise Failure(what, encode(pattern[:60])) from None


@dataclass(frozen=True, kw_only=True, slots=True)
class _Flags:
    """The flags of a Rust pattern that change whether a text matches."""

    i: bool = False
    m: bool = False
    s: bool = False
    x: bool = False
    R: bool = False
    U: bool = False
    u: bool = True


class _Translator(CharacterClasses):
    """Reads and translates one pattern; `flags` are those that hold at the position."""

    def __init__(self, pattern: str, work: Callable[[int], None]) -> None:
        """Begin with a pattern; `work` takes the work of each part of it."""
        super().__init__(pattern, work)
        self.flags = _Flags()
        self._depth = 0

    def translated(self) -> tuple[str, int]:
        """Return the translation of the whole pattern, and its size."""
        result, size = self._alternatives()
        if self.at < len(self.pattern):
            raise PatternError("')' has no '('")
        return result, size

    @property
    def unicode(self) -> bool:
        r"""Whether `\d`, `\s` and `\w` match beyond ASCII."""
        return self.flags.u

    @property
    def verbose(self) -> bool:
        """Whether white space and comments are ignored."""
        return self.flags.x

    def _alternatives(self) -> tuple[str, int]:
        """Translate up to a `)`; the size is that with repeated parts written out."""
        outer = self.flags
        branches: list[list[str]] = [[]]
        size = 1
        while True:
            self.space()
            if self.at >= len(self.pattern) or self.peek() == ")":
                break
            if self.skip_over("|"):
                branches.append([])
                continue
            atom, times = self._atom()
            if atom:
                atom, times = self._repeated(atom, times)
            branches[-1].append(atom)
            size += times
        self.flags = outer
        return "|".join(map("".join, branches)), size

    def _atom(self) -> tuple[str, int]:
        character = self.peek()
        if character in "*+?{":
            raise PatternError(f"there is nothing before '{character}'")
        if character == "(":
            return self._group()
        if character == "[":
            return self._cased(self.bracketed()), _CLASS_SIZE
        if character == "\\":
            return self._escape(), _CLASS_SIZE
        self.at += 1
        signs = {
            ".": self._dot(),
            "^": r"(?<![^\n])" if self.flags.m else r"\A",
            "$": r"(?![^\n])" if self.flags.m else r"\Z",
        }
        return signs.get(character) or self._cased(regex.escape(character)), 1

    def _dot(self) -> str:
        if self.flags.s:
            return "(?s:.)"
        return r"[^\r\n]" if self.flags.R else r"[^\n]"

    def _cased(self, atom: str) -> str:
        return f"(?i:{atom})" if self.flags.i else atom

    def _group(self) -> tuple[str, int]:
        self.at += 1
        self._depth += 1
        if self._depth > _DEEPEST:
            raise PatternError("its groups nest too deep")
        outer = self.flags
        if self.skip_over("?P<") or (
            self.pattern[self.at + 2 : self.at + 3] not in {"=", "!"}
            and self.skip_over("?<")
        ):
            self._name()
        elif self.skip_over("?") and self._read_flags() == ")":
            self._depth -= 1
            return "", 1
        inner, times = self._alternatives()
        if not self.skip_over(")"):
            raise PatternError("a group is not closed")
        self.flags = outer
        self._depth -= 1
        return f"(?:{inner})", times

    def _name(self) -> None:
        end = self.pattern.find(">", self.at)
        name = self.pattern[self.at : end]
        if end < 0 or not regex.fullmatch(r"[_\p{Alphabetic}][\w.\[\]]*", name):
            raise PatternError("a group has a wrong name")
        if name in self.names:
            raise PatternError(f"two groups are named '{name}'")
        self.names.add(name)
        self.at = end + 1

    def _read_flags(self) -> str:
        """Read `i-s:` or `i-s)` and set the flags; return what ends them."""
        match = regex.compile(r"([imsRUux]*)(?:(-)([imsRUux]+))?([:)])").match(
            self.pattern, self.at
        )
        letters = (match[1] + (match[3] or "")) if match else ""
        if match is None or len(set(letters)) != len(letters):
            raise PatternError("it has look-around, or flags that there are not")
        if match[4] == ")" and not letters:
            raise PatternError("a group has no flags")
        self.at = match.end()
        given = dict.fromkeys(match[1], True) | dict.fromkeys(match[3] or "", False)
        self.flags = replace(self.flags, **given)
        return str(match[4])

    def _escape(self) -> str:
        letter = self.pattern[self.at + 1 : self.at + 2]
        if letter == "b":
            self.at += 2
            kind = regex.compile(r"\{(start|end|start-half|end-half)\}").match(
                self.pattern, self.at
            )
            if kind:
                self.at = kind.end()
            return _BOUNDARIES[kind[1] if kind else ""]
        if letter and letter in _ANCHORS:
            self.at += 2
            return _ANCHORS[letter]
        return self._cased(self.escaped())

    # Repetitions

    def _repeated(self, atom: str, times: int) -> tuple[str, int]:
        while True:
            self.space()
            operator = self._operator()
            if operator is None:
                return atom, times
            sign, most = operator
            times *= max(most, 1)
            if times > _MOST_REPETITIONS:
                raise PatternError("it repeats too often")
            self.skip_over("?")
            atom = f"(?:{atom}){sign}"

    def _operator(self) -> tuple[str, int] | None:
        if self.at >= len(self.pattern) or self.peek() not in "*+?{":
            return None
        sign = self.peek()
        self.at += 1
        if sign != "{":
            return sign, 1
        count = regex.compile(r"\s*(\d+)\s*(?:(,)\s*(\d*)\s*)?\}").match(
            self.pattern, self.at
        )
        if count is None:
            raise PatternError("a repetition has no count")
        # int() refuses thousands of digits.
        is_long = max(map(len, count.groups(""))) > _LONGEST_COUNT
        least = 1 if is_long else int(count[1])
        most = 0 if is_long else int(count[3] or count[1])
        if max(least, most) >= 2**32 or least > most:
            raise PatternError("a repetition has a wrong count")
        self.at = count.end()
        end = f",{count[3]}" if count[2] else ""
        return f"{{{least}{end}}}", max(least, most)
