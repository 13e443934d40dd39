# SPDX-License-Identifier: MIT-0
"""Filters on strings."""

from __future__ import annotations

import math
import re

from .. import part
from ..failures import Refusal
from ..operations.measures import count_search, count_steps, limit_items
from ..rust import WHITE_SPACE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from .arguments import Arguments, _Filter

__all__ = ["FILTERS"]

_I64_MIN, _I64_MAX = -(2**63), 2**63 - 1


def trim(value: object, arguments: Arguments) -> str:
    """Strip white space at both ends."""
    return arguments.characters(value).strip(WHITE_SPACE)


def trim_start(value: object, arguments: Arguments) -> str:
    """Strip white space at the start."""
    return arguments.characters(value).lstrip(WHITE_SPACE)


def trim_end(value: object, arguments: Arguments) -> str:
    """Strip white space at the end."""
    return arguments.characters(value).rstrip(WHITE_SPACE)


_REPETITION = 20
"""The work of finding one more repetition at the end of a text."""


def _pattern(arguments: Arguments) -> str:
    # Strings have no escapes, but Tera reads two of them in this argument.
    return arguments.string("pat").replace("\\n", "\n").replace("\\t", "\t")


def trim_start_matches(value: object, arguments: Arguments) -> str:
    """Strip all repetitions of `pat` at the start."""
    text, pattern = arguments.text(value), _pattern(arguments)
    start = 0
    while pattern and text.startswith(pattern, start):
        arguments.scope.account.work(_REPETITION)
        start += len(pattern)
    return text[start:]


def trim_end_matches(value: object, arguments: Arguments) -> str:
    """Strip all repetitions of `pat` at the end."""
    text, pattern = arguments.text(value), _pattern(arguments)
    end = len(text)
    while pattern and text.endswith(pattern, 0, end):
        arguments.scope.account.work(_REPETITION)
        end -= len(pattern)
    return text[:end]


def truncate(value: object, arguments: Arguments) -> str:
    """Cut after `length` grapheme clusters and append `end`."""
    text = arguments.text(value)
    count_steps(arguments.scope.account, text)
    length = arguments.integer("length", 255)
    end = arguments.string("end", "…")
    if text.isascii() and "\r\n" not in text:
        return text if length >= len(text) else text[:length] + end
    # Finding clusters takes twice as long as what other filters do for a character.
    count_steps(arguments.scope.account, text)
    module: Any = part("builtins.graphemes")
    cut: str = module.first_graphemes(text, length)
    return text if len(cut) == len(text) else cut + end


def wordcount(value: object, arguments: Arguments) -> int:
    """Count what white space separates."""
    text = arguments.text(value)
    count_steps(arguments.scope.account, text)
    return sum(1 for _ in re.finditer(_WORD, text))


_WORD = f"[^{WHITE_SPACE}]+"


def replace(value: object, arguments: Arguments) -> str:
    """Replace `from` by `to`."""
    text = arguments.text(value)
    old, new = arguments.string("from"), arguments.string("to")
    count_search(arguments.scope.account, text, old)
    count_search(arguments.scope.account, text, old)
    growth = max(len(new) - len(old), 0)
    arguments.scope.account.text(len(text) + growth * text.count(old))
    return text.replace(old, new)


def linebreaksbr(value: object, arguments: Arguments) -> str:
    """Make line ends `<br>`."""
    text = arguments.text(value)
    arguments.scope.account.text(len(text) + 3 * text.count("\n"))
    return text.replace("\r\n", "<br>").replace("\n", "<br>")


_LINE = 100
"""The work of a line."""


def indent(value: object, arguments: Arguments) -> str:
    """Put `prefix` before each line but the `first` and `blank` ones."""
    text = arguments.text(value)
    prefix = arguments.string("prefix", "    ")
    first = arguments.boolean("first", default=False)
    blank = arguments.boolean("blank", default=False)
    count = text.count("\n") + 1
    arguments.scope.account.work(_LINE * count)
    arguments.scope.account.text(len(text) + len(prefix) * count)
    lines = text.split("\n")
    # A last line that is empty is none; a CR belongs to the LF behind it.
    ends = lines.pop()
    lines = [line.removesuffix("\r") for line in lines] + ([ends] if ends else [])
    indented = [
        prefix + line if blank or line.strip(WHITE_SPACE) else line
        for line in lines[1:]
    ]
    start = [prefix + line if first else line for line in lines[:1]]
    return "\n".join([*start, *indented])


def striptags(value: object, arguments: Arguments) -> str:
    """Drop comments and tags of HTML."""
    text = arguments.text(value)
    count_steps(arguments.scope.account, text)
    return "".join(_without_tags(text))


def _without_tags(text: str) -> Iterator[str]:
    # A regular expression would look for each missing `>` to the end of the text.
    find_comment_end, find_tag_end = _Finder(text, "-->"), _Finder(text, ">")
    find_line_end = _Finder(text, "\n")
    done = 0
    start = text.find("<")
    while start >= 0:
        end = -1
        if text.startswith("<!--", start):
            comment = find_comment_end(start + 4)
            line = find_line_end(start + 4)
            if comment >= 0 and not 0 <= line < comment:
                end = comment + 3
        if end < 0:
            end = find_tag_end(start + 1) + 1
            if end == 0:
                break
        yield text[done:start]
        done = end
        start = text.find("<", end)
    yield text[done:]


class _Finder:
    """Finds a string from increasing offsets, without a search after a failure."""

    def __init__(self, text: str, what: str) -> None:
        self._text = text
        self._what = what
        self._found = 0
        self._searched = False

    def __call__(self, start: int) -> int:
        known = self._searched and (self._found < 0 or self._found >= start)
        if not known:
            self._found = self._text.find(self._what, start)
            self._searched = True
        return self._found


_BETWEEN_TAGS = f">[{WHITE_SPACE}]+<"


def spaceless(value: object, arguments: Arguments) -> str:
    """Drop white space between tags of HTML."""
    text = arguments.text(value)
    count_steps(arguments.scope.account, text)
    return re.sub(_BETWEEN_TAGS, "><", text)


_UNSAFE = rb"[^A-Za-z0-9/%\-._~]"
_NOT_ALPHANUMERIC = rb"[^A-Za-z0-9]"


def urlencode(value: object, arguments: Arguments) -> str:
    """Percent-encode what a path of a URL may not hold; `/` and `%` stay."""
    text = arguments.text(value)
    count_steps(arguments.scope.account, text)
    return _percent(_UNSAFE, text)


def urlencode_strict(value: object, arguments: Arguments) -> str:
    """Percent-encode all but ASCII letters and digits."""
    text = arguments.text(value)
    count_steps(arguments.scope.account, text)
    return _percent(_NOT_ALPHANUMERIC, text)


def _percent(unsafe: bytes, text: str) -> str:
    encoded = re.sub(unsafe, lambda byte: b"%%%02X" % byte[0][0], text.encode())
    return encoded.decode()


_XML = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;"}
_XML_TABLE = str.maketrans(_XML)
_HTML_TABLE = str.maketrans({**_XML, "'": "&#x27;", "/": "&#x2F;"})


def escape(value: object, arguments: Arguments) -> str:
    """Escape for HTML, `/` included."""
    return arguments.characters(value).translate(_HTML_TABLE)


def escape_xml(value: object, arguments: Arguments) -> str:
    """Escape for XML."""
    return arguments.characters(value).translate(_XML_TABLE)


def addslashes(value: object, arguments: Arguments) -> str:
    r"""Put `\` before `\`, `"` and `'`."""
    table = str.maketrans({"\\": "\\\\", '"': '\\"', "'": "\\'"})
    return arguments.characters(value).translate(table)


def split(value: object, arguments: Arguments) -> list[object]:
    """Split at each `pat`; an empty one is between all characters and at the ends."""
    text, pattern = arguments.text(value), _pattern(arguments)
    count_search(arguments.scope.account, text, pattern)
    count_search(arguments.scope.account, text, pattern)
    limit_items(arguments.scope.account, text.count(pattern) + 1)
    return list(text.split(pattern)) if pattern else ["", *text, ""]


_I64_BITS = 64
_BASES = range(2, 37)
_PREFIXES = {2: "0b", 8: "0o", 16: "0x"}


def int_(value: object, arguments: Arguments) -> int:
    """Convert to an integer of 64 bits, or return `default`."""
    default = arguments.integer("default", 0, range(_I64_MIN, _I64_MAX + 1))
    base = arguments.integer("base", 10, range(2**32))
    if isinstance(value, str):
        text = arguments.characters(value).strip(WHITE_SPACE)
        return _parsed(_without_prefix(text, base, arguments), base, default)
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        raise arguments.of(value, "a string or a number")
    return _saturated(float(value))


def _without_prefix(text: str, base: int, arguments: Arguments) -> str:
    """Return a number without `0x` and the like, however often it has that."""
    prefix, start = _PREFIXES.get(base, ""), 0
    while prefix and text.startswith(prefix, start):
        arguments.scope.account.work(_REPETITION)
        start += len(prefix)
    return text[start:]


def _parsed(text: str, base: int, default: int) -> int:
    if base not in _BASES:
        raise Refusal("filter 'int' needs a 'base' from 2 to 36", str(base))
    # int() takes more: spaces, underscores, digits of other scripts.
    if re.fullmatch("[+-]?[0-9a-zA-Z]+", text):
        # An integer of 64 bits has at most 64 digits; int() is slow for many more.
        significant = text.lstrip("+-0")
        try:
            number = int(text, base) if len(significant) <= _I64_BITS else _I64_MAX + 1
        except ValueError:
            return default
        return number if _I64_MIN <= number <= _I64_MAX else default
    if "." not in text:
        return default
    parsed = _float(text)
    return default if parsed is None else _saturated(parsed)


def _saturated(number: float) -> int:
    if math.isnan(number):
        return 0
    if math.isinf(number):
        return _I64_MAX if number > 0 else _I64_MIN
    return max(_I64_MIN, min(_I64_MAX, int(number)))


_FLOAT = (
    r"(?ai)[+-]?(?:inf|infinity|nan|(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:e[+-]?[0-9]+)?)"
)


def _float(text: str) -> float | None:
    """Return a float as Rust parses it; Python's takes more."""
    return float(text) if re.fullmatch(_FLOAT, text) else None


def float_(value: object, arguments: Arguments) -> float | None:
    """Convert to a float, or return `default`; what is not finite becomes null."""
    number: float | None = arguments.number("default", 0.0)
    if isinstance(value, str):
        parsed = _float(arguments.characters(value).strip(WHITE_SPACE))
        number = number if parsed is None else parsed
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        number = float(value)
    else:
        raise arguments.of(value, "a string or a number")
    return number if number is not None and math.isfinite(number) else None


FILTERS: dict[str, _Filter] = {
    function.__name__.removesuffix("_"): function
    for function in (
        *(trim, trim_start, trim_end, trim_start_matches),
        *(trim_end_matches, truncate, wordcount, replace, linebreaksbr),
        *(indent, striptags, spaceless, urlencode, urlencode_strict, escape),
        *(escape_xml, addslashes, split, int_, float_),
    )
}
