"""Amounts of any meter, metered or virtual, over any slots; daily ones of whole years out of the cache."""

from datetime import date, datetime, timedelta

from analysis.books import Books
from analysis.calendar_cuts import day_cuts
from analysis.ledger.amounts import Amounts, joined
from analysis.ledger.micro import Integers
from analysis.meter_books import MeterBooks, meter_books
from analysis.virtual_books import virtual_books
from analysis.virtual_days import virtual_days
from config.meters import Meter


def amounts_of(books: Books, meter: Meter, bounds_ms: Integers, *, now: datetime) -> Amounts:
    """Return the amounts of a meter between `bounds_ms` [unit of its medium].

    A virtual meter is known where all its parts are.
    """
    if not meter.is_virtual:
        return booked(books, meter, bounds_ms, now=now).amounts(bounds_ms)
    return virtual_books(books, meter, bounds_ms, now=now).amounts(bounds_ms)


def booked(books: Books, meter: Meter, bounds_ms: Integers, *, now: datetime) -> MeterBooks:
    """Return the booked line of a metered meter over the span of `bounds_ms`."""
    return meter_books(books, meter, int(bounds_ms[0]), int(bounds_ms[-1]), now=now)


def daily_amounts(books: Books, meter: Meter, start: date, end: date, *, now: datetime) -> Amounts:
    """Return the amounts of the local days `[start, end)`, at least one; whole years are worked out and kept."""
    years = range(start.year, (end - timedelta(days=1)).year + 1)
    first = (start - date(start.year, 1, 1)).days
    return joined([_year(books, meter, year, now=now) for year in years]).part(first, first + (end - start).days)


def _year(books: Books, meter: Meter, year: int, *, now: datetime) -> Amounts:
    cache = books.daily_cache
    kept = None if cache is None else cache.amounts.get(meter.id, year, now=now)
    if kept is not None:
        return kept
    first, last = date(year, 1, 1), date(year + 1, 1, 1)
    if meter.is_virtual:
        amounts = virtual_days(
            books, meter, first, last, now=now, days_of=lambda part: _year(books, part, year, now=now)
        )
    else:
        bounds = day_cuts(first, last, books.zone)
        ledger = booked(books, meter, bounds, now=now)
        amounts = ledger.amounts(bounds)
        if cache is not None:
            cache.events.put(meter.id, year, ledger.events, now=now)
    if cache is not None:
        cache.amounts.put(meter.id, year, amounts, now=now)
    return amounts
