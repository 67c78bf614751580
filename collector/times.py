"""Reads the times that devices and files write, and refuses those that cannot be."""

import re
from datetime import UTC, datetime, tzinfo
from typing import Any

from config.clocks import CLOCK_SLACK_MS
from config.errors import InvalidReading
from gateway.reading import milliseconds

EARLIEST_MS = 946_684_800_000  # 2000-01-01 UTC: a device without a clock shows 1970
_CLOCK_SKEW_MS = 300_000
_LARGEST_S = 100_000_000_000  # seconds since 1970 stay below until the year 5138, milliseconds are above since 1973
_NUMBER = re.compile(r"\d+(\.\d+)?")
_DAY_ONLY = re.compile(r"\d{4}-?\d{2}-?\d{2}")


def time_ms(written: Any, *, zone: tzinfo, now_ms: int, slack_ms: int = CLOCK_SLACK_MS) -> int:
    """Return milliseconds since 1970 UTC of an ISO 8601 stamp, or of seconds or milliseconds since 1970.

    A stamp without offset is wall time in `zone`; in the hour that autumn repeats, the latest instant that is not in
    the future counts, which is right for whoever sends at once. Raises `InvalidReading`: `no_time`, `future_time`,
    `too_old`.
    """
    return checked(_parsed(written, zone, now_ms), written, now_ms=now_ms, slack_ms=slack_ms)


def checked(found_ms: int, written: Any, *, now_ms: int, slack_ms: int = CLOCK_SLACK_MS) -> int:
    """Return the time if it can be true; raises `InvalidReading`: `future_time`, `too_old`.

    The one place where a single reading is found to come from the future; `slack_ms` is how far a clock may be ahead.
    """
    if found_ms > now_ms + slack_ms:
        raise InvalidReading("future_time", f"{str(written)[:60]!r} has not come yet", claimed_ms=found_ms)
    if found_ms < EARLIEST_MS:
        raise InvalidReading("too_old", f"{str(written)[:60]!r} is before the year 2000: is the clock set?")
    return found_ms


def existing(stamp: datetime, zone: tzinfo) -> tuple[datetime, datetime]:
    """Return the UTC instants that a stamp may mean: twice the same, but in the hour that autumn repeats.

    Raises `InvalidReading` for wall time that spring leaves out, and for the first and last hours of the calendar.
    """
    try:
        if stamp.tzinfo is not None:
            moment = stamp.astimezone(UTC)
            return moment, moment
        first, second = (stamp.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    except OverflowError:
        raise InvalidReading("no_time", f"{stamp.isoformat()} lies outside the calendar") from None
    if first.astimezone(zone).replace(tzinfo=None) != stamp:
        raise InvalidReading("no_time", f"{stamp.isoformat()} does not exist in {zone}")
    return first, second


def _instant(stamp: datetime, zone: tzinfo, now_ms: int) -> datetime:
    if stamp.tzinfo is not None:
        return stamp
    first, second = existing(stamp, zone)
    return second if milliseconds(second) <= now_ms + _CLOCK_SKEW_MS else first


def _parsed(written: Any, zone: tzinfo, now_ms: int) -> int:
    if isinstance(written, bool) or not isinstance(written, str | int | float):
        raise InvalidReading("no_time", f"{written!r} is no time")
    if not isinstance(written, str):
        return _since_1970(written)
    text = written.strip()
    if _NUMBER.fullmatch(text) and not _DAY_ONLY.fullmatch(text):
        return _since_1970(float(text))
    try:
        return milliseconds(_instant(datetime.fromisoformat(text), zone, now_ms))
    except (ValueError, OverflowError):
        raise InvalidReading("no_time", f"{text[:60]!r} is no time") from None


def _since_1970(number: float) -> int:
    if not 0 <= number < _LARGEST_S * 1000:
        raise InvalidReading("no_time", f"{number!r} is no time since 1970")
    return round(number * 1000) if number < _LARGEST_S else round(number)
