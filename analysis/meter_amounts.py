"""Amounts of any meter, metered or virtual, over any slots; daily ones of whole years out of the cache."""

from datetime import date, datetime

import numpy as np

from analysis.books import Books
from analysis.calendar_cuts import day_cuts
from analysis.formula import terms
from analysis.ledger.amounts import Amounts, combined, joined
from analysis.ledger.micro import Integers
from analysis.meter_books import MeterBooks, meter_books
from config.meters import Meter


def amounts_of(books: Books, meter: Meter, bounds_ms: Integers, *, now: datetime) -> Amounts:
    """Return the amounts of a meter between `bounds_ms` [unit of its medium].

    A virtual meter is known where all its terms are.
    """
    if meter.formula is None:
        return booked(books, meter, bounds_ms, now=now).amounts(bounds_ms)
    signs, ledgers = [], []
    for sign, meter_id in terms(meter.formula):
        signs.append(sign)
        ledgers.append(booked(books, books.portfolio.meter(meter_id), bounds_ms, now=now))
    within = _common(ledgers, bounds_ms)
    return combined(
        [(sign, ledger.amounts(bounds_ms, within=within)) for sign, ledger in zip(signs, ledgers, strict=True)]
    )


def booked(books: Books, meter: Meter, bounds_ms: Integers, *, now: datetime) -> MeterBooks:
    """Return the booked line of a metered meter over the span of `bounds_ms`."""
    return meter_books(books, meter, int(bounds_ms[0]), int(bounds_ms[-1]), now=now)


def daily_amounts(books: Books, meter: Meter, start: date, end: date, *, now: datetime) -> Amounts:
    """Return the amounts of the local days `[start, end)`; whole years are worked out at once and kept."""
    years = range(start.year, _day_before(end).year + 1)
    first_day = date(years[0], 1, 1)
    return joined([_year(books, meter, year, now=now) for year in years]).part(
        (start - first_day).days, (end - first_day).days
    )


def _day_before(day: date) -> date:
    return date.fromordinal(day.toordinal() - 1)


def _year(books: Books, meter: Meter, year: int, *, now: datetime) -> Amounts:
    kept = books.daily_cache.amounts.get(meter.id, year, now=now) if books.daily_cache is not None else None
    if kept is not None:
        return kept
    amounts = amounts_of(books, meter, day_cuts(date(year, 1, 1), date(year + 1, 1, 1), books.zone), now=now)
    if books.daily_cache is not None:
        books.daily_cache.amounts.put(meter.id, year, amounts, now=now)
    return amounts


def _common(ledgers: list[MeterBooks], bounds_ms: Integers) -> tuple[int, int]:
    """The span in which every term speaks; empty where one of them never does."""
    lines = [ledger.line.time_ms for ledger in ledgers]
    if not all(len(times) for times in lines):
        return int(bounds_ms[0]), int(bounds_ms[0])
    return int(np.max([times[0] for times in lines])), int(np.min([times[-1] for times in lines]))
