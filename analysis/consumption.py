"""What a meter's readings say about consumption, in slots of the calendar."""

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

import numpy as np

from analysis.books import Books
from analysis.calendar_cuts import boundary_ms, cuts
from analysis.figures import Consumption, Resolution, Slot
from analysis.future_readings import stored_ahead
from analysis.known_amounts import quality
from analysis.ledger.amounts import Amounts
from analysis.meter_amounts import booked
from analysis.property_meters import reference_of
from analysis.substitutes import substitutes_of
from analysis.virtual_books import VirtualBooks, virtual_books
from analysis.virtual_notes import virtual_notes
from gateway.reading import instant, milliseconds


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
    ledger = (virtual_books if meter.is_virtual else booked)(books, meter, bounds, now=now)
    amounts = ledger.amounts(bounds)
    first = int(bounds[0])
    passed = np.array([first, max(first, min(int(bounds[-1]), milliseconds(now)))], np.int64)
    found = Consumption(
        meter=meter.id,
        unit=meter.medium.unit,
        resolution=resolution,
        time_zone=str(books.zone),
        slots=_slots(books, amounts),
        total=amounts.total(),
        events=ledger.events,
        quality=quality([ledger.amounts(passed)]),
        reference=reference_of(meter),
    )
    if isinstance(ledger, VirtualBooks):
        parts = ledger.knowledge(int(passed[0]), int(passed[-1]))
        return replace(found, parts=parts, notes=virtual_notes(found))
    ahead = stored_ahead(books, meter, int(bounds[-1]), now=now)
    substitutes = substitutes_of(books, meter, ledger.substitutions, first, int(bounds[-1]))
    return replace(found, events=(*found.events, *ahead), substitutes=substitutes)


def given_out(found: Consumption, decimals: int | None) -> Consumption:
    """Return consumption as it is given to people and programs: rounded as the meter's policy wants, half to even.

    The total is rounded as such, never summed up from rounded slots. `decimals` None: as it is.
    """
    if decimals is None:
        return found
    slots = tuple(replace(slot, value=_rounded(slot.value, decimals)) for slot in found.slots)
    return replace(found, slots=slots, total=_rounded(found.total, decimals))


def _rounded(value: Decimal | None, decimals: int) -> Decimal | None:
    return None if value is None else round(value, decimals)


def _slots(books: Books, amounts: Amounts) -> tuple[Slot, ...]:
    zone = books.zone
    edges = [instant(edge).astimezone(zone) for edge in amounts.bounds_ms.tolist()]
    rows = zip(edges[:-1], edges[1:], amounts.decimals(), amounts.hows(), amounts.coverage().tolist(), strict=True)
    return tuple(Slot(*row) for row in rows)
