"""The comparison itself: a baseline model, its expectation for the days since the works, month by month. Pure."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from analysis.baseline import fit_calendar, fit_heat, fit_monthly_heat
from analysis.ledger.micro import Floats
from analysis.measures.measure_days import Days, MeasureDays
from config.minima import MINIMA

FEWEST_BASELINE_DAYS = 329  # CalTRACK 2.0
FEWEST_BASELINE_KNOWN = MINIMA["measure_baseline"].whole


@dataclass(frozen=True, slots=True)
class MeasureMonth:
    """One month after the works; sums over the days for which both sides are known [unit of the medium].

    `month` is its first day; None where nothing can be compared. `degree_days` [K·d] of the same days; None for media
    that do not depend on the weather. `coverage` is the share of the month's days so far that could be compared.
    """

    month: date
    expected: float | None
    target: float | None
    actual: float | None
    degree_days: float | None
    coverage: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """`sums` are expected, target and actual over the comparable days [unit of the medium], None where there is none.

    `coverage` is the share of the days so far that are comparable, `baseline_known` that of the baseline's days the
    model is fitted to, 0..1, and `baseline_sum` what was used on these; `model` says in German what it goes by.
    """

    sums: tuple[float | None, float | None, float | None]
    monthly: tuple[MeasureMonth, ...]
    coverage: float
    comparable_days: int
    baseline_known: float
    baseline_sum: float
    model: str

    @property
    def saving(self) -> float | None:
        """Expected − actual."""
        expected, _, actual = self.sums
        return None if expected is None or actual is None else expected - actual

    @property
    def saving_percent(self) -> float | None:
        """The saving as a share of what was expected; None where nothing was."""
        return None if self.saving is None or not self.sums[0] else 100 * self.saving / self.sums[0]


def compare(days: MeasureDays) -> Comparison:
    """Fit the baseline and set what it expects against what was used."""
    baseline, reporting = days.baseline, days.reporting
    usable = _usable(baseline, days.is_heat)
    known = float(usable.mean()) if len(usable) else 0.0
    if len(usable) < FEWEST_BASELINE_DAYS or known < FEWEST_BASELINE_KNOWN:
        return Comparison((None, None, None), (), 0.0, 0, known, 0.0, "")
    expected, model = _expected(days, usable)
    comparable = ~np.isnan(expected) & _usable(reporting, days.is_heat)
    promise = 1 - float(days.measure.expected_saving_percent) / 100
    monthly = _months(reporting, expected, comparable, promise, is_heat=days.is_heat)
    count = int(comparable.sum())
    total = float(expected[comparable].sum())
    sums = (total, total * promise, float(reporting.energy[comparable].sum())) if count else (None, None, None)
    share = count / len(comparable) if len(comparable) else 0.0
    return Comparison(sums, monthly, share, count, known, float(baseline.energy[usable].sum()), model)


def _usable(days: Days, is_heat: bool) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    known = ~np.isnan(days.energy)
    return np.asarray(known & ~np.isnan(days.degree_days) if is_heat else known)


def _expected(days: MeasureDays, usable: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> tuple[Floats, str]:
    baseline, reporting = days.baseline, days.reporting
    if not days.is_heat:
        chosen = np.flatnonzero(usable).tolist()
        months, types = baseline.months, baseline.types
        words = "Mittel je Monat und Tagesart des Basiszeitraums"
        calendar = fit_calendar(
            baseline.energy[usable], [months[day] for day in chosen], [types[day] for day in chosen], words=words
        )
        return calendar.expected(reporting.months, reporting.types), words
    words = "Grundlast und Gradtagzahl G20/15"
    energy, weather = baseline.energy[usable], baseline.degree_days[usable]
    if baseline.by_hand:
        heat = fit_monthly_heat(energy, weather, np.array(baseline.months)[usable], words=f"{words}, Monatswerte")
        return heat.expected(reporting.degree_days), heat.words
    heat = fit_heat(energy, np.ones(len(energy)), weather, words=words)
    return heat.expected(reporting.degree_days), words


def _months(
    reporting: Days,
    expected: Floats,
    comparable: np.ndarray[tuple[int], np.dtype[np.bool_]],
    promise: float,
    *,
    is_heat: bool,
) -> tuple[MeasureMonth, ...]:
    firsts = np.array([day.replace(day=1).toordinal() for day in reporting.dates], np.int64)
    months = []
    for first in np.unique(firsts).tolist():
        inside = firsts == first
        chosen = inside & comparable
        share = float(chosen.sum() / inside.sum())
        if not chosen.any():
            months.append(MeasureMonth(date.fromordinal(first), None, None, None, None, share))
            continue
        total = float(expected[chosen].sum())
        actual = float(reporting.energy[chosen].sum())
        weather = float(reporting.degree_days[chosen].sum()) if is_heat else None
        months.append(MeasureMonth(date.fromordinal(first), total, total * promise, actual, weather, share))
    return tuple(months)
