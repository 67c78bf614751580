"""What a meter would have shown in one of its gaps, from its comparable days: pure.

Comparable are days of the same type (open, weekend, holiday …) in the three weeks before the gap, as the metering
code's comparison method has it (VDE-AR-N 4400: same slot of a comparable day). Hour for hour of the local day the
mean of what was measured whole; a type that did not occur takes the mean of all.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from analysis.calendar_cuts import day_cuts, days, local_day
from analysis.ledger.bridging import Shape
from analysis.ledger.line import Line, Row
from analysis.ledger.micro import Floats, Integers
from config.portfolio.calendars import DayType

LOOK_BACK = timedelta(days=21)
_DAY = timedelta(days=1)
_HOUR_MS = 3_600_000
_HOURS = 25  # of the longest day


@dataclass(frozen=True, slots=True)
class ComparableDays:
    """An `Expectation` from comparable days.

    `weather_of(line, since, first, last)` tells by what the weather of each day of `[first, last]` multiplies what is
    usual on the days `[since, first)`; None: the weather does not matter.
    """

    zone: ZoneInfo
    type_of: Callable[[date], DayType]
    weather_of: Callable[[Line, date, date, date], Floats] | None = None

    def __call__(self, line: Line, first_ms: int, last_ms: int) -> Shape | None:
        """Return the gap hour by hour; None where nothing comparable was measured."""
        first, last = local_day(first_ms, self.zone), local_day(last_ms - 1, self.zone)
        usual = self._usual(line, first - LOOK_BACK, first, first_ms)
        if usual is None:
            return None
        hours, hour_of_day, day_of = self._hours(first, last + _DAY)
        bounds = np.unique(np.clip(hours, first_ms, last_ms))
        at = np.searchsorted(hours, bounds[:-1], side="right") - 1
        types = [self.type_of(day) for day in days(first, last + _DAY)]
        amounts = np.array([usual.per_hour(types[day_of[one]], int(hour_of_day[one])) for one in at])
        if self.weather_of is not None:
            amounts *= self.weather_of(line, first - LOOK_BACK, first, last)[day_of[at]]
        return Shape(bounds, amounts * np.diff(bounds) / _HOUR_MS)

    def _usual(self, line: Line, since: date, until: date, before_ms: int) -> "_Usual | None":
        hours, hour_of_day, day_of = self._hours(since, until + _DAY)
        inside = hours <= before_ms
        pieces = np.diff(line.cut(hours[inside]), axis=1)
        count = pieces.shape[1]
        whole = pieces[Row.MEASURED] == np.diff(hours[inside])
        if not whole.any():
            return None
        types = [self.type_of(day) for day in days(since, until + _DAY)]
        return _Usual.of(pieces[Row.AMOUNT], whole, hour_of_day[:count], [types[one] for one in day_of[:count]])

    def _hours(self, start: date, end: date) -> tuple[Integers, Integers, Integers]:
        """Return the hours of the local days `[start, end)`: their bounds [ms], and of each its hour and its day."""
        midnights = day_cuts(start, end, self.zone)
        bounds = np.arange(midnights[0], midnights[-1] + 1, _HOUR_MS, dtype=np.int64)
        day_of = np.searchsorted(midnights, bounds[:-1], side="right") - 1
        return bounds, (bounds[:-1] - midnights[day_of]) // _HOUR_MS, day_of


@dataclass(frozen=True, slots=True)
class _Usual:
    """Means per type of day and hour; `overall` (25) of all types, nan where an hour never was measured whole."""

    by_type: dict[DayType, Floats]
    overall: Floats
    mean: float

    @classmethod
    def of(cls, amounts: Integers, whole: NDArray[np.bool_], hours: Integers, types: list[DayType]) -> "_Usual":
        kinds = np.array(types)
        by_type = {kind: _means(amounts, hours, whole & (kinds == kind)) for kind in set(types)}
        return cls(by_type, _means(amounts, hours, whole), float(amounts[whole].mean()))

    def per_hour(self, kind: DayType, hour: int) -> float:
        """Return the amount [micro-units] that is usual in an hour of the local day."""
        own = self.by_type[kind][hour] if kind in self.by_type else np.nan
        found = self.overall[hour] if np.isnan(own) else own
        return self.mean if np.isnan(found) else float(found)


def _means(amounts: Integers, hours: Integers, chosen: NDArray[np.bool_]) -> Floats:
    counts = np.bincount(hours[chosen], minlength=_HOURS)
    sums = np.bincount(hours[chosen], weights=amounts[chosen], minlength=_HOURS)
    return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)
