"""Whether an energy-saving measure works: expected consumption without it against what was used."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from analysis.books import Books
from analysis.figures import Figure
from analysis.measures.measure_core import Comparison, MeasureMonth, compare
from analysis.measures.measure_days import MeasureDays, measure_days
from analysis.measures.measure_verdict import Verdict, judge

__all__ = ["MeasureMonth", "MeasureProgress", "Verdict", "measure_progress"]


@dataclass(frozen=True, slots=True)
class MeasureProgress:
    """A measure to date: `[since, until)` are the local days after the works that were looked at.

    `baseline_kwh` is the consumption of the baseline period, `expected_kwh` what the baseline model gives for the
    weather and calendar since the works, `target_kwh` what the promised saving leaves of it, `actual_kwh` what was
    used; `saving_kwh` = expected − actual. Figures are in the medium's unit (m3 for water, kWh for energy, of fuels
    on `reference`) and add up the days for which both sides are known; their coverage is the share of these days.
    `target_missed`: the promise lies outside the noise band (± 5 points) of the saving that was seen.
    """

    measure_id: str
    property_id: str
    medium_id: str
    title: str
    unit: str
    since: date
    until: date
    baseline_kwh: Figure
    expected_kwh: Figure
    target_kwh: Figure
    actual_kwh: Figure
    saving_kwh: Figure
    saving_percent: Figure
    expected_saving_percent: float
    model: str
    monthly: tuple[MeasureMonth, ...]
    target_missed: bool
    verdict: Verdict
    verdict_text: str
    reference: str | None = None


def measure_progress(books: Books, measure_id: str, *, now: datetime) -> MeasureProgress:
    """Return how a measure does at `now`, up to the end of the day before; raises `NotFound`.

    Heat is compared by a model of base load and degree days, electricity and water by the mean of the same month and
    day type of the baseline period. Nothing is said (`insufficient_data`) on less than 329 days of baseline, on one
    that is known to less than 90 % (both CalTRACK 2.0), before 30 comparable days have passed, or for heat before a
    twelfth of a year's expected use has.
    """
    days = measure_days(books, measure_id, now=now)
    comparison = compare(days)
    judgement = judge(comparison, days)
    measure, (expected, target, actual) = days.measure, comparison.sums
    return MeasureProgress(
        measure_id=measure.id,
        property_id=measure.property_id,
        medium_id=measure.medium_id,
        title=measure.title,
        unit=days.unit,
        since=days.since,
        until=days.until,
        baseline_kwh=_baseline(days),
        expected_kwh=_figure(expected, comparison, days),
        target_kwh=_figure(target, comparison, days),
        actual_kwh=_figure(actual, comparison, days),
        saving_kwh=_figure(comparison.saving, comparison, days),
        saving_percent=replace(_figure(comparison.saving_percent, comparison, days), unit="%", reference=None),
        expected_saving_percent=float(measure.expected_saving_percent),
        model=comparison.model,
        monthly=comparison.monthly,
        target_missed=judgement.target_missed,
        verdict=judgement.verdict,
        verdict_text=judgement.text,
        reference=days.reference,
    )


def _figure(value: float | None, comparison: Comparison, days: MeasureDays) -> Figure:
    reason = None if value is not None else days.reason or "insufficient_data"
    return Figure(
        value,
        days.unit,
        comparison.coverage,
        days.quality,
        reason=reason,
        source=comparison.model,
        reference=days.reference,
        meters=days.meters,
    )


def _baseline(days: MeasureDays) -> Figure:
    reason = None if days.baseline_total is not None else days.reason or "insufficient_data"
    return Figure(
        days.baseline_total,
        days.unit,
        days.baseline_coverage,
        days.baseline_quality,
        reason=reason,
        reference=days.reference,
        meters=days.meters,
    )
