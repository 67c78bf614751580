"""Amounts of any meter, metered or virtual, over any slots; daily ones out of the daily ledger."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal

import numpy as np

from analysis.bookings import Bookings, bookings
from analysis.books import Books
from analysis.calendar_cuts import day_cuts, local_day
from analysis.daily_rows import daily_rows, derived_to
from analysis.ledger.amounts import Amounts, combined, joined
from analysis.ledger.conversion import midnight_ms
from analysis.ledger.micro import Integers
from config.formulas import formula_terms
from config.meters import Meter

_DAY = timedelta(days=1)


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
    """Return the amounts of the local days `[start, end)`, at least one.

    Days that are over come out of the daily ledger, which is brought up to date first; the running day is worked out,
    and everything is for a `now` that lies before what the ledger has seen.
    """
    if meter.formula is not None:
        return _virtual_days(books, meter, start, end, now=now)
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


def _virtual_days(books: Books, meter: Meter, start: date, end: date, *, now: datetime) -> Amounts:
    """Combine the days of the terms; a day that one of them knows in part is cut where all of them speak."""
    terms = list(_metered(books, meter, Decimal(1)))
    parts = [daily_amounts(books, term, start, end, now=now) for _, term in terms]
    whole = combined([(share, part) for (share, _), part in zip(terms, parts, strict=True)])
    in_part = np.any([(part.known_ms > 0) & (part.known_ms < part.lengths_ms) for part in parts], axis=0)
    if not in_part.any():
        return whole
    edges = np.flatnonzero(np.diff(np.concatenate([[False], in_part, [False]]).astype(np.int8)))
    cut, done = [], 0
    for first, last in edges.reshape(-1, 2).tolist():
        cut += [whole.part(done, first)] if first > done else []
        cut.append(amounts_of(books, meter, whole.bounds_ms[first : last + 1], now=now))
        done = last
    return joined([*cut, whole.part(done, len(in_part))] if done < len(in_part) else cut)


def _metered(books: Books, meter: Meter, share: Decimal) -> Iterator[tuple[Decimal, Meter]]:
    """Take a virtual meter apart into metered ones."""
    if meter.formula is None:
        yield share, meter
        return
    for term in formula_terms(meter.formula):
        yield from _metered(books, books.portfolio.meter(term.meter), share * term.factor)


def _common(ledgers: list[Bookings], bounds_ms: Integers) -> tuple[int, int]:
    """The span in which every term speaks; empty where one of them never does."""
    spoken = [ledger.spoken for ledger in ledgers]
    known = [span for span in spoken if span is not None]
    if len(known) < len(spoken):
        return int(bounds_ms[0]), int(bounds_ms[0])
    first = max(int(bounds_ms[0]), *(first for first, _ in known))
    return first, min(int(bounds_ms[-1]), *(last for _, last in known))
