# SPDX-License-Identifier: MIT-0
"""The less common filters of texts."""

from __future__ import annotations

import re

from ..limits import RunError
from ..operations.calculation import check_format
from ..operations.measures import LARGEST_NUMBER, count_read, limit_text, limit_value
from ..operations.undefined import UndefinedValue
from ..values import Public, show
from .common import text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from ..limits import Budget

__all__ = ["FILTERS"]

_WORD_STARTS = re.compile(r"([-\s({\[<]+)")
_LEEWAY = 5
"""The characters that a text may be too long before it is truncated."""


def _check_width(width: Any) -> None:
    if isinstance(width, int) and width > LARGEST_NUMBER:
        raise RunError("a filter gets a number that is too large")


def _capitalize(budget: Budget, s: Any) -> str:
    made: str = text(budget, s).capitalize()
    return made


def _title(budget: Budget, s: Any) -> str:
    words = _WORD_STARTS.split(text(budget, s))
    return "".join([word[0].upper() + word[1:].lower() for word in words if word])


def _center(budget: Budget, value: Any, width: Any = 80) -> str:
    _check_width(width)
    made: str = text(budget, value).center(width)
    return made


def _format(budget: Budget, value: Any, *args: Any, **kwargs: Any) -> str:
    if args and kwargs:
        raise RunError("filter 'format' takes values by position or by name")
    format_ = text(budget, value)
    check_format(format_)
    for each in args or kwargs.values():
        if not isinstance(each, UndefinedValue):
            show(each, budget)
    made: str = format_ % (kwargs or args)
    limit_text(budget, len(made))
    return made


def _indent(
    budget: Budget, s: Any, width: Any = 4, first: Any = False, blank: Any = False
) -> Any:
    _check_width(width)
    # An escaped text stays one.
    of_kind: Any = type(s) if isinstance(s, Public) else str
    newline = of_kind("\n")
    indention = of_kind(width if isinstance(width, str) else " " * width)
    lines = (s + newline).splitlines()
    limit_text(budget, sum(map(len, lines)) + len(lines) * (len(indention) + 1))
    if blank:
        made = (newline + indention).join(lines)
    else:
        made = lines.pop(0)
        if lines:
            rest = [indention + line if line else line for line in lines]
            made += newline + newline.join(rest)
    return indention + made if first else made


def _truncate(
    budget: Budget,
    s: Any,
    length: Any = 255,
    killwords: Any = False,
    end: Any = "...",
    leeway: Any = None,
) -> Any:
    count_read(budget, s)
    leeway = _LEEWAY if leeway is None else leeway
    if length < len(end) or leeway < 0:
        raise RunError("filter 'truncate' gets a number that is too small")
    if len(s) <= length + leeway:
        return s
    kept = s[: length - len(end)]
    return (kept if killwords else kept.rsplit(" ", 1)[0]) + end


def _wordwrap(
    budget: Budget,
    s: Any,
    width: Any = 79,
    break_long_words: Any = True,
    wrapstring: Any = None,
    break_on_hyphens: Any = True,
) -> Any:
    import textwrap

    budget.work(50 * len(s))
    between = "\n" if wrapstring is None else wrapstring
    lines = [
        textwrap.wrap(
            line,
            width=width,
            expand_tabs=False,
            replace_whitespace=False,
            break_long_words=break_long_words,
            break_on_hyphens=break_on_hyphens,
        )
        for line in s.splitlines()
    ]
    limit_text(budget, len(s) + len(between) * sum(len(each) + 1 for each in lines))
    return between.join([between.join(each) for each in lines])


def _wordcount(budget: Budget, s: Any) -> int:
    return len(re.findall(r"\w+", text(budget, s)))


def _urlencode(budget: Budget, value: Any) -> str:
    from collections.abc import Iterable

    limit_value(budget, value)
    if isinstance(value, str) or not isinstance(value, Iterable):
        return _quoted(budget, value, safe="/")
    pairs = value.items() if isinstance(value, dict) else value
    quoted = [
        f"{_quoted(budget, name)}={_quoted(budget, each)}" for name, each in pairs
    ]
    return "&".join(quoted)


def _quoted(budget: Budget, value: Any, safe: str = "") -> str:
    from urllib.parse import quote

    data = value if isinstance(value, bytes) else show(value, budget).encode()
    quoted = quote(data, safe)
    return quoted if safe else quoted.replace("%20", "+")


def _striptags(budget: Budget, value: Any) -> str:
    from html import unescape

    if hasattr(value, "__html__"):
        value = value.__html__()
    whole = str(value)
    start = 0
    while (start := whole.find("<!--", start)) >= 0:
        end = whole.find("-->", start)
        if end < 0:
            break
        budget.work(len(whole))
        whole = whole[:start] + whole[end + 3 :]
        # What was on both sides may be another beginning.
        start = max(start - 3, 0)
    pieces, start = [], 0
    while (end := whole.find("<", start)) >= 0:
        pieces.append(whole[start:end])
        after = whole.find(">", end)
        if after < 0:
            start = end
            break
        start = after + 1
    budget.work(20 * len(whole))
    whole = "".join(pieces) + whole[start:]
    return unescape(" ".join(whole.split()))


FILTERS: Mapping[str, Callable[..., Any]] = {
    "capitalize": _capitalize,
    "center": _center,
    "format": _format,
    "indent": _indent,
    "striptags": _striptags,
    "title": _title,
    "truncate": _truncate,
    "urlencode": _urlencode,
    "wordcount": _wordcount,
    "wordwrap": _wordwrap,
}
