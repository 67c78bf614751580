"""What happened to a meter: recorded by people, and noticed in what it showed."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Protocol

from analysis.books import Books
from analysis.calendar_cuts import boundary_ms
from analysis.figures import MeterEvent
from analysis.future_readings import stored_ahead
from analysis.meter_books import meter_books
from analysis.meter_records import records_of
from config.meters import Meter


class EventSource(Protocol):
    """Where the events of `[start, end)` [ms] come from, recorded and noticed, in any order."""

    def __call__(
        self, books: Books, meter: Meter, start_ms: int, end_ms: int, /, *, now: datetime
    ) -> Sequence[MeterEvent]: ...


def events_of(
    books: Books,
    meter: Meter,
    start: date | datetime,
    end: date | datetime,
    *,
    now: datetime,
    source: EventSource | None = None,
) -> tuple[MeterEvent, ...]:
    """Return what happened to a meter in `[start, end)`, newest first; `start` and `end` local days or instants.

    What people recorded stands before what is noticed of the same. A virtual meter has what was recorded of itself;
    what is noticed belongs to its terms. A span that reaches the present has the event of readings that are stored
    with a time to come. `source` None: the readings of the span are booked anew, so that years are
    asked for one by one.
    """
    first_ms, last_ms = boundary_ms(start, books.zone), boundary_ms(end, books.zone)
    found = (source or booked_events)(books, meter, first_ms, last_ms, now=now)
    found = (*found, *stored_ahead(books, meter, last_ms, now=now))
    return tuple(sorted(found, key=lambda one: (one.time, one.id), reverse=True))


def booked_events(
    books: Books, meter: Meter, start_ms: int, end_ms: int, /, *, now: datetime
) -> Sequence[MeterEvent]:
    """Return the events of `[start, end)` [ms] as booking its readings shows them."""
    if meter.is_virtual:
        return records_of(books, meter, now=now).shown((), start_ms, end_ms)
    return meter_books(books, meter, start_ms, end_ms, now=now).events
