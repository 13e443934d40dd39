"""
Text that a model reads and a person does not see.

Tag characters spell ASCII without being shown, variation selectors carry bytes,
directional controls show a line in another order than it is read, and what has no
width hides between letters.  All of them have honest uses, in emoji and in most of
the world's scripts; those are no finding (Unicode Standard, 23; UTS 51, ED-14a;
UTR 36).

Knows nothing of files: a caller names the one that a text comes from.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from hatch_agpm.errors import HiddenTextError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Hidden", "check_hidden_text", "find_hidden"]

_SUSPECT = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]+"
)
_SELECTOR = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_IDEOGRAPHIC_SELECTOR = re.compile("[\U000e0100-\U000e01ef]")
_ASCII_WORD = re.compile("[0-9A-Za-z_]")
_IDEOGRAPH = re.compile("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")

_FLAG: Final = "\U0001f3f4"
_REGION = re.compile(
    "[\U000e0061-\U000e007a]{2}[\U000e0030-\U000e0039\U000e0061-\U000e007a]{1,3}"
    "\U000e007f"
)
"""The tags of a flag: a region, its part, and the end (`gbeng` for England)."""

_KEYCAPS: Final = "0123456789#*"
_SOFT_HYPHEN: Final = "\u00ad"
_BOM: Final = "\ufeff"

_TAGS: Final = "tag character"
_SELECTORS: Final = "variation selector"
_DIRECTIONS: Final = "directional control"
_ANNOTATIONS: Final = "annotation mark"
_WIDTHLESS: Final = "zero-width character"

_NEVER: Final = {
    _TAGS: re.compile("[\U000e0000-\U000e00ff\U000e01f0-\U000e0fff]"),
    _DIRECTIONS: re.compile("[\u202a-\u202e\u2066-\u2069]"),
    _ANNOTATIONS: re.compile("[\ufff9-\ufffb]"),
}
"""What has no honest use, but for the tags of flags."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Hidden:
    """All hidden characters of one kind in one line."""

    kind: str
    line: int
    column: int
    """Of the first of them, both from 1, in characters."""

    text: str
    """The characters themselves."""

    @property
    def says(self) -> str:
        """What tags and selectors spell; of others the code points."""
        if self.kind == _TAGS:
            return _ascii(self.text)
        if self.kind == _SELECTORS:
            return _bytes(self.text)
        return _code_points(self.text)


def find_hidden(text: str) -> tuple[Hidden, ...]:
    """
    Return what a text hides, by line, and in each line by kind.

    Honest are: a flag's tags; one variation selector after what has variants; one
    character without width, but between ASCII letters or digits; a soft hyphen; a
    byte order mark at the very start.
    """
    if text.isascii():
        return ()
    found: dict[tuple[int, str], tuple[int, list[str]]] = {}
    line, counted = 1, 0
    for match in _SUSPECT.finditer(text):
        line += text.count("\n", counted, match.start())
        counted = match.start()
        start = text.rfind("\n", 0, counted)
        for position, kind in _judge(text, match):
            _, characters = found.setdefault((line, kind), (position - start, []))
            characters.append(text[position])
    return tuple(
        Hidden(kind=kind, line=line, column=column, text="".join(characters))
        for (line, kind), (column, characters) in sorted(found.items())
    )


def check_hidden_text(
    path: str, text: str, *, is_file: bool = True
) -> tuple[HiddenTextError, ...]:
    """
    Return an error for whatever `text` hides; `path` is the file it comes from.

    Lines and columns are those of `text`; they are told only if it `is_file` itself.
    """
    hidden = find_hidden(text)
    lines = text.split("\n") if hidden and is_file else []
    return tuple(
        HiddenTextError(
            _counted(each),
            path,
            each.line if is_file else 0,
            each.column if is_file else 0,
            got=each.says,
            hint=f"delete what is hidden, or list '{path}' in hidden-text",
            source_line=lines[each.line - 1] if is_file else "",
            kind=each.kind,
            says=each.says,
        )
        for each in hidden
    )


def _counted(hidden: Hidden) -> str:
    count = len(hidden.text)
    return f"{count} hidden {hidden.kind}{'s' if count > 1 else ''}"


def _judge(text: str, run: re.Match[str]) -> Iterator[tuple[int, str]]:
    """Yield place and kind of each character of a run that has no honest use."""
    position, end = run.span()
    if text[max(position - 1, 0)] == _FLAG and (flag := _REGION.match(text, position)):
        position = flag.end()
    for place in range(position, end):
        if kind := _kind(text, place):
            yield place, kind


def _kind(text: str, place: int) -> str:
    """Return what kind of hidden character stands at a place, "" for none."""
    character = text[place]
    for kind, characters in _NEVER.items():
        if characters.match(character):
            return kind
    before = text[place - 1] if place else ""
    after = text[place + 1 : place + 2]
    if _SELECTOR.match(character):
        return "" if _selects(before, character, after) else _SELECTORS
    if character == _BOM and not place:
        return ""
    # A selector before is part of what is seen: a heart, in colour, joined to fire.
    follows = _SUSPECT.match(before) and not _SELECTOR.match(before)
    leads = _SUSPECT.match(after)
    splits = _ASCII_WORD.match(before) and _ASCII_WORD.match(after)
    alone = not follows and not leads
    return "" if alone and (not splits or character == _SOFT_HYPHEN) else _WIDTHLESS


def _selects(before: str, selector: str, after: str) -> bool:
    """Tell whether a selector chooses a variant of the character before it."""
    if not before or _SUSPECT.match(before) or _SELECTOR.match(after):
        return False
    if _IDEOGRAPHIC_SELECTOR.match(selector):
        return bool(_IDEOGRAPH.match(before))
    return not before.isascii() or before in _KEYCAPS


def _ascii(tags: str) -> str:
    codes = [ord(tag) - 0xE0000 for tag in tags]
    spelled = "".join(chr(c) for c in codes if c < 0x7F and chr(c).isprintable())  # noqa: PLR2004
    return repr(spelled) if spelled else _code_points(tags)


def _bytes(selectors: str) -> str:
    codes = [ord(selector) for selector in selectors]
    # The usual way to put a byte into a selector: 16 of them lie apart.
    data = bytes(c - 0xFE00 if c < 0x10000 else c - 0xE0100 + 16 for c in codes)  # noqa: PLR2004
    try:
        spelled = data.decode()
    except UnicodeDecodeError:
        return repr(data)
    return repr(spelled if spelled.isprintable() else data)


def _code_points(text: str) -> str:
    """Return the code points of a text, repetitions counted."""
    seen: dict[str, int] = {}
    for character in text:
        seen[character] = seen.get(character, 0) + 1
    return ", ".join(
        f"U+{ord(character):04X}" + (f" ({count} times)" if count > 1 else "")
        for character, count in seen.items()
    )
