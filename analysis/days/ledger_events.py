"""What the daily ledger noticed about a meter and what stands in for readings, up to the present instant."""

from collections.abc import Sequence
from datetime import datetime

from analysis.bookkeeping.bookings import bookings
from analysis.bookkeeping.meter_records import records_of
from analysis.books import Books
from analysis.days.daily_rows import derived_to
from analysis.figures import MeterEvent
from analysis.ledger.bridging import Substitution
from analysis.ledger.conversion import midnight_ms
from analysis.ledger.faults import Notice
from config.meters.meter import Meter
from gateway.reading import milliseconds


def ledger_events(
    books: Books, meter: Meter, start_ms: int, end_ms: int, /, *, now: datetime
) -> tuple[MeterEvent, ...]:
    """Return the events of `[start, end)` [ms], ascending in time; what people recorded wins over what is noticed.

    Of days that are over what the daily ledger noticed, of the rest what is noticed now. What is noticed about a
    virtual meter belongs to its parts.
    """
    records = records_of(books, meter, now=now)
    if meter.is_virtual or end_ms <= start_ms:
        return records.shown((), start_ms, end_ms)
    over_ms = _over_ms(books, meter, start_ms, end_ms, now)
    noticed = records.factor_changes(books.zone, until=now)
    if books.ledger is not None and over_ms > start_ms:
        rows = books.ledger.notices(meter.id, start_ms, over_ms)
        noticed += [Notice(row.kind, row.time_ms, row.detail, row.state) for row in rows]
    if over_ms < end_ms:
        noticed += _noticed_now(books, meter, over_ms, end_ms, now)
    return records.shown(noticed, start_ms, end_ms)


def ledger_substitutions(
    books: Books, meter: Meter, start_ms: int, end_ms: int, /, *, now: datetime
) -> tuple[Substitution, ...]:
    """Return what stands in for readings at some time of `[start, end)` [ms] of a metered meter, ascending."""
    over_ms = _over_ms(books, meter, start_ms, end_ms, now)
    found: dict[int, Substitution] = {}
    if books.ledger is not None and over_ms > start_ms:
        rows = books.ledger.substitutions(meter.id, start_ms, over_ms)
        found |= {row.start_ms: Substitution(*row[1:]) for row in rows}
    if over_ms < end_ms:
        found |= {one.start_ms: one for one in bookings(books, meter, over_ms, end_ms, now=now).substitutions}
    inside = (one for one in found.values() if one.end_ms > start_ms and one.start_ms < end_ms)
    return tuple(sorted(inside))


def _noticed_now(books: Books, meter: Meter, start_ms: int, end_ms: int, now: datetime) -> Sequence[Notice]:
    """What is noticed of the day that runs is remembered for a minute: pages ask for it meter by meter."""

    def work() -> Sequence[Notice]:
        return bookings(books, meter, start_ms, end_ms, now=now).notices

    cache, is_whole = books.daily_cache, start_ms <= milliseconds(now) < end_ms
    if cache is None or not is_whole:
        return work()
    return cache.noticed.recall(meter.id, start_ms, work, now=now)


def _over_ms(books: Books, meter: Meter, start_ms: int, end_ms: int, now: datetime) -> int:
    """Up to where the table tells; the beginning where it tells nothing."""
    over = derived_to(books, meter, now=now)
    return start_ms if over is None else min(max(midnight_ms(over, books.zone), start_ms), end_ms)
