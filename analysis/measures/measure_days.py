"""The days that a measure is judged on: energy, degree days and day types, before and after the works."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Final

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


_NO_DAYS: Final = Days((), np.empty(0), np.empty(0), (), by_hand=False)


def measure_days(books: Books, measure_id: str, *, now: datetime) -> MeasureDays:
    """Read the days of a measure; the running day is left out. Raises `NotFound`."""
    measure = books.portfolio.measure(measure_id)
    place = books.portfolio.property(measure.property_id)
    meters = _meters_of(place, measure.medium_id)
    since, until = measure.works.end, max(measure.works.end, now.astimezone(books.zone).date())
    unit, is_heat = MEDIA[measure.medium_id].unit, measure.medium_id in HEAT_MEDIA
    if not meters:
        return MeasureDays(measure, unit, is_heat, since, until, _NO_DAYS, _NO_DAYS, reason="no_meter")
    days = _Reading(books, place, meters, now)
    before = days.amounts(measure.baseline.start, measure.baseline.end)
    after = days.amounts(since, until) if until > since else None
    bare = MeasureDays(
        measure=measure,
        unit=unit,
        is_heat=is_heat,
        since=since,
        until=until,
        baseline=days.of(before, measure.baseline.start, measure.baseline.end),
        reporting=_NO_DAYS if after is None else days.of(after, since, until),
        reference=reference_in_common(meters),
        meters=tuple(meter.id for meter in meters),
    )
    return _with_knowledge(bare, before, after)


def _with_knowledge(days: MeasureDays, before: Amounts, after: Amounts | None) -> MeasureDays:
    total = before.total()
    return replace(
        days,
        baseline_total=None if total is None else float(total),
        baseline_coverage=coverage([before]),
        baseline_quality=quality([before]),
        quality={} if after is None else quality([after]),
    )


def _meters_of(place: Property, medium_id: str) -> tuple[Meter, ...]:
    """The main meters; where a medium has sub-meters alone, these."""
    found = main_meters(place, {medium_id})
    return found or tuple(meter for meter in place.meters if meter.medium_id == medium_id)


@dataclass(frozen=True, slots=True)
class _Reading:
    """The local days of a property's meters as of `now`, summed up on the reference that they have in common."""

    books: Books
    place: Property
    meters: tuple[Meter, ...]
    now: datetime

    def amounts(self, start: date, end: date) -> Amounts:
        on = reference_in_common(self.meters)
        parts = ((one, daily_amounts(self.books, one, start, end, now=self.now)) for one in self.meters)
        return combined([(share_on(one, on), amounts) for one, amounts in parts])

    def of(self, amounts: Amounts, start: date, end: date) -> Days:
        dates = tuple(days(start, end))
        calendar = PropertyCalendar(self.place, self.books.portfolio.district.state, self.books.zone)
        return Days(
            dates=dates,
            energy=np.where(wholly_known(amounts), amounts.floats(), np.nan),
            degree_days=daily_degree_days(self.books, start, end, now=self.now),
            types=tuple(calendar.day_type(day) for day in dates),
            by_hand=bool(amounts.spans_ms[Row.BY_HAND].sum() > amounts.spans_ms[Row.MEASURED].sum()),
        )
