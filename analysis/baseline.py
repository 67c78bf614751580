"""Baseline models: what a building would have used. Pure functions on daily or monthly arrays."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis.ledger.micro import Floats, Integers
from config.portfolio.calendars import DayType

FEWEST_MONTHS = 6


@dataclass(frozen=True, slots=True)
class HeatModel:
    """Heat = base [kWh/day] + slope [kWh per degree day] × degree days; both are never negative."""

    base_per_day: float
    per_degree_day: float
    words: str

    def expected(self, degree_days: Floats) -> Floats:
        """Return the expected heat [kWh] of each day from its degree days [K·d]."""
        return self.base_per_day + self.per_degree_day * degree_days


@dataclass(frozen=True, slots=True)
class CalendarModel:
    """Mean per day of each (month, day type), with the mean of the day type where that pair never occurred."""

    means: dict[tuple[int, DayType], float]
    by_type: dict[DayType, float]
    mean: float
    words: str

    def expected(self, months: Sequence[int], types: Sequence[DayType]) -> Floats:
        """Return the expected consumption of each day from its month (1..12) and day type."""
        return np.array(
            [
                self.means.get((month, kind), self.by_type.get(kind, self.mean))
                for month, kind in zip(months, types, strict=True)
            ]
        )


def fit_heat(energy: Floats, day_counts: Floats, degree_days: Floats, *, words: str = "") -> HeatModel:
    """Fit base and slope by least squares; rows are days (`day_counts` 1) or months.

    A negative slope leaves the plain mean, a negative base the plain ratio to the degree days (two-parameter model,
    domain of ASHRAE Guideline 14, with non-negative coefficients).
    """
    ratio = float(energy.sum() / degree_days.sum()) if degree_days.sum() > 0 else 0.0
    mean = float(energy.sum() / day_counts.sum())
    if ratio == 0.0:
        return HeatModel(mean, 0.0, words)
    # One row per day or month, weighted by its days: months of 31 days do not count less than those of 28.
    weights = 1 / np.sqrt(day_counts)
    columns = np.stack([day_counts, degree_days], axis=1) * weights[:, None]
    (base, slope), _, rank, _ = np.linalg.lstsq(columns, energy * weights, rcond=None)
    if rank < 2:  # the weather never changed: nothing tells base and weather part apart
        return HeatModel(0.0, ratio, words)
    if slope < 0:
        return HeatModel(mean, 0.0, words)
    return HeatModel(0.0, ratio, words) if base < 0 else HeatModel(float(base), float(slope), words)


def fit_monthly_heat(energy: Floats, degree_days: Floats, months: Integers, *, words: str = "") -> HeatModel:
    """Fit daily values summed by month: where days are shares of reading intervals, only sums mean something.

    With fewer than six months only the ratio of the sums is left.
    """
    present = np.unique(months)
    rows = np.stack([energy, np.ones(len(energy)), degree_days])
    sums = np.stack([rows[:, months == month].sum(axis=1) for month in present], axis=1)
    if len(present) < FEWEST_MONTHS:
        sums = sums.sum(axis=1, keepdims=True)
    return fit_heat(sums[0], sums[1], sums[2], words=words)


def fit_calendar(
    energy: Floats, months: Sequence[int], types: Sequence[DayType], *, words: str = ""
) -> CalendarModel:
    """Average the days of each month and day type; the month keeps the season, the type the use of the building."""
    pairs: dict[tuple[int, DayType], list[float]] = {}
    kinds: dict[DayType, list[float]] = {}
    for value, month, kind in zip(energy.tolist(), months, types, strict=True):
        pairs.setdefault((month, kind), []).append(value)
        kinds.setdefault(kind, []).append(value)
    return CalendarModel(
        {pair: float(np.mean(values)) for pair, values in pairs.items()},
        {kind: float(np.mean(values)) for kind, values in kinds.items()},
        float(np.mean(energy)),
        words,
    )
