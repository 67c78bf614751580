"""When the properties of the sample district are in use, hour by hour."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from config.portfolio.calendars import DayType, PropertyCalendar
from config.portfolio.portfolio import Portfolio
from config.portfolio.properties import OpeningHours, Property
from zaehlwerk.demo.history.hours import Floats, Hours

_RESTING = frozenset({DayType.HOLIDAY, DayType.SCHOOL_HOLIDAY, DayType.CLOSED})


@dataclass(frozen=True, slots=True)
class Use:
    """One value per hour: `present` 0..1 (share of the hour within opening hours), `resting` (holidays, closed)."""

    present: Floats
    resting: NDArray[np.bool_]


def use_of(place: Property, portfolio: Portfolio, hours: Hours, days: Sequence[date]) -> Use:
    """Return when a property is in use; lighting, say, has no opening hours and is never in use."""
    calendar = PropertyCalendar(place, portfolio.district.state, portfolio.district.zone)
    resting = np.fromiter((calendar.day_type(day) in _RESTING for day in days), np.bool_, len(days))[hours.day_index]
    present = np.zeros(len(hours))
    for opening in place.calendar.open:
        present = np.maximum(present, _open(opening, hours))
    return Use(np.where(resting, 0.0, present), resting)


def _open(opening: OpeningHours, hours: Hours) -> Floats:
    opens, closes = (moment.hour + moment.minute / 60 for moment in (opening.opens, opening.closes))
    share = np.clip(hours.hour_of_day + 1 - opens, 0, 1) - np.clip(hours.hour_of_day + 1 - closes, 0, 1)
    return np.where(np.isin(hours.weekday, list(opening.weekdays)), share, 0.0)
