"""What a meter's readings say about consumption, in slots of the calendar."""

from datetime import date, datetime

from analysis.books import Books
from analysis.calendar_cuts import boundary_ms, cuts
from analysis.figures import Consumption, Resolution
from analysis.ledger_events import ledger_events
from analysis.meter_amounts import amounts_by_days, amounts_of
from analysis.slots import Slots

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
    amounts = (
        amounts_by_days(books, meter, bounds, now=now)
        if resolution in OF_WHOLE_DAYS
        else amounts_of(books, meter, bounds, now=now)
    )
    return Consumption(
        meter=meter.id,
        unit=meter.medium.unit,
        resolution=resolution,
        time_zone=str(books.zone),
        slots=Slots(amounts, books.zone),
        total=amounts.total(),
        events=ledger_events(books, meter, int(bounds[0]), int(bounds[-1]), now=now),
    )
