"""
A point in time as chrono sees it: the calendar without bounds, and text to points.

Python's datetime ends at the years 1 and 9999; chrono's does not.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Final
from zipfile import ZipFile
from zoneinfo import ZoneInfo

from hatch_agpm.runtime._tera.failures import Failure, Refusal
from hatch_agpm.runtime._tera.rust import WHITE_SPACE

__all__ = ["Moment", "at_timestamp", "parse_moment"]

_DAY: Final = 86_400
_YEARS: Final = range(-262_143, 262_143)


@dataclass(frozen=True, kw_only=True, slots=True)
class Moment:
    """A local date and time, and how far it is from UTC."""

    days: int
    """Since 1970-01-01."""

    second: int
    """Of the day."""

    nanosecond: int = 0
    """A leap second is one of more than 999,999,999."""

    offset: int | None = None
    """Seconds east of UTC, None where nothing is known of a zone."""

    zone: str = ""

    @property
    def timestamp(self) -> int:
        """Seconds since 1970-01-01 UTC."""
        return self.days * _DAY + self.second - (self.offset or 0)

    @property
    def date(self) -> tuple[int, int, int]:
        """Year, month and day."""
        return _civil(self.days)

    @property
    def weekday(self) -> int:
        """The day of the week, 0 for Monday."""
        return (self.days + 3) % 7

    @property
    def ordinal(self) -> int:
        """The day of the year, from 1."""
        return self.days - _days(self.date[0], 1, 1) + 1

    @property
    def iso_week(self) -> tuple[int, int]:
        """The year and number of the week that ISO 8601 gives."""
        thursday = self.days - self.weekday + 3
        year = _civil(thursday)[0]
        return year, (thursday - _days(year, 1, 1)) // 7 + 1

    def in_zone(self, name: str) -> Moment:
        """Return the same moment in a time zone; raise Failure for no zone."""
        return at_timestamp(self.timestamp, name, self.nanosecond)


def at_timestamp(seconds: int, zone: str = "", nanosecond: int = 0) -> Moment:
    """
    Return the moment `seconds` after 1970-01-01 UTC, without zone or in one.

    Raise Failure for a zone that is none, Refusal for a year that chrono has not.
    """
    offset, name = _offset(zone, seconds) if zone else (0, "")
    days, second = divmod(seconds + offset, _DAY)
    if _civil(seconds // _DAY)[0] not in _YEARS:
        raise Refusal("the timestamp is out of range", str(seconds))
    return Moment(
        days=days,
        second=second,
        nanosecond=nanosecond,
        offset=offset if zone else None,
        zone=name,
    )


# Days and dates, by eras of 400 years that begin in March

_FEBRUARY: Final = 2
"""The last month of such a year."""


def _days(year: int, month: int, day: int) -> int:
    year -= month <= _FEBRUARY
    era, year_of_era = divmod(year, 400)
    day_of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    leap_days = year_of_era // 4 - year_of_era // 100
    return era * 146_097 + year_of_era * 365 + leap_days + day_of_year - 719_468


def _civil(days: int) -> tuple[int, int, int]:
    era, day = divmod(days + 719_468, 146_097)
    year = (day - day // 1_460 + day // 36_524 - day // 146_096) // 365
    day -= 365 * year + year // 4 - year // 100
    month = (5 * day + 2) // 153
    day -= (153 * month + 2) // 5 - 1
    month = (month + 2) % 12 + 1
    return year + era * 400 + (month <= _FEBRUARY), month, day


# Time zones

_FIRST_CHANGE: Final = -5_364_662_400
_LAST_CHANGE: Final = 4_102_444_799
"""The ends of the years 1799 and 2099."""


def _offset(name: str, seconds: int) -> tuple[int, str]:
    """Return the offset and the abbreviation that a zone has at a time."""
    # Tera's tables hold nothing after 2099: what is in force then stays so.  Before
    # year 1, where datetime ends, a zone is at its first offset, as it is in 1800.
    within = max(min(seconds, _LAST_CHANGE), _FIRST_CHANGE)
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=within)
    local = moment.astimezone(_zone(name))
    delta = local.utcoffset() or timedelta(0)
    return round(delta.total_seconds()), local.tzname() or ""


_ZONES: Final = Path(__file__).with_name("zones.zip")
"""The zones of tzdata 2024.1, as chrono-tz has them; see `tools/make_zones.py`."""


@cache
def _zone(name: str) -> ZoneInfo:
    """Return a zone; the machine's own zones may be of another release or missing."""
    try:
        with ZipFile(_ZONES) as archive:
            data = archive.read(name)
    except KeyError:
        what, hint = f"there is no time zone '{name}'", "as in 'Europe/Berlin'"
        raise Failure(what, hint=hint) from None
    return ZoneInfo.from_file(io.BytesIO(data), name)


# Text to moments

_DATE: Final = (
    r"~(?P<year>[-+][0-9]+|[0-9]{1,4})~-~(?P<month>[0-9]{1,2})~-~(?P<day>[0-9]{1,2})"
)
_TIME: Final = (
    r"~(?P<hour>[0-9]{1,2})~:~(?P<minute>[0-9]{1,2})~:~(?P<second>[0-9]{1,2})"
    r"(?:\.(?P<fraction>[0-9]+))?~"
)
_OFFSET: Final = (
    r"(?:[uU][tT][cC]|[zZ]|(?P<sign>[-+\u2212])(?P<hours>[0-9]{2})"
    r"(?::|~)*(?P<minutes>[0-5][0-9]))~"
)


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(
        pattern.replace("(?::|~)*", f"[:{WHITE_SPACE}]*").replace(
            "~", f"[{WHITE_SPACE}]*"
        )
    )


_WITH_OFFSET: Final = _compiled(f"{_DATE}[tT ]{_TIME}{_OFFSET}")
_WITHOUT_OFFSET: Final = _compiled(f"{_DATE}~T{_TIME}")
_ONLY_DATE: Final = _compiled(_DATE.replace("~-", "-"))


def parse_moment(text: str) -> Moment | None:
    """Return the moment that a date, or a date with `T` and a time, means."""
    if "T" not in text:
        return _moment(_ONLY_DATE.fullmatch(text), offset=0)
    with_offset = _WITH_OFFSET.fullmatch(text)
    if with_offset is not None:
        hours, minutes = with_offset["hours"] or 0, with_offset["minutes"] or 0
        offset = int(hours) * 3600 + int(minutes) * 60
        offset = offset if with_offset["sign"] in {"+", None} else -offset
        moment = _moment(with_offset, offset=offset) if abs(offset) < _DAY else None
        if moment is not None:
            return moment
    return _moment(_WITHOUT_OFFSET.fullmatch(text), offset=0)


_YEAR_LENGTH: Final = 8
"""Characters of the longest year within `_YEARS`, with sign and one more."""
_MONTHS: Final = range(1, 13)
_HOURS: Final = range(24)
_MINUTES: Final = range(60)
_LEAP_SECOND: Final = 60


def _moment(match: re.Match[str] | None, *, offset: int) -> Moment | None:
    if match is None or len(match["year"]) > _YEAR_LENGTH:
        return None
    fields = match.groupdict()
    year, month, day = (int(fields[name]) for name in ("year", "month", "day"))
    hour, minute, second = (
        int(fields.get(name) or 0) for name in ("hour", "minute", "second")
    )
    days = _days(year, month, day) if month in _MONTHS else 0
    if (
        _civil(days) != (year, month, day)
        or year not in _YEARS
        or not (hour in _HOURS and minute in _MINUTES and second <= _LEAP_SECOND)
    ):
        return None
    nanosecond = int((fields.get("fraction") or "")[:9].ljust(9, "0"))
    if second == _LEAP_SECOND:
        second, nanosecond = 59, nanosecond + 10**9
    return Moment(
        days=days,
        second=hour * 3600 + minute * 60 + second,
        nanosecond=nanosecond,
        offset=offset,
        zone="UTC" if "sign" not in fields else "",
    )
