"""The flow that never stops: the smallest hourly consumption of a night."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np

from analysis.books import Books
from analysis.ledger.amounts import Amounts
from analysis.ledger.line import Row
from analysis.ledger.micro import Integers
from analysis.meters.meter_amounts import amounts_of, booked
from config.meters.meter import Meter, Reporting
from gateway.reading import instant, milliseconds

FROM_HOUR, TO_HOUR = 1, 5
_HOUR_MS = 3_600_000
_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class NightFlow:
    """The hours 01 to 05 local of the day `night`, `[start, end)`: four, in the nights of the clock change 3 or 5.

    `minimum_m3_h` [m³/h; unit of the medium per hour for other media] is the smallest hourly value, None when an hour
    is missing: silence is no proof of a closed tap. `volume_m3` is what ran through in these hours.
    """

    meter: str
    night: date
    start: datetime
    end: datetime
    minimum_m3_h: float | None
    volume_m3: float | None
    hourly_m3_h: tuple[float | None, ...]
    coverage: float


def night_flow(books: Books, meter_id: str, night: date) -> NightFlow:
    """Return the night's flow; raises `NotFound`.

    Hours, not quarter-hours: a small leak moves a counter of 10 l steps less than once in a quarter of an hour. What
    is read by hand or less than hourly says nothing about a night: its hours are not known. A meter that speaks when
    it moves did not move while it was quiet.
    """
    meter = books.portfolio.meter(meter_id)
    start, end = (
        datetime(night.year, night.month, night.day, hour, tzinfo=books.zone) for hour in (FROM_HOUR, TO_HOUR)
    )
    bounds = np.arange(milliseconds(start), milliseconds(end) + 1, _HOUR_MS, dtype=np.int64)
    amounts = _amounts(books, meter, bounds)
    covered = amounts.spans_ms[Row.MEASURED] / _HOUR_MS if meter.interval <= _HOUR else np.zeros(len(bounds) - 1)
    hourly = tuple(
        float(value) if share >= 1 else None
        for value, share in zip(amounts.floats().tolist(), covered.tolist(), strict=True)
    )
    known = [value for value in hourly if value is not None]
    whole = len(known) == len(hourly)
    return NightFlow(
        meter=meter.id,
        night=night,
        start=instant(milliseconds(start)),
        end=instant(milliseconds(end)),
        minimum_m3_h=min(known) if whole else None,
        volume_m3=sum(known) if whole else None,
        hourly_m3_h=hourly,
        coverage=float(covered.mean()),
    )


def _amounts(books: Books, meter: Meter, bounds: Integers) -> Amounts:
    ever = datetime.max.replace(tzinfo=UTC)
    if meter.reporting is not Reporting.ON_CHANGE or meter.is_virtual:
        return amounts_of(books, meter, bounds, now=ever)
    return booked(books, meter, bounds, now=ever).stepped().amounts(bounds)
