"""Days as the daily ledger has them, brought up to date before they are read."""

from datetime import date, datetime, timedelta
from functools import partial
from typing import Final

from analysis.books import Books
from analysis.calendar_cuts import day_cuts
from analysis.days.daily_ledger import catch_up
from analysis.ledger.amounts import Amounts
from analysis.ledger.day_rows import amounts_of_rows
from config.meters.meter import Meter
from gateway.operations.ledger.ledger import Ledger

# Clocks of two processes differ; the days that are over are cut at the asker's own.
CLOCKS_DIFFER: Final = timedelta(minutes=1)
_TRIES: Final = 3


def derived_to(books: Books, meter: Meter, *, now: datetime) -> date | None:
    """Return the day before which the table tells what was known at `now`, after deriving what is missing.

    None: there is no table, it holds what came later than `now`, or this meter cannot be derived.
    """
    if books.ledger is None or meter.is_virtual:
        return None
    cache, work = books.daily_cache, partial(_derived_to, books, books.ledger, meter, now=now)
    return work() if cache is None else cache.derived_to.recall(meter.id, now.year, work, now=now)


def _derived_to(books: Books, ledger: Ledger, meter: Meter, *, now: datetime) -> date | None:
    for _ in range(_TRIES):
        caught = catch_up(books, [meter], now=now)
        if caught.failures:
            return None
        if not caught.left:  # who was faster may not have known yet what was decided a moment ago
            break
    state = ledger.states([meter.id])[meter.id]
    if state.derived_at is None or state.derived_to is None or now + CLOCKS_DIFFER < state.derived_at:
        return None
    return min(state.derived_to, now.astimezone(books.zone).date())


def daily_rows(books: Books, meter: Meter, start: date, end: date) -> Amounts:
    """Return the local days `[start, end)` of a metered meter as they stand in the table; no row: nothing is known.

    Raises `ValueError` for books without a ledger.
    """
    if books.ledger is None:
        raise ValueError("these books have no ledger to read from")
    return amounts_of_rows(books.ledger.days(meter.id, start, end), start, day_cuts(start, end, books.zone))
