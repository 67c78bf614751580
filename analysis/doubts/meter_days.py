"""What detectors look at, fetched: the days and hours of one meter as they would be without any open doubt."""

from datetime import date, timedelta

import numpy as np

from analysis.bookkeeping.meter_books import MeterBooks, meter_books
from analysis.bookkeeping.meter_records import JUMP, UNIT_CHANGE
from analysis.calendar_cuts import day_cuts, days
from analysis.doubts.clocks.clock_shifts import HOURS, DayProfiles
from analysis.doubts.known_days import Flags, KnownDays
from analysis.doubts.subject import Subject
from analysis.ledger.amounts import Amounts
from analysis.ledger.line import READ, Row
from analysis.ledger.micro import Floats
from analysis.meters.meter_amounts import daily_amounts
from analysis.weather import daily_celsius
from config.portfolio.calendars import DayType

_DAY = timedelta(days=1)
_HOUR_MS = 3_600_000
# Kinds whose open proposals keep amounts from being booked.
_DOUBT_AMOUNTS = frozenset({UNIT_CHANGE, JUMP})
_KNOWN = (*READ, Row.INTERPOLATED)


def known_days(subject: Subject, first: date) -> KnownDays:
    """Return the days from `first` on that are over and wholly read; those of gaps whose sum was spread are not."""
    if first >= subject.today:
        nothing = np.empty(0)
        return KnownDays(np.empty(0, np.int64), nothing, nothing, np.empty(0, np.bool_))
    amounts = _daily(subject, first)
    known = amounts.spans_ms[list(_KNOWN)].sum(axis=0) >= amounts.lengths_ms
    numbers = np.arange(first.toordinal(), subject.today.toordinal())
    return KnownDays(
        numbers[known], amounts.floats()[known], _celsius(subject, first)[known], _quiet(subject, first)[known]
    )


def day_profiles(subject: Subject, first: date, last: date) -> DayProfiles:
    """Return the open days of `[first, last)` whose 24 hours are all read; a day of the clock change has not 24."""
    hours = hours_of(subject, first, last)
    types = subject.types()
    is_open = np.array([types(day) is DayType.OPEN for day in days(first, last)], np.bool_)
    chosen = is_open & np.isfinite(hours).all(axis=1)
    return DayProfiles(np.arange(first.toordinal(), last.toordinal())[chosen], hours[chosen])


def hours_of(subject: Subject, first: date, last: date) -> Floats:
    """Return the amounts of the hours of the local days `[first, last)`, (days, 24); nan where not read.

    A day of the clock change has no row of 24 hours: it is not known.
    """
    midnights = day_cuts(first, last, subject.books.zone)
    bounds = np.arange(midnights[0], midnights[-1] + 1, _HOUR_MS, dtype=np.int64)
    amounts = undoubted_books(subject, int(bounds[0]), int(bounds[-1])).amounts(bounds)
    read = amounts.spans_ms[list(_KNOWN)].sum(axis=0) >= _HOUR_MS
    values = np.where(read, amounts.floats(), np.nan)
    starts, lengths = (midnights[:-1] - midnights[0]) // _HOUR_MS, np.diff(midnights) // _HOUR_MS
    padded = np.concatenate([values, np.full(HOURS, np.nan)])
    rows = padded[starts[:, None] + np.arange(HOURS)]
    return np.where((lengths == HOURS)[:, None], rows, np.nan)


def undoubted_books(subject: Subject, start_ms: int, end_ms: int) -> MeterBooks:
    """Return what the meter says about `[start, end)` as it would be without any open doubt."""
    records = subject.recorded.undoubted()
    return meter_books(subject.books, subject.meter, start_ms, end_ms, now=subject.now, records=records)


def _daily(subject: Subject, first: date) -> Amounts:
    books, meter = subject.books, subject.meter
    if not any(event.state == "proposed" and event.kind in _DOUBT_AMOUNTS for event in subject.recorded.events):
        return daily_amounts(books, meter, first, subject.today, now=subject.now)
    bounds = day_cuts(first, subject.today, books.zone)
    return undoubted_books(subject, int(bounds[0]), int(bounds[-1])).amounts(bounds)


def _celsius(subject: Subject, first: date) -> Floats:
    """The mean of a day and the day before, as a building answers; nan where the weather does not lead the meter."""
    count = (subject.today - first).days
    if not subject.has_weather:
        return np.full(count, np.nan)
    celsius = daily_celsius(subject.books, first - _DAY, subject.today, now=subject.now)
    both = (celsius[1:] + celsius[:-1]) / 2
    return np.where(np.isnan(both), celsius[1:], both)


def _quiet(subject: Subject, first: date) -> Flags:
    types = subject.types()
    return np.array([types(day) is not DayType.OPEN for day in days(first, subject.today)], np.bool_)
