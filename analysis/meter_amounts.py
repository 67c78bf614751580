"""Amounts of any meter, metered or virtual, over any slots; daily ones of whole years out of the cache."""

from datetime import date, datetime, timedelta

from analysis.books import Books
from analysis.calendar_cuts import day_cuts
from analysis.ledger.amounts import Amounts, joined
from analysis.ledger.micro import Integers
from analysis.meter_books import MeterBooks, meter_books
from analysis.virtual_books import virtual_books
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
    kept = books.daily_cache.amounts.get(meter.id, year, now=now) if books.daily_cache is not None else None
    if kept is not None:
        return kept
    amounts = amounts_of(books, meter, day_cuts(date(year, 1, 1), date(year + 1, 1, 1), books.zone), now=now)
    if books.daily_cache is not None:
        books.daily_cache.amounts.put(meter.id, year, amounts, now=now)
    return amounts
