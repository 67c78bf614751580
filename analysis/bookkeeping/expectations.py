"""What a meter is expected to show in its gaps: by comparable days, and by the weather where the policy wants it."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from analysis.baseline import fit_heat
from analysis.bookkeeping.comparable_days import ComparableDays
from analysis.books import Books
from analysis.calendar_cuts import day_cuts
from analysis.ledger.bridging import Expectation
from analysis.ledger.line import Line, Row
from analysis.ledger.micro import Floats
from analysis.weather import daily_temperatures, degree_days_of
from config.errors import InsufficientData
from config.meters.ledger_policy import Filling, Spreading
from config.meters.meter import Meter
from config.portfolio.calendars import DayType, PropertyCalendar

FEWEST_DAYS = 10
_DAY = timedelta(days=1)


def expectation_of(books: Books, meter: Meter) -> Expectation | None:
    """Return what shapes a meter's gaps; None where its policy wants straight lines and no estimates."""
    policy = meter.policy
    if policy.spread is Spreading.LINEAR and policy.fill is Filling.NONE:
        return None
    place = books.portfolio.property(meter.property_id)
    calendar = PropertyCalendar(place, books.portfolio.district.state, books.zone)
    wants_weather = policy.spread is Spreading.MODEL or policy.fill is Filling.MODEL
    return ComparableDays(books.zone, TypesOfDays(calendar), WeatherResponse(books) if wants_weather else None)


@dataclass(frozen=True, slots=True)
class TypesOfDays:
    """The type of a day; where the school holidays are not known, a weekday is like any other."""

    calendar: PropertyCalendar

    def __call__(self, day: date) -> DayType:
        """Return the type of a local day."""
        try:
            return self.calendar.day_type(day)
        except InsufficientData:
            return DayType.OPEN


@dataclass(frozen=True, slots=True)
class WeatherResponse:
    """How a meter answered to the weather just before a gap: base load and degree days, as in `baseline`."""

    books: Books

    def __call__(self, line: Line, since: date, first: date, last: date) -> Floats:
        """Return for each day of `[first, last]` how many times the mean day of `[since, first)` it makes expect.

        1 where the weather of a day is not known, and for all where too few measured days tell how it matters.
        """
        celsius = daily_temperatures(self.books, since, last + _DAY).celsius
        degrees = degree_days_of(np.array(celsius, np.float64))
        before = (first - since).days
        bounds = day_cuts(since, first, self.books.zone)
        pieces = np.diff(line.cut(bounds), axis=1)
        known = (pieces[Row.MEASURED] == np.diff(bounds)) & np.isfinite(degrees[:before])
        if known.sum() < FEWEST_DAYS:
            return np.ones(len(degrees) - before)
        energy = pieces[Row.AMOUNT][known].astype(np.float64)
        model = fit_heat(energy, np.ones(len(energy)), degrees[:before][known])
        mean = float(energy.mean())
        expected = model.expected(degrees[before:]) / mean if mean > 0 else np.ones(len(degrees) - before)
        return np.where(np.isfinite(expected), expected, 1.0)
