"""Whether an energy-saving measure works: expected consumption without it against what was used."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from analysis.books import Books
from analysis.figures import Figure


class Verdict(StrEnum):
    """What can be said about a measure today."""

    WORKS = "works"
    NOT_CERTAIN = "not_certain"
    DOES_NOT_WORK = "does_not_work"
    INSUFFICIENT_DATA = "insufficient_data"


@dataclass(frozen=True, slots=True)
class MeasureMonth:
    """One month after the works; sums over the days for which both sides are known [unit of the medium].

    `month` is its first day; None where nothing can be compared. `degree_days` [K·d] of the same days; None for media
    that do not depend on the weather.
    """

    month: date
    expected: float | None
    target: float | None
    actual: float | None
    degree_days: float | None
    coverage: float


@dataclass(frozen=True, slots=True)
class MeasureProgress:
    """A measure to date: `[since, until)` are the local days after the works that were looked at.

    `baseline_kwh` is the consumption of the baseline period, `expected_kwh` what the baseline model gives for the
    weather and calendar since the works, `target_kwh` what the promised saving leaves of it, `actual_kwh` what was
    used; `saving_kwh` = expected − actual. Figures are in the medium's unit (m3 for water, kWh Hs for gas).
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


def measure_progress(books: Books, measure_id: str, *, now: datetime) -> MeasureProgress:
    """Return how a measure does at `now`; raises `NotFound`."""
    raise NotImplementedError
