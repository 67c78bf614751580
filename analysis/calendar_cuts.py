"""Where the calendar cuts time: days, months and years of a zone, hours and quarter-hours between."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np

from analysis.figures import Resolution
from analysis.ledger.conversion import midnight_ms
from analysis.ledger.micro import Integers
from gateway.reading import instant, milliseconds

_FIXED_MS = {Resolution.QUARTER_HOUR: 900_000, Resolution.HOUR: 3_600_000}


def days(start: date, end: date) -> Iterator[date]:
    """Yield the days of `[start, end)`."""
    return (start + timedelta(days=number) for number in range((end - start).days))


@lru_cache(maxsize=64)  # many meters are asked about the same days
def day_cuts(start: date, end: date, zone: ZoneInfo) -> Integers:
    """Return the instants [ms] that cut the local days of `[start, end)`, both ends included; read-only."""
    found = np.array([midnight_ms(day, zone) for day in days(start, end + timedelta(days=1))], np.int64)
    found.flags.writeable = False
    return found


def cuts(start_ms: int, end_ms: int, resolution: Resolution, zone: ZoneInfo) -> Integers:
    """Return the instants [ms] that cut `[start, end)` into slots of the zone's calendar.

    The first and last slot are shorter where start or end lie inside one. A day of the clock change has 23 or 25
    hours; hours are counted from local midnight. An empty or reversed span has no slot.
    """
    if end_ms <= start_ms:
        return np.array([start_ms], np.int64)
    inner = (
        _fixed(start_ms, end_ms, resolution, zone)
        if resolution in _FIXED_MS
        else _calendar(start_ms, end_ms, resolution, zone)
    )
    return np.unique(np.concatenate([[start_ms], inner[(inner > start_ms) & (inner < end_ms)], [end_ms]]))


def local_day(time_ms: int, zone: ZoneInfo) -> date:
    """Return the local day of an instant."""
    return instant(time_ms).astimezone(zone).date()


def boundary_ms(moment: date | datetime, zone: ZoneInfo) -> int:
    """Return the instant [ms] of an aware datetime, or of a local day's beginning."""
    return milliseconds(moment) if isinstance(moment, datetime) else midnight_ms(moment, zone)


def _fixed(start_ms: int, end_ms: int, resolution: Resolution, zone: ZoneInfo) -> Integers:
    return np.arange(midnight_ms(local_day(start_ms, zone), zone), end_ms, _FIXED_MS[resolution], dtype=np.int64)


def _calendar(start_ms: int, end_ms: int, resolution: Resolution, zone: ZoneInfo) -> Integers:
    first, last = local_day(start_ms, zone), local_day(end_ms, zone)
    if resolution is Resolution.DAY:
        return day_cuts(first, last, zone)
    months = range(1, 13) if resolution is Resolution.MONTH else (1,)
    firsts = [date(year, month, 1) for year in range(first.year, last.year + 1) for month in months]
    return np.array([midnight_ms(day, zone) for day in firsts], np.int64)
