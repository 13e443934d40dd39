"""
Filter `date`: chrono's format letters.

A format is first read as a whole, so that a wrong letter is an error in any case.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from hatch_agpm.runtime._tera.builtins.arguments import is_integer
from hatch_agpm.runtime._tera.failures import Failure, Refusal
from hatch_agpm.runtime._tera.operations.measures import count_steps
from hatch_agpm.runtime._tera.rust import encode
from hatch_agpm.runtime._tera.values import describe
from hatch_agpm.tera.builtins.dates.moments import at_timestamp, parse_moment

if TYPE_CHECKING:
    from collections.abc import Callable

    from hatch_agpm.runtime._tera.builtins.arguments import Arguments
    from hatch_agpm.tera.builtins.dates.moments import Moment

__all__ = ["formatted"]

_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
_WEEKDAYS: Final = (
    *("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
)


def formatted(value: object, arguments: Arguments) -> str:
    """Format a timestamp, or a date as text; `timezone` moves what has an offset."""
    pattern = arguments.string("format", "%Y-%m-%d")
    count_steps(arguments.scope.account, pattern)
    items = _items(pattern)
    arguments.scope.account.work(_ITEM_COST * len(items))
    zone = arguments.string("timezone", "")
    if "timezone" in arguments.given:
        arguments.scope.account.work(_ZONE_COST)
        at_timestamp(0, zone or "''")
    if isinstance(value, int) and is_integer(value, range(-(2**63), 2**63)):
        return _formatted(items, at_timestamp(value, zone))
    if not isinstance(value, str):
        raise arguments.of(value, "a timestamp or a date as text")
    arguments.scope.account.work(_TEXT_COST + _CHARACTER_COST * len(value))
    moment = parse_moment(value)
    if moment is None:
        what = "filter 'date' cannot read this"
        hint = "as in 2024-05-01 or 2024-05-01T12:30:00+02:00"
        raise Failure(what, describe(value), hint)
    # Tera does not move a date without an offset.
    if zone and moment.zone != "UTC":
        moment = moment.in_zone(zone)
    return _formatted(items, moment)


_ITEM_COST: Final = 300
_ZONE_COST: Final = 4_000
_TEXT_COST: Final = 1_000
_CHARACTER_COST: Final = 20
"""The work of an item of the format, of a time zone, and of reading a date."""


def _formatted(items: list[str], moment: Moment) -> str:
    return "".join(
        _item(item, moment) if item.startswith("%") else item for item in items
    )


# Reading a format

_ITEM: Final = r"%(?:[-0_]?[A-Za-z+%]|:{1,3}z|\.[369]?f|[369]f|#z)|[^%]+"
_PLAIN_LENGTH: Final = 2
"""The length of `%d`."""
_PADDED_LENGTH: Final = 3
"""The length of `%-d`."""
_COMPOSED: Final = {
    "D": "%m/%d/%y",
    "F": "%Y-%m-%d",
    "R": "%H:%M",
    "T": "%H:%M:%S",
    "X": "%H:%M:%S",
    "c": "%a %b %e %H:%M:%S %Y",
    "r": "%I:%M:%S %p",
    "v": "%e-%b-%Y",
    "x": "%m/%d/%y",
}


def _items(pattern: str) -> list[str]:
    """Split a format into items, composed ones resolved; raise Failure."""
    items: list[str] = []
    at = 0
    while at < len(pattern):
        match = re.compile(_ITEM).match(pattern, at)
        item = match.group() if match else "%"
        letter = item[-1]
        padded = len(item) == _PADDED_LENGTH and item[1] in "-0_"
        if match is None or not _known(item, letter, padded=padded):
            raise Failure("the date format is wrong", encode(pattern[at : at + 4]))
        at = match.end()
        composed = not padded and item[0] == "%" and len(item) == _PLAIN_LENGTH
        items.extend(
            _items(_COMPOSED[letter]) if composed and letter in _COMPOSED else [item]
        )
    return items


def _known(item: str, letter: str, *, padded: bool) -> bool:
    if item[0] != "%" or (len(item) > _PLAIN_LENGTH and not padded):
        return True
    if letter in _NUMERIC:
        return True
    return not padded and (letter in _FIXED or letter in _COMPOSED)


# Writing one item


def _item(item: str, moment: Moment) -> str:
    numeric = _NUMERIC.get(item[-1]) if item not in _FRACTIONS else None
    plain = len(item) <= _PADDED_LENGTH and not {":", "#"} & {*item}
    if numeric is not None and plain:
        padding, width, number = numeric
        if len(item) == _PADDED_LENGTH:
            padding = {"-": "", "0": "0", "_": " "}[item[1]]
        return _padded(number(moment), padding, width)
    if item in _FRACTIONS:
        return _FRACTIONS[item](moment.nanosecond % 10**9)
    if item in _OFFSETS:
        return _offset(moment, *_OFFSETS[item])
    if item[-1] in _FIXED and item != "%#z":
        return _FIXED[item[-1]](moment)
    raise Refusal(f"'{item}' can be parsed by Tera, but not written")


_YEAR_WIDTH: Final = 4
_UNSIGNED_YEARS: Final = range(10_000)
_NOON: Final = 12 * 3600
"""Seconds from midnight."""
_HOURS_AND_MINUTES: Final = 2


def _padded(number: int, padding: str, width: int) -> str:
    if width == _YEAR_WIDTH and number not in _UNSIGNED_YEARS:
        text, width = f"{number:+}", _YEAR_WIDTH + 1
    else:
        text = str(number)
    if not padding:
        return text
    return text.rjust(width) if padding == " " else text.zfill(width)


def _hour12(moment: Moment) -> int:
    return moment.second // 3600 % 12 or 12


def _week_from(moment: Moment, first: int) -> int:
    return (moment.ordinal - (moment.weekday - first) % 7 + 6) // 7


_NUMERIC: Final[dict[str, tuple[str, int, Callable[[Moment], int]]]] = {
    "C": ("0", 2, lambda moment: moment.date[0] // 100),
    "G": ("0", 4, lambda moment: moment.iso_week[0]),
    "H": ("0", 2, lambda moment: moment.second // 3600),
    "I": ("0", 2, _hour12),
    "M": ("0", 2, lambda moment: moment.second // 60 % 60),
    "S": ("0", 2, lambda moment: moment.second % 60 + moment.nanosecond // 10**9),
    "U": ("0", 2, lambda moment: _week_from(moment, 6)),
    "V": ("0", 2, lambda moment: moment.iso_week[1]),
    "W": ("0", 2, lambda moment: _week_from(moment, 0)),
    "Y": ("0", 4, lambda moment: moment.date[0]),
    "d": ("0", 2, lambda moment: moment.date[2]),
    "e": (" ", 2, lambda moment: moment.date[2]),
    "f": ("0", 9, lambda moment: moment.nanosecond % 10**9),
    "g": ("0", 2, lambda moment: moment.iso_week[0] % 100),
    "j": ("0", 3, lambda moment: moment.ordinal),
    "k": (" ", 2, lambda moment: moment.second // 3600),
    "l": (" ", 2, _hour12),
    "m": ("0", 2, lambda moment: moment.date[1]),
    "q": ("", 1, lambda moment: (moment.date[1] + 2) // 3),
    "s": ("", 9, lambda moment: moment.timestamp),
    "u": ("", 1, lambda moment: moment.weekday + 1),
    "w": ("", 1, lambda moment: (moment.weekday + 1) % 7),
    "y": ("0", 2, lambda moment: moment.date[0] % 100),
}
"""How a letter is padded, to which width, and its number."""


def _fraction(nanos: int) -> str:
    """Return 0, 3, 6 or 9 digits behind a point, as many as are needed."""
    if not nanos:
        return ""
    text = f"{nanos:09}"
    while text.endswith("000"):
        text = text[:-3]
    return f".{text}"


_FRACTIONS: Final[dict[str, Callable[[int], str]]] = {
    "%.f": _fraction,
    "%.3f": lambda nanos: f".{nanos // 10**6:03}",
    "%.6f": lambda nanos: f".{nanos // 10**3:06}",
    "%.9f": lambda nanos: f".{nanos:09}",
    "%3f": lambda nanos: f"{nanos // 10**6:03}",
    "%6f": lambda nanos: f"{nanos // 10**3:06}",
    "%9f": lambda nanos: f"{nanos:09}",
}


_FIXED: Final[dict[str, Callable[[Moment], str]]] = {
    "A": lambda moment: _WEEKDAYS[moment.weekday],
    "B": lambda moment: _MONTHS[moment.date[1] - 1],
    "P": lambda moment: "pm" if moment.second >= _NOON else "am",
    "Z": lambda moment: moment.zone or _offset(moment, ":", 2),
    "a": lambda moment: _WEEKDAYS[moment.weekday][:3],
    "b": lambda moment: _MONTHS[moment.date[1] - 1][:3],
    "h": lambda moment: _MONTHS[moment.date[1] - 1][:3],
    "n": lambda _: "\n",
    "p": lambda moment: "PM" if moment.second >= _NOON else "AM",
    "t": lambda _: "\t",
    "z": lambda moment: _offset(moment, "", 2),
    "+": lambda moment: (
        _formatted(_items("%Y-%m-%dT%H:%M:%S%.f"), moment) + _offset(moment, ":", 2)
    ),
    "%": lambda _: "%",
}
_OFFSETS: Final = {"%:z": (":", 2), "%::z": (":", 3), "%:::z": ("", 1)}
"""What is between hours, minutes and seconds, and how many of them there are."""


def _offset(moment: Moment, colon: str, parts: int) -> str:
    if moment.offset is None:
        what = "a timestamp without 'timezone' has no offset to format"
        raise Refusal(what, hint="pass timezone='UTC'")
    seconds = abs(moment.offset)
    if parts == _HOURS_AND_MINUTES:  # rounded to the nearest minute
        seconds = (seconds + 30) // 60 * 60
    fields = (seconds // 3600, seconds // 60 % 60, seconds % 60)
    sign = "-" if moment.offset < 0 else "+"
    return sign + colon.join(f"{field:02}" for field in fields[:parts])
