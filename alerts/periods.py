"""The periods that rules judge: hours, nights and months, and when each is due."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

HOUR = timedelta(hours=1)
NIGHTS_ARE_JUDGED_AT = time(6, 30)
NIGHT_ENDS_AT = time(5)
# A month is judged on the third day of the next, when late readings have arrived.
MONTHS_ARE_JUDGED_ON_DAY = 3

# How far back missed periods are caught up; a mail about what was a season ago helps nobody.
HOURS_CAUGHT_UP = timedelta(days=7)
NIGHTS_CAUGHT_UP = timedelta(days=60)
MONTHS_CAUGHT_UP = timedelta(days=760)


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """`[start, end)`, judged from `due` on; `start` is its identity. Aware, UTC."""

    due: datetime
    start: datetime
    end: datetime


def due_hours(after: datetime | None, now: datetime) -> list[Period]:
    """Return the full hours [UTC] that start after `after` and have ended by `now`; for None the newest alone."""
    end = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    first = end - HOUR if after is None else max(after + HOUR, end - HOURS_CAUGHT_UP)
    count = (end - first) // HOUR
    starts = (first + index * HOUR for index in range(count))
    return [Period(start + HOUR, start, start + HOUR) for start in starts]


def due_nights(zone: ZoneInfo, after: datetime | None, now: datetime) -> list[Period]:
    """Return the nights that start after `after` and are due by `now`; for None the newest alone."""
    today = now.astimezone(zone).date()
    earliest = today - NIGHTS_CAUGHT_UP
    nights = (_night(earliest + timedelta(days=index), zone) for index in range((today - earliest).days + 1))
    return _due(nights, after, now)


def due_months(zone: ZoneInfo, first: date, after: datetime | None, now: datetime) -> list[Period]:
    """Return the whole local months from `first` on that start after `after` and are due by `now`."""
    earliest = max(first, (now.astimezone(zone) - MONTHS_CAUGHT_UP).date())
    month = earliest if earliest.day == 1 else _next_month(earliest)
    months = []
    while month <= now.astimezone(zone).date():
        months.append(_month(month, zone))
        month = _next_month(month)
    return _due(months, after, now)


def night_of(period: Period, zone: ZoneInfo) -> date:
    """Return the local day of a night."""
    return period.start.astimezone(zone).date()


def _due(periods: Iterable[Period], after: datetime | None, now: datetime) -> list[Period]:
    due = [period for period in periods if period.due <= now and (after is None or period.start > after)]
    return due[-1:] if after is None else due


def _night(day: date, zone: ZoneInfo) -> Period:
    return Period(
        due=_instant(day, NIGHTS_ARE_JUDGED_AT, zone),
        start=_instant(day, time(), zone),
        end=_instant(day, NIGHT_ENDS_AT, zone),
    )


def _month(first: date, zone: ZoneInfo) -> Period:
    end = _next_month(first)
    judged_on = end.replace(day=MONTHS_ARE_JUDGED_ON_DAY)
    return Period(
        due=_instant(judged_on, NIGHTS_ARE_JUDGED_AT, zone),
        start=_instant(first, time(), zone),
        end=_instant(end, time(), zone),
    )


def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def _instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, at, zone).astimezone(UTC)
