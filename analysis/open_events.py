"""What the ledger proposed about meters and nobody has decided yet."""

from datetime import date, datetime, timedelta
from typing import Final

from analysis.books import Books
from analysis.calendar_cuts import boundary_ms, day_cuts
from analysis.figures import MeterEvent
from analysis.formula_parts import parts_of
from analysis.meter_events import booked_events
from analysis.meter_records import UNIT_CHANGE, records_of, shown_event
from config.meters import Meter
from gateway.reading import milliseconds

PROPOSED: Final = "proposed"
# What keeps amounts out of the books until somebody decides.
BLOCKING: Final = frozenset({"exchange_suspected", "implausible_jump", "stuck", UNIT_CHANGE})


def open_events(books: Books, meter: Meter, start: date, end: date, *, now: datetime) -> tuple[MeterEvent, ...]:
    """Return the proposals about a meter that touch the local days `[start, end)`, what blocks booking first.

    A virtual meter has those of its parts. A unit that is in doubt blocks everything after it. What is noticed is
    taken from the derivation of whole years that the daily amounts came from.
    """
    names = parts_of(books.portfolio.meters, meter) if meter.is_virtual else (meter.id,)
    parts = [part for name in names if not (part := books.portfolio.meter(name)).is_virtual]
    found = [event for part in parts for event in _of_part(books, part, start, end, now)]
    return tuple(sorted(found, key=lambda one: (one.kind not in BLOCKING, -milliseconds(one.time))))


def _of_part(books: Books, meter: Meter, start: date, end: date, now: datetime) -> list[MeterEvent]:
    years = range(start.year, (end - timedelta(days=1)).year + 1)
    known = {event.id: event for year in years for event in _of_year(books, meter, year, now=now)}
    # What people decided since stands above what was derived before.
    known |= {row.id: shown_event(row) for row in records_of(books, meter, now=now).events}
    first, last = boundary_ms(start, books.zone), boundary_ms(end, books.zone)
    return [
        event
        for event in known.values()
        if event.state == PROPOSED
        and milliseconds(event.time) < last
        and (event.kind == UNIT_CHANGE or milliseconds(event.time) >= first)
    ]


def _of_year(books: Books, meter: Meter, year: int, *, now: datetime) -> tuple[MeterEvent, ...]:
    cache = books.daily_cache
    kept = None if cache is None else cache.events.get(meter.id, year, now=now)
    if kept is not None:
        return kept
    bounds = day_cuts(date(year, 1, 1), date(year + 1, 1, 1), books.zone)
    events = tuple(booked_events(books, meter, int(bounds[0]), int(bounds[-1]), now=now))
    if cache is not None:
        cache.events.put(meter.id, year, events, now=now)
    return events
