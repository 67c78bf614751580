"""What a meter's readings say about consumption, in slots of the calendar."""

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

from analysis.books import Books
from analysis.calendar_cuts import boundary_ms, cuts
from analysis.figures import Consumption, Resolution, Slot
from analysis.ledger.amounts import Amounts
from analysis.meter_amounts import amounts_of, booked
from analysis.substitutes import substitutes_of
from config.meters import Meter
from gateway.reading import instant


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
    slot that is still running has what is known so far, with a coverage below 1; readings after `now` do not count.
    """
    meter = books.portfolio.meter(meter_id)
    bounds = cuts(boundary_ms(start, books.zone), boundary_ms(end, books.zone), resolution, books.zone)
    if meter.formula is not None:
        return _consumption(books, meter, resolution, amounts_of(books, meter, bounds, now=now))
    ledger = booked(books, meter, bounds, now=now)
    found = _consumption(books, meter, resolution, ledger.amounts(bounds))
    substitutes = substitutes_of(books, meter, ledger.substitutions, int(bounds[0]), int(bounds[-1]))
    return replace(found, events=ledger.events, substitutes=substitutes)


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


def _consumption(books: Books, meter: Meter, resolution: Resolution, amounts: Amounts) -> Consumption:
    slots = _slots(books, amounts)
    return Consumption(meter.id, meter.medium.unit, resolution, str(books.zone), slots, amounts.total())


def _slots(books: Books, amounts: Amounts) -> tuple[Slot, ...]:
    zone = books.zone
    edges = [instant(edge).astimezone(zone) for edge in amounts.bounds_ms.tolist()]
    rows = zip(edges[:-1], edges[1:], amounts.decimals(), amounts.hows(), amounts.coverage().tolist(), strict=True)
    return tuple(Slot(*row) for row in rows)
