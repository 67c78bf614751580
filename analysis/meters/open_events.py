"""What the ledger proposed about meters and nobody has decided yet."""

from datetime import date, datetime
from typing import Final

from analysis.bookkeeping.meter_records import PROPOSED, UNIT_CHANGE, records_of, shown_event
from analysis.books import Books
from analysis.calendar_cuts import boundary_ms
from analysis.days.ledger_events import ledger_events
from analysis.figures import MeterEvent
from analysis.virtual.formula_parts import parts_of
from config.meters.meter import Meter
from gateway.operations.ledger.rows import LedgerNotice
from gateway.reading import instant, milliseconds

# What keeps amounts out of the books until somebody decides.
BLOCKING: Final = frozenset({"exchange_suspected", "implausible_jump", "stuck", UNIT_CHANGE})


def open_events(books: Books, meter: Meter, start: date, end: date, *, now: datetime) -> tuple[MeterEvent, ...]:
    """Return the proposals about a meter that touch the local days `[start, end)`, what blocks booking first.

    A virtual meter has those of its parts. A unit that is in doubt blocks everything after it. What is noticed
    comes out of the daily ledger.
    """
    names = parts_of(books.portfolio.meters, meter) if meter.is_virtual else (meter.id,)
    parts = [part for name in names if not (part := books.portfolio.meter(name)).is_virtual]
    found = [event for part in parts for event in _of_part(books, part, start, end, now)]
    return tuple(sorted(found, key=lambda one: (one.kind not in BLOCKING, -milliseconds(one.time))))


def every_open_event(books: Books, since: date, *, now: datetime) -> tuple[MeterEvent, ...]:
    """Return the proposals about all meters from a local day on, newest first; recorded ones however old they are.

    What is noticed comes out of the daily ledger, of days that are over.
    """
    events = books.operations.events
    noticed = books.ledger.proposed_since(boundary_ms(since, books.zone)) if books.ledger is not None else []
    recorded = events.known([row.id for row in noticed])  # what is recorded wins: it may be decided
    found = [
        *(_noticed(row) for row in noticed if row.id not in recorded),
        *(shown_event(row) for row in events.proposed(now)),
    ]
    of_ours = (one for one in found if one.meter in books.portfolio.meters)
    return tuple(sorted(of_ours, key=lambda one: (one.time, one.id), reverse=True))


def _noticed(row: LedgerNotice) -> MeterEvent:
    return MeterEvent(row.id, row.meter, row.kind, instant(row.time_ms), row.detail, row.state)


def _of_part(books: Books, meter: Meter, start: date, end: date, now: datetime) -> list[MeterEvent]:
    first, last = boundary_ms(start, books.zone), boundary_ms(end, books.zone)
    doubts = [row for row in records_of(books, meter, now=now).events if row.kind == UNIT_CHANGE]
    known = {row.id: shown_event(row) for row in doubts if milliseconds(row.time) < last}
    known |= {event.id: event for event in ledger_events(books, meter, first, last, now=now)}
    return [event for event in known.values() if event.state == PROPOSED]
