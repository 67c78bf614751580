"""Amounts of any meter, metered or virtual, over any slots; daily ones out of the daily ledger."""

from datetime import date, datetime, timedelta

import numpy as np

from analysis.bookkeeping.bookings import Bookings, bookings
from analysis.books import Books
from analysis.calendar_cuts import day_cuts, local_day
from analysis.days.daily_rows import daily_rows, derived_to
from analysis.ledger.amounts import Amounts, joined
from analysis.ledger.conversion import midnight_ms
from analysis.ledger.micro import Integers
from analysis.virtual.virtual_books import virtual_books
from analysis.virtual.virtual_days import virtual_days
from config.meters.meter import Meter

_DAY = timedelta(days=1)


def amounts_of(books: Books, meter: Meter, bounds_ms: Integers, *, now: datetime) -> Amounts:
    """Return the amounts of a meter between `bounds_ms` [unit of its medium].

    A virtual meter is known where all its parts are.
    """
    if not meter.is_virtual:
        return booked(books, meter, bounds_ms, now=now).amounts(bounds_ms)
    return virtual_books(books, meter, bounds_ms, now=now).amounts(bounds_ms)


def booked(books: Books, meter: Meter, bounds_ms: Integers, *, now: datetime) -> Bookings:
    """Return the books of a metered meter over the span of `bounds_ms`."""
    return bookings(books, meter, int(bounds_ms[0]), int(bounds_ms[-1]), now=now)


def daily_amounts(books: Books, meter: Meter, start: date, end: date, *, now: datetime) -> Amounts:
    """Return the amounts of the local days `[start, end)`, at least one.

    Days that are over come out of the daily ledger, which is brought up to date first; the running day is worked out,
    and everything is for a `now` that lies before what the ledger has seen.
    """
    if meter.is_virtual:
        return virtual_days(
            books, meter, start, end, now=now, days_of=lambda part: daily_amounts(books, part, start, end, now=now)
        )
    over = derived_to(books, meter, now=now)
    if over is None or over <= start:
        return amounts_of(books, meter, day_cuts(start, end, books.zone), now=now)
    days = daily_rows(books, meter, start, min(end, over))
    if end <= over:
        return days
    return joined([days, amounts_of(books, meter, day_cuts(over, end, books.zone), now=now)])


def amounts_by_days(books: Books, meter: Meter, bounds_ms: Integers, *, now: datetime) -> Amounts:
    """Return the amounts of slots that consist of whole local days, save where the first begins and the last ends."""
    start_ms, end_ms = int(bounds_ms[0]), int(bounds_ms[-1])
    first, end = local_day(start_ms - 1, books.zone) + _DAY, local_day(end_ms, books.zone)
    if first >= end:
        return amounts_of(books, meter, bounds_ms, now=now)
    first_ms, last_ms = midnight_ms(first, books.zone), midnight_ms(end, books.zone)
    parts = [daily_amounts(books, meter, first, end, now=now)]
    if start_ms < first_ms:
        parts.insert(0, amounts_of(books, meter, np.array([start_ms, first_ms], np.int64), now=now))
    if last_ms < end_ms:
        parts.append(amounts_of(books, meter, np.array([last_ms, end_ms], np.int64), now=now))
    days = joined(parts)
    return days.grouped(np.searchsorted(days.bounds_ms, bounds_ms[:-1]).tolist())
