"""What a meter's readings say about consumption, in slots of the calendar."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

import numpy as np

from analysis.books import Books
from analysis.calendar_cuts import boundary_ms, cuts
from analysis.days.ledger_events import ledger_events, ledger_substitutions
from analysis.figures import Consumption, MeterEvent, Resolution, Substitute
from analysis.known_amounts import quality
from analysis.ledger.amounts import Amounts
from analysis.ledger.micro import Integers
from analysis.meters.future_readings import stored_ahead
from analysis.meters.meter_amounts import amounts_by_days, amounts_of
from analysis.meters.meter_parts import part_events, part_knowledge
from analysis.meters.substitutes import substitutes_of
from analysis.property_meters import reference_of
from analysis.slots import Slots
from analysis.virtual.virtual_notes import virtual_notes
from config.meters.meter import Meter
from gateway.reading import milliseconds

OF_WHOLE_DAYS = frozenset({Resolution.DAY, Resolution.MONTH, Resolution.YEAR})


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
    in_slots = amounts_by_days if resolution in OF_WHOLE_DAYS else amounts_of
    amounts = in_slots(books, meter, bounds, now=now)
    first, last = int(bounds[0]), int(bounds[-1])
    passed = np.array([first, max(first, min(last, milliseconds(now)))], np.int64)
    found = Consumption(
        meter=meter.id,
        unit=meter.medium.unit,
        resolution=resolution,
        time_zone=str(books.zone),
        slots=Slots(amounts, books.zone),
        total=amounts.total(),
        events=_events(books, meter, bounds, now=now),
        substitutes=_substitutes(books, meter, first, last, now=now),
        quality=_quality(amounts, passed),
        reference=reference_of(meter),
    )
    if not meter.is_virtual:
        return replace(found, events=(*found.events, *stored_ahead(books, meter, last, now=now)))
    return replace(found, parts=part_knowledge(books, meter, passed, now=now), notes=virtual_notes(found, amounts))


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


def _quality(amounts: Amounts, passed_ms: Integers) -> Mapping[str, float]:
    """The shares are those of the time that has passed: nothing is known of what has not come yet."""
    if passed_ms[0] == passed_ms[-1]:
        return {}
    return quality([replace(amounts.grouped([0]), bounds_ms=passed_ms)])


def _events(books: Books, meter: Meter, span_ms: Integers, *, now: datetime) -> tuple[MeterEvent, ...]:
    if meter.is_virtual:
        return part_events(books, meter, span_ms, now=now)
    return ledger_events(books, meter, int(span_ms[0]), int(span_ms[-1]), now=now)


def _substitutes(books: Books, meter: Meter, start_ms: int, end_ms: int, *, now: datetime) -> tuple[Substitute, ...]:
    if meter.is_virtual or end_ms <= start_ms:
        return ()
    found = ledger_substitutions(books, meter, start_ms, end_ms, now=now)
    return substitutes_of(books, meter, found, start_ms, end_ms)
