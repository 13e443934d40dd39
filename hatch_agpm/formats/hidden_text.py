"""
Text that a model reads and that is not displayed.

Tag characters encode ASCII invisibly, variation selectors encode bytes, directional
controls display a line in another order, and zero-width characters can be between
letters.  All of them have legitimate uses, in emoji and in many scripts, which are not
reported (Unicode Standard, 23; UTS 51, ED-14a; UTR 36).

Reads no files: the caller names the file of a text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from hatch_agpm.errors import HiddenTextError, Location

__all__ = ["ZERO_WIDTH", "Hidden", "check_hidden_text", "find_hidden"]

ZERO_WIDTH: Final = "zero-width character"
"""The kind of hidden text that is also in texts by mistake."""

_KINDS: Final = {
    "tags": "tag character",
    "selectors": "variation selector",
    "directions": "directional control",
    "annotations": "annotation mark",
    "widthless": ZERO_WIDTH,
}

_TAG_OFFSET: Final = 0xE0000
"""The difference between a tag character and the ASCII character it spells."""

_DELETE: Final = 0x7F
_FIRST_SELECTOR: Final = 0xFE00
_SELECTORS_PER_BLOCK: Final = 16
_FIRST_IDEOGRAPHIC: Final = 0xE0100

_SHOWN: Final = 500
"""The number of hidden characters that an error shows."""

_TAGS = "\U000e0000-\U000e00ff\U000e01f0-\U000e0fff"
_DIRECTIONS = "\u202a-\u202e\u2066-\u2069"
_ANNOTATIONS = "\ufff9-\ufffb"
_SELECTORS = "\ufe00-\ufe0f"
_IDEOGRAPHIC = "\U000e0100-\U000e01ef"
_WIDTHLESS = (
    "\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2060-\u2065"
    "\u206a-\u206f\u3164\ufeff\uffa0\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
)
_SOFT_HYPHEN = "\u00ad"
_UNSEEN = f"{_TAGS}{_DIRECTIONS}{_ANNOTATIONS}{_WIDTHLESS}{_SOFT_HYPHEN}"
_IDEOGRAPHS = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_WORD = "0-9A-Za-z_"

# Compiled at first use: most builds search nothing.
_SUSPECT: Final = f"[{_UNSEEN}{_SELECTORS}{_IDEOGRAPHIC}]"
_HIDDEN: Final = (
    # Nearly no character is one of these, so this test is quick.
    f"(?=[\U0001f3f4{_UNSEEN}{_SELECTORS}{_IDEOGRAPHIC}])(?:"
    # A flag: its region, the part of it, and the end (`gbeng` for England).
    "\U0001f3f4[\U000e0061-\U000e007a]{2}"
    "[\U000e0030-\U000e0039\U000e0061-\U000e007a]{1,3}\U000e007f"
    f"|(?P<tags>[{_TAGS}])|(?P<directions>[{_DIRECTIONS}])"
    f"|(?P<annotations>[{_ANNOTATIONS}])"
    # One of two in a row, or after a character that is invisible or has no variants: in
    # ASCII only digits, # and * have variants, as keycaps.
    f"|(?P<selectors>[{_SELECTORS}{_IDEOGRAPHIC}](?=[{_SELECTORS}{_IDEOGRAPHIC}])"
    f"|(?<=[{_UNSEEN}{_SELECTORS}{_IDEOGRAPHIC}])[{_SELECTORS}{_IDEOGRAPHIC}]"
    f"|(?<![^\\x00-\\x7f])(?<![0-9#*])[{_SELECTORS}]"
    f"|(?<![{_IDEOGRAPHS}])[{_IDEOGRAPHIC}])"
    # One of two in a row, or between ASCII letters. A selector before it belongs to a
    # visible emoji: a heart, in colour, joined to fire.
    f"|(?P<widthless>[{_WIDTHLESS}{_SOFT_HYPHEN}]"
    f"(?=[{_UNSEEN}{_SELECTORS}{_IDEOGRAPHIC}])"
    f"|(?<=[{_UNSEEN}])[{_WIDTHLESS}{_SOFT_HYPHEN}]"
    f"|(?<=[{_WORD}])[{_WIDTHLESS}](?=[{_WORD}])))"
)
"""Patterns of hidden characters by kind; flags, which are legitimate, have no kind."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Hidden:
    """All hidden characters of one kind in one line."""

    kind: str
    line: int
    column: int
    """The position of the first of them, both from 1, in characters."""

    text: str
    """The characters themselves."""

    @property
    def says(self) -> str:
        """The text that tags and selectors encode; for other kinds the code points."""
        if self.kind == _KINDS["tags"]:
            return _ascii(self.text)
        if self.kind == _KINDS["selectors"]:
            return _bytes(self.text)
        return _code_points(self.text)


def find_hidden(text: str) -> tuple[Hidden, ...]:
    """
    Return the hidden characters of a text, by line, and in each line by kind.

    Not reported are: the tags of a flag; one variation selector after a character with
    variants; one zero-width character, except between ASCII letters or digits; soft
    hyphens; a byte order mark at the start.
    """
    # A text has few different characters, and rarely any of these.
    if text.isascii() or not re.search(_SUSPECT, "".join(set(text))):
        return ()
    found: dict[tuple[int, str], tuple[int, list[str]]] = {}
    line, start, counted = 1, -1, 0
    for match in re.finditer(_HIDDEN, text):
        if match.lastgroup is None:
            continue
        if newlines := text.count("\n", counted, match.start()):
            line += newlines
            start = text.rfind("\n", counted, match.start())
        counted = match.start()
        key = line, _KINDS[match.lastgroup]
        _, characters = found.setdefault(key, (counted - start, []))
        characters.append(match[0])
    return tuple(
        Hidden(kind=kind, line=line, column=column, text="".join(characters))
        for (line, kind), (column, characters) in sorted(found.items())
    )


def check_hidden_text(
    path: str, text: str, *, is_file: bool = True
) -> tuple[HiddenTextError, ...]:
    """
    Return an error for each finding in `text`; `path` is the file it comes from.

    Lines and columns are those of `text`; they are reported only if it is the text of
    the file (`is_file`).
    """
    hidden = find_hidden(text)
    lines = text.split("\n") if hidden and is_file else []
    return tuple(
        HiddenTextError(
            _counted(each),
            location=Location(
                path=path,
                line=each.line if is_file else 0,
                column=each.column if is_file else 0,
                source_line=lines[each.line - 1] if is_file else "",
            ),
            got=_cut(each.says),
            hint=f"delete what is hidden, or list '{path}' in hidden-text",
        ).saying(each.kind, each.says)
        for each in hidden
    )


def _counted(hidden: Hidden) -> str:
    count = len(hidden.text)
    return f"{count} hidden {hidden.kind}{'s' if count > 1 else ''}"


def _cut(says: str) -> str:
    return says if len(says) <= _SHOWN else f"{says[:_SHOWN]}..."


def _ascii(tags: str) -> str:
    codes = [ord(tag) - _TAG_OFFSET for tag in tags]
    spelled = "".join(chr(c) for c in codes if c < _DELETE and chr(c).isprintable())
    return repr(spelled) if spelled else _code_points(tags)


def _bytes(selectors: str) -> str:
    codes = [ord(selector) for selector in selectors]
    # The usual encoding of bytes: the first 16 selectors are in another block.
    data = bytes(
        c - _FIRST_SELECTOR
        if c < _FIRST_IDEOGRAPHIC
        else c - _FIRST_IDEOGRAPHIC + _SELECTORS_PER_BLOCK
        for c in codes
    )
    try:
        spelled = data.decode()
    except UnicodeDecodeError:
        return repr(data)
    return repr(spelled if spelled.isprintable() else data)


def _code_points(text: str) -> str:
    """Return the code points of a text, with the number of repetitions."""
    seen: dict[str, int] = {}
    for character in text:
        seen[character] = seen.get(character, 0) + 1
    return ", ".join(
        f"U+{ord(character):04X}" + (f" ({count} times)" if count > 1 else "")
        for character, count in seen.items()
    )
