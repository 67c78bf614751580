"""The days that a measure is judged on: energy, degree days and day types, before and after the works."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

import numpy as np

from analysis.books import Books
from analysis.calendar_cuts import days
from analysis.known_amounts import coverage, quality, wholly_known
from analysis.ledger.amounts import Amounts, combined
from analysis.ledger.line import Row
from analysis.ledger.micro import Floats
from analysis.meters.meter_amounts import daily_amounts
from analysis.property_meters import HEAT, main_meters, reference_in_common, share_on
from analysis.weather import daily_degree_days
from config.meters.meter import Meter
from config.portfolio.calendars import DayType, PropertyCalendar
from config.portfolio.properties import Measure, Property
from config.quantities import MEDIA

HEAT_MEDIA = HEAT | {"heat_meter"}


@dataclass(frozen=True, slots=True)
class Days:
    """Consecutive local days: `energy` [unit of the medium] and `degree_days` [K·d] are nan where not known.

    `by_hand` says that days are shares of longer reading intervals: only their sums mean something.
    """

    dates: tuple[date, ...]
    energy: Floats
    degree_days: Floats
    types: tuple[DayType, ...]
    by_hand: bool

    @property
    def months(self) -> list[int]:
        """Month (1..12) of each day."""
        return [day.month for day in self.dates]


@dataclass(frozen=True, slots=True)
class MeasureDays:
    """A measure with its days before and after; `reason` says why there are none.

    `reference` is what energy of fuels is told on: that of the meters; Hi where they differ.
    """

    measure: Measure
    unit: str
    is_heat: bool
    since: date
    until: date
    baseline: Days
    reporting: Days
    reference: str | None = None
    meters: tuple[str, ...] = ()
    baseline_total: float | None = None
    baseline_coverage: float = 0.0
    baseline_quality: Mapping[str, float] = field(default_factory=dict)
    quality: Mapping[str, float] = field(default_factory=dict)
    reason: str | None = None


def measure_days(books: Books, measure_id: str, *, now: datetime) -> MeasureDays:
    """Read the days of a measure; the running day is left out. Raises `NotFound`."""
    measure = books.portfolio.measure(measure_id)
    place = books.portfolio.property(measure.property_id)
    meters = main_meters(place, {measure.medium_id}) or tuple(
        meter for meter in place.meters if meter.medium_id == measure.medium_id
    )
    since, until = measure.works.end, max(measure.works.end, now.astimezone(books.zone).date())
    unit, is_heat = MEDIA[measure.medium_id].unit, measure.medium_id in HEAT_MEDIA
    nothing = Days((), np.empty(0), np.empty(0), (), by_hand=False)
    if not meters:
        return MeasureDays(measure, unit, is_heat, since, until, nothing, nothing, reason="no_meter")
    before = _sum(books, meters, measure.baseline.start, measure.baseline.end, now)
    after = _sum(books, meters, since, until, now) if until > since else None
    baseline_total = before.total()
    return MeasureDays(
        measure=measure,
        unit=unit,
        is_heat=is_heat,
        since=since,
        until=until,
        baseline=_days(books, place, before, measure.baseline.start, measure.baseline.end, now),
        reporting=nothing if after is None else _days(books, place, after, since, until, now),
        reference=reference_in_common(meters),
        meters=tuple(meter.id for meter in meters),
        baseline_total=None if baseline_total is None else float(baseline_total),
        baseline_coverage=coverage([before]),
        baseline_quality=quality([before]),
        quality={} if after is None else quality([after]),
    )


def _sum(books: Books, meters: tuple[Meter, ...], start: date, end: date, now: datetime) -> Amounts:
    on = reference_in_common(meters)
    return combined([(share_on(meter, on), daily_amounts(books, meter, start, end, now=now)) for meter in meters])


def _days(books: Books, place: Property, amounts: Amounts, start: date, end: date, now: datetime) -> Days:
    dates = tuple(days(start, end))
    district = books.portfolio.district
    calendar = PropertyCalendar(place, district.state, books.zone)
    return Days(
        dates=dates,
        energy=np.where(wholly_known(amounts), amounts.floats(), np.nan),
        degree_days=daily_degree_days(books, start, end, now=now),
        types=tuple(calendar.day_type(day) for day in dates),
        by_hand=bool(amounts.spans_ms[Row.BY_HAND].sum() > amounts.spans_ms[Row.MEASURED].sum()),
    )
