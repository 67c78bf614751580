"""What a meter's readings say about consumption, in slots of the calendar."""

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

from analysis.books import Books
from analysis.calendar_cuts import boundary_ms, cuts
from analysis.figures import Consumption, Resolution, Substitute
from analysis.ledger_events import ledger_events, ledger_substitutions
from analysis.meter_amounts import amounts_by_days, amounts_of
from analysis.slots import Slots
from analysis.substitutes import substitutes_of
from config.meters import Meter

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
    slot that is still running has what is known so far, with a coverage below 1; readings after `now` do not count.
    """
    meter = books.portfolio.meter(meter_id)
    bounds = cuts(boundary_ms(start, books.zone), boundary_ms(end, books.zone), resolution, books.zone)
    in_slots = amounts_by_days if resolution in OF_WHOLE_DAYS else amounts_of
    amounts = in_slots(books, meter, bounds, now=now)
    span = int(bounds[0]), int(bounds[-1])
    return Consumption(
        meter=meter.id,
        unit=meter.medium.unit,
        resolution=resolution,
        time_zone=str(books.zone),
        slots=Slots(amounts, books.zone),
        total=amounts.total(),
        events=ledger_events(books, meter, *span, now=now),
        substitutes=_substitutes(books, meter, *span, now=now),
    )


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


def _substitutes(books: Books, meter: Meter, start_ms: int, end_ms: int, *, now: datetime) -> tuple[Substitute, ...]:
    if meter.formula is not None or end_ms <= start_ms:
        return ()
    found = ledger_substitutions(books, meter, start_ms, end_ms, now=now)
    return substitutes_of(books, meter, found, start_ms, end_ms)
