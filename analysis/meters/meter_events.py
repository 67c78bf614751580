"""What happened to a meter: recorded by people, and noticed in what it showed."""

from datetime import date, datetime

from analysis.bookkeeping.meter_records import in_order
from analysis.books import Books
from analysis.calendar_cuts import boundary_ms
from analysis.days.ledger_events import ledger_events
from analysis.figures import MeterEvent
from analysis.meters.future_readings import stored_ahead
from config.meters.meter import Meter


def events_of(
    books: Books, meter: Meter, start: date | datetime, end: date | datetime, *, now: datetime
) -> tuple[MeterEvent, ...]:
    """Return what happened to a meter in `[start, end)`, newest first; `start` and `end` local days or instants.

    What people recorded stands before what is noticed of the same. A virtual meter has what was recorded of itself;
    what is noticed belongs to its terms. A span that reaches the present has the event of readings that are stored
    with a time to come.
    """
    first_ms, last_ms = boundary_ms(start, books.zone), boundary_ms(end, books.zone)
    found = ledger_events(books, meter, first_ms, last_ms, now=now)
    ahead = stored_ahead(books, meter, last_ms, now=now)
    return tuple(sorted((*found, *ahead), key=in_order, reverse=True))
