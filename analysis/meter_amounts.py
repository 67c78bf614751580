"""Amounts of any meter, metered or virtual, over any slots; daily ones of whole years out of the cache."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal

from analysis.bookings import Bookings, bookings
from analysis.books import Books
from analysis.calendar_cuts import day_cuts
from analysis.ledger.amounts import Amounts, combined, joined
from analysis.ledger.micro import Integers
from config.formulas import formula_terms
from config.meters import Meter


def amounts_of(books: Books, meter: Meter, bounds_ms: Integers, *, now: datetime) -> Amounts:
    """Return the amounts of a meter between `bounds_ms` [unit of its medium].

    A virtual meter is known where all its terms are.
    """
    if meter.formula is None:
        return booked(books, meter, bounds_ms, now=now).amounts(bounds_ms)
    terms = list(_metered(books, meter, Decimal(1)))
    ledgers = [booked(books, term, bounds_ms, now=now) for _, term in terms]
    within = _common(ledgers, bounds_ms)
    cut = [ledger.amounts(bounds_ms, within=within) for ledger in ledgers]
    return combined([(share, amounts) for (share, _), amounts in zip(terms, cut, strict=True)])


def booked(books: Books, meter: Meter, bounds_ms: Integers, *, now: datetime) -> Bookings:
    """Return the books of a metered meter over the span of `bounds_ms`."""
    return bookings(books, meter, int(bounds_ms[0]), int(bounds_ms[-1]), now=now)


def daily_amounts(books: Books, meter: Meter, start: date, end: date, *, now: datetime) -> Amounts:
    """Return the amounts of the local days `[start, end)`, at least one; whole years are worked out and kept."""
    years = range(start.year, (end - timedelta(days=1)).year + 1)
    first = (start - date(start.year, 1, 1)).days
    return joined([_year(books, meter, year, now=now) for year in years]).part(first, first + (end - start).days)


def _metered(books: Books, meter: Meter, share: Decimal) -> Iterator[tuple[Decimal, Meter]]:
    """Take a virtual meter apart into metered ones."""
    if meter.formula is None:
        yield share, meter
        return
    for term in formula_terms(meter.formula):
        yield from _metered(books, books.portfolio.meter(term.meter), share * term.factor)


def _year(books: Books, meter: Meter, year: int, *, now: datetime) -> Amounts:
    kept = books.daily_cache.amounts.get(meter.id, year, now=now) if books.daily_cache is not None else None
    if kept is not None:
        return kept
    amounts = amounts_of(books, meter, day_cuts(date(year, 1, 1), date(year + 1, 1, 1), books.zone), now=now)
    if books.daily_cache is not None:
        books.daily_cache.amounts.put(meter.id, year, amounts, now=now)
    return amounts


def _common(ledgers: list[Bookings], bounds_ms: Integers) -> tuple[int, int]:
    """The span in which every term speaks; empty where one of them never does."""
    spoken = [ledger.spoken for ledger in ledgers]
    known = [span for span in spoken if span is not None]
    if len(known) < len(spoken):
        return int(bounds_ms[0]), int(bounds_ms[0])
    first = max(int(bounds_ms[0]), *(first for first, _ in known))
    return first, min(int(bounds_ms[-1]), *(last for _, last in known))
