"""Everything that is doubted about one meter, as events for a person to decide."""

from datetime import date, datetime
from typing import Final

from analysis.bookkeeping.meter_records import CLOCK_SHIFT, JUMP, UNIT_CHANGE, records_of
from analysis.books import Books
from analysis.doubts.clocks.clock_doubts import clock_doubts
from analysis.doubts.jump_doubts import jump_doubts
from analysis.doubts.meter_days import known_days
from analysis.doubts.subject import Subject, first_reading
from analysis.doubts.units.unit_doubts import LOOK_BACK, unit_doubts
from config.meters.meter import Meter
from config.quantities import QUANTITIES, Kind
from gateway.operations.rows import MeterEventRow

KINDS: Final = frozenset({UNIT_CHANGE, CLOCK_SHIFT, JUMP})


def doubts_of(books: Books, meter: Meter, *, now: datetime, since: date | None = None) -> tuple[MeterEventRow, ...]:
    """Return what is doubtful about a meter at `now`, ascending in time: proposed events, none of them recorded here.

    `since` is the local day up to which it was judged before; None: never, all of its history is looked at. What is
    found depends on the readings and on what people decided, not on doubts that are still open. A virtual meter and
    a tank are never doubted: their parts are, and their readings.
    """
    begins = first_reading(books, meter) if can_be_doubted(meter) else None
    if begins is None or begins > now:
        return ()
    subject = Subject(books, meter, records_of(books, meter, now=now), now)
    first = begins.astimezone(books.zone).date()
    judged = max(first, since or first)
    days = known_days(subject, max(first, judged - LOOK_BACK))
    found = [
        *unit_doubts(subject, days, judged),
        *clock_doubts(subject, judged),
        *jump_doubts(subject, days, judged),
    ]
    return tuple(sorted(found, key=lambda event: event.time))


def can_be_doubted(meter: Meter) -> bool:
    """Whether a meter has a register of its own that only counts."""
    return not meter.is_virtual and QUANTITIES[meter.quantity].kind is not Kind.GAUGE
