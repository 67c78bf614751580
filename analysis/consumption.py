"""What a meter's readings say about consumption, in slots of the calendar."""

from datetime import date, datetime, timedelta

from analysis.books import Books
from analysis.calendar_cuts import boundary_ms, cuts
from analysis.figures import Consumption, MeterEvent, Resolution, Slot
from analysis.future_readings import stored_ahead
from analysis.ledger.amounts import Amounts
from analysis.ledger.micro import Integers
from analysis.meter_amounts import amounts_of, booked
from config.meters import Meter
from gateway.reading import instant, milliseconds

_LATELY = timedelta(days=1)


def consumption(
    books: Books,
    meter_id: str,
    start: date | datetime,
    end: date | datetime,
    resolution: Resolution,
    *,
    now: datetime,
) -> Consumption:
    """Return the consumption of `[start, end)` in slots of the property's calendar; raises `NotFound`.

    `start` and `end` are local days or aware instants; a slot that they cut is given as far as it is asked for. A
    slot that is still running has what is known so far, with a coverage below 1; readings after `now` do not count. A
    span that reaches the present has the event of readings that are stored with a time to come.
    """
    meter = books.portfolio.meter(meter_id)
    bounds = cuts(boundary_ms(start, books.zone), boundary_ms(end, books.zone), resolution, books.zone)
    amounts, events = _amounts(books, meter, bounds, now)
    slots = _slots(books, amounts)
    return Consumption(meter.id, meter.medium.unit, resolution, str(books.zone), slots, amounts.total(), events)


def _amounts(books: Books, meter: Meter, bounds: Integers, now: datetime) -> tuple[Amounts, tuple[MeterEvent, ...]]:
    if meter.formula is not None:
        return amounts_of(books, meter, bounds, now=now), ()
    ledger = booked(books, meter, bounds, now=now)
    reaches_present = int(bounds[-1]) >= milliseconds(now - _LATELY)
    ahead = stored_ahead(books, meter, now=now) if reaches_present else ()
    return ledger.amounts(bounds), (*ledger.events, *ahead)


def _slots(books: Books, amounts: Amounts) -> tuple[Slot, ...]:
    zone = books.zone
    edges = [instant(edge).astimezone(zone) for edge in amounts.bounds_ms.tolist()]
    rows = zip(edges[:-1], edges[1:], amounts.decimals(), amounts.hows(), amounts.coverage().tolist(), strict=True)
    return tuple(Slot(*row) for row in rows)
