"""An energy-saving measure saves less than was promised, seen at the end of each month after its works."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from alerts.findings import CLEAR, NO_DATA, Chart, Circumstances, Finding, Judged
from alerts.periods import Period, due_months
from alerts.rules.measure_target_missed_texts import missed_words
from analysis.books import Books
from analysis.charts import measure_chart
from analysis.measures.measures import MeasureProgress, Verdict, measure_progress
from config.portfolio.portfolio import Portfolio
from gateway.operations import Outcome

_DAYS: Final = 365


def judge_progress(progress: MeasureProgress, zone: ZoneInfo, price_eur_per_unit: Decimal | None) -> Judged:
    """Judge how a measure does. Too little data is no success and no failure."""
    saving, actual, target = progress.saving_percent.value, progress.actual_kwh.value, progress.target_kwh.value
    if progress.verdict is Verdict.INSUFFICIENT_DATA or saving is None or actual is None or target is None:
        return NO_DATA
    if not progress.target_missed:
        return CLEAR
    days = max(1, (progress.until - progress.since).days)
    cost_eur_per_day = None if price_eur_per_unit is None else (actual - target) / days * float(price_eur_per_unit)
    since = datetime.combine(progress.since, time(), zone).astimezone(UTC)
    finding = Finding(
        severity="warning",
        since=since,
        start=since,
        end=datetime.combine(progress.until, time(), zone).astimezone(UTC),
        value=saving,
        expected=progress.expected_saving_percent,
        threshold=progress.expected_saving_percent,
        unit="%",
        cost_eur_per_day=cost_eur_per_day,
        cost_eur_per_year=None if cost_eur_per_day is None else cost_eur_per_day * _DAYS,
        words=missed_words(progress),
    )
    return Judged(Outcome.FIRING, finding)


@dataclass(frozen=True, slots=True)
class MeasureTargetMissed:
    """Watches every measure whose works have ended."""

    id: str = "measure_target_missed"
    cron: Mapping[str, str] = field(default_factory=lambda: {"day": "3", "hour": "6", "minute": "31"})
    looks_back: None = None  # the baseline lies years back

    def subjects(self, portfolio: Portfolio) -> tuple[str, ...]:
        """Return the ids of all measures."""
        return tuple(portfolio.measures)

    def property_of(self, portfolio: Portfolio, subject: str) -> str:
        """Return the measure's property."""
        return portfolio.measure(subject).property_id

    def due(self, portfolio: Portfolio, subject: str, after: datetime | None, now: datetime) -> list[Period]:
        """Return the whole months after the works that are due."""
        return due_months(portfolio.district.zone, portfolio.measure(subject).works.end, after, now)

    def judge(self, books: Books, subject: str, period: Period, circumstances: Circumstances) -> Judged:  # noqa: ARG002 - every rule is asked alike
        """Judge the measure as it stood at the end of the month."""
        progress = measure_progress(books, subject, now=period.end)
        last_day = (period.end.astimezone(books.zone) - timedelta(days=1)).date()
        judged = judge_progress(progress, books.zone, books.portfolio.price_eur(progress.medium_id, last_day))
        if judged.finding is None:
            return judged

        def chart() -> Chart:
            return measure_chart(progress)

        return replace(judged, finding=replace(judged.finding, chart=chart))
