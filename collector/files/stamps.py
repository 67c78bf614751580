"""Time stamps as files write them: German and ISO dates, marks of the doubled hour, 24:00, date and time apart."""

import re
from datetime import UTC, date, datetime, timedelta
from enum import IntEnum
from functools import lru_cache

from config.errors import InvalidReading
from gateway.reading import milliseconds

DAY_MS, HOUR_MS, MINUTE_MS = 86_400_000, 3_600_000, 60_000
_EPOCH_DAY = date(1970, 1, 1).toordinal()
_CENTURY = 2000
_GERMAN = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4}|\d{2})(?![.\d])", re.ASCII)
_SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?!\d)", re.ASCII)
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?!\d)", re.ASCII)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2})(\d{2})?)?", re.ASCII)
_CLOCK = re.compile(
    r"(\d{1,2})([AB])?:(\d{2})(?::(\d{2})(?:[.,]\d{1,6})?)?\s*([AB]|MESZ|CEST|MEZ|CET|Uhr)?", re.ASCII | re.IGNORECASE
)
_RANGE = re.compile(
    r"(\d{1,2}:\d{2}(?::\d{2})?)\s*(?:-|–|bis)\s*\d{1,2}:\d{2}(?::\d{2})?(?:\s*Uhr)?$", re.ASCII | re.IGNORECASE
)
_OFFSET = re.compile(r"(Z|[+-]\d{2}:?\d{2})$")
_WEEKDAY = re.compile(r"^(?:Mo|Di|Mi|Do|Fr|Sa|So)[a-z]*[.,]*\s+", re.IGNORECASE)
_ZONES_MS = {"MESZ": 2 * HOUR_MS, "CEST": 2 * HOUR_MS, "MEZ": HOUR_MS, "CET": HOUR_MS}
_LONGEST = 60


class Sort(IntEnum):
    """What a stamp says about its instant."""

    WALL = 0  # wall time of a zone
    FIRST = 1  # the same; in the doubled hour the first pass
    SECOND = 2  # the second pass
    INSTANT = 3  # with its offset: milliseconds since 1970 UTC


Stamp = tuple[Sort, int]
MARKS = {"A": Sort.FIRST, "S": Sort.FIRST, "MESZ": Sort.FIRST, "CEST": Sort.FIRST}
MARKS |= {"B": Sort.SECOND, "W": Sort.SECOND, "MEZ": Sort.SECOND, "CET": Sort.SECOND}


@lru_cache(maxsize=100_000)
def stamp_of(text: str, *, day_first: bool | None = None) -> Stamp:
    """Return what a stamp says, wall time as milliseconds since 1970-01-01 00:00 of the same clock.

    `day_first` tells 03/04/2025 apart; None: such dates are refused. Raises `InvalidReading` (`no_time`).
    """
    written = _WEEKDAY.sub("", text.strip())
    try:
        return _with_offset(written) or _wall(written, day_first)
    except (ValueError, OverflowError):
        raise InvalidReading("no_time", f"{text[:_LONGEST]!r} is no time") from None


def _with_offset(text: str) -> Stamp | None:
    if len(text) <= len("2025-01-01") or not _OFFSET.search(text) or _GERMAN.match(text):
        return None
    return Sort.INSTANT, milliseconds(datetime.fromisoformat(text).astimezone(UTC))


def _wall(text: str, day_first: bool | None) -> Stamp:
    compact = _COMPACT.fullmatch(text)
    if compact is not None:
        year, month, day, hour, minute, second = (int(part or 0) for part in compact.groups())
        return Sort.WALL, _day_ms(year, month, day) + _clock_ms(hour, minute, second)
    found = _GERMAN.match(text) or _ISO.match(text) or _SLASHED.match(text)
    if found is None:
        raise ValueError(text)
    day_ms = _date_ms(found, day_first)
    rest = text[found.end() :].lstrip(" T,\t\u00a0")
    return clock_of(rest, day_ms) if rest else (Sort.WALL, day_ms)


def _date_ms(found: re.Match[str], day_first: bool | None) -> int:
    one, two, three = (int(part) for part in found.groups())
    if found.re is _ISO:
        return _day_ms(one, two, three)
    if found.re is _SLASHED:
        if day_first is None:
            raise ValueError("day or month first?")
        return _day_ms(three, two, one) if day_first else _day_ms(three, one, two)
    return _day_ms(three if three > 99 else _CENTURY + three, two, one)


def clock_of(text: str, day_ms: int = 0) -> Stamp:
    """Return the time of a day, of `00:00-00:15` its start; raises `ValueError`."""
    found = _CLOCK.fullmatch(range_start(text.strip()))
    if found is None:
        raise ValueError(text)
    hour, mark, minute, second, name = found.groups()
    wall_ms = day_ms + _clock_ms(int(hour), int(minute), int(second or 0))
    return marked(wall_ms, mark or name or "")


def marked(wall_ms: int, mark: str) -> Stamp:
    """Return wall time with what is written beside it: the name of a zone, a pass of the doubled hour, or nothing."""
    word = mark.strip().upper()
    if word in _ZONES_MS:
        return Sort.INSTANT, wall_ms - _ZONES_MS[word]
    return MARKS.get(word, Sort.WALL), wall_ms


def _day_ms(year: int, month: int, day: int) -> int:
    return (date(year, month, day).toordinal() - _EPOCH_DAY) * DAY_MS


def _clock_ms(hour: int, minute: int, second: int) -> int:
    if hour > 24 or minute > 59 or second > 59 or (hour == 24 and (minute or second)):
        raise ValueError(f"{hour}:{minute}:{second}")
    return hour * HOUR_MS + minute * MINUTE_MS + second * 1000


def is_date_alone(text: str) -> bool:
    """Say whether a cell is a date without a time of day."""
    written = _WEEKDAY.sub("", text.strip()).removesuffix(" 00:00:00")
    found = _GERMAN.fullmatch(written) or _ISO.fullmatch(written) or _SLASHED.fullmatch(written)
    return found is not None


def is_clock(text: str) -> bool:
    """Say whether a cell is a time of day alone."""
    try:
        clock_of(text)
    except ValueError:
        return False
    return True


def range_start(text: str) -> str:
    """Return the start of a range of times such as `00:00 - 00:15`, anything else as it is."""
    found = _RANGE.match(text)
    return found[1] if found else text


def is_range(cell: str) -> bool:
    """Say whether a time names both ends of its interval."""
    return _RANGE.search(cell) is not None and not _ISO.match(cell)


def slashed_parts(text: str) -> tuple[int, int] | None:
    """Return the first two numbers of a date such as 03/04/2025, None for any other."""
    found = _SLASHED.match(text.strip())
    return None if found is None else (int(found[1]), int(found[2]))


def wall_clock(wall_ms: int) -> datetime:
    """Return wall time as a naive datetime; raises `OverflowError` far outside of any calendar."""
    return datetime(1970, 1, 1) + timedelta(milliseconds=wall_ms)  # noqa: DTZ001  wall time has no zone yet
