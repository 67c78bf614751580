"""Water that never stops: a smallest hourly flow above zero in three nights running. Growing is urgent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Final

from alerts.findings import CLEAR, NO_DATA, Chart, Circumstances, Finding, Judged
from alerts.periods import Period, due_nights, night_of
from alerts.rules.water_runs_at_night_texts import leak_words
from analysis.books import Books
from analysis.charts import night_flow_chart
from analysis.meters.night_flow import NightFlow, night_flow
from config.meters.meter import ByHandSource, Meter
from config.portfolio.portfolio import Portfolio
from gateway.operations import Outcome

NIGHTS_RUNNING: Final = 3
GROWTH: Final = 1.25  # last night against the first of the last three
LONGEST_RUN: Final = 30  # nights looked back for the number that the mail names
_CHARTED_NIGHTS: Final = 14
_HOURS: Final = 24
_DAYS: Final = 365


def judge_nights(
    nights: Sequence[NightFlow],
    meter: Meter,
    price_eur_per_m3: Decimal | None,
    *,
    open_since: datetime | None = None,
) -> Judged:
    """Judge the last of some nights in ascending order. A night without data ends the run: it proves nothing.

    A run may be longer than what is looked back over: then it goes on since its alert was opened (`open_since`).
    """
    last = nights[-1]
    if last.minimum_m3_h is None:
        return NO_DATA
    running = running_nights(nights)
    if not running:
        return CLEAR
    growing, is_longer = is_growing(running), len(running) >= LONGEST_RUN
    began = running[0].start
    cost_eur_per_day = None if price_eur_per_m3 is None else last.minimum_m3_h * _HOURS * float(price_eur_per_m3)
    finding = Finding(
        severity="urgent" if growing else "warning",
        since=min(began, open_since) if is_longer and open_since is not None else began,
        start=began,
        end=last.end,
        value=last.minimum_m3_h,
        expected=0.0,
        threshold=0.0,
        unit="m3/h",
        cost_eur_per_day=cost_eur_per_day,
        cost_eur_per_year=None if cost_eur_per_day is None else cost_eur_per_day * _DAYS,
        words=leak_words(meter, running, growing=growing, is_longer=is_longer),
    )
    return Judged(Outcome.FIRING if len(running) >= NIGHTS_RUNNING else Outcome.PENDING, finding)


def running_nights(nights: Sequence[NightFlow]) -> list[NightFlow]:
    """Return the nights up to the last, in ascending order, between which the water was never seen to stop."""
    running: list[NightFlow] = []
    for night in reversed(nights):
        if not night.minimum_m3_h:
            break
        running.insert(0, night)
    return running


def is_growing(running: Sequence[NightFlow]) -> bool:
    """Whether the flow rose from night to night over the last three, and by a quarter in all."""
    flows = [night.minimum_m3_h or 0.0 for night in running[-NIGHTS_RUNNING:]]
    rising = all(before < after for before, after in pairwise(flows))
    return len(flows) == NIGHTS_RUNNING and rising and flows[-1] >= GROWTH * flows[0]


@dataclass(frozen=True, slots=True)
class WaterRunsAtNight:
    """Watches every main water meter that speaks at least hourly."""

    id: str = "water_runs_at_night"
    cron: Mapping[str, str] = field(default_factory=lambda: {"hour": "6", "minute": "31"})
    looks_back: timedelta = timedelta(days=LONGEST_RUN)

    def subjects(self, portfolio: Portfolio) -> tuple[str, ...]:
        """Return the ids of the water meters that are watched."""
        return tuple(meter.id for meter in portfolio.meters.values() if _is_watched(meter))

    def property_of(self, portfolio: Portfolio, subject: str) -> str:
        """Return the meter's property."""
        return portfolio.meter(subject).property_id

    def due(self, portfolio: Portfolio, subject: str, after: datetime | None, now: datetime) -> list[Period]:  # noqa: ARG002 - every rule is asked alike
        """Return the nights that are due."""
        return due_nights(portfolio.district.zone, after, now)

    def judge(self, books: Books, subject: str, period: Period, circumstances: Circumstances) -> Judged:
        """Judge one night by those before it."""
        meter = books.portfolio.meter(subject)
        night = night_of(period, books.zone)
        nights = _nights(books, subject, period)
        price = books.portfolio.price_eur(meter.medium_id, night)
        judged = judge_nights(nights, meter, price, open_since=circumstances.open_since)
        if judged.finding is None:
            return judged

        def chart() -> Chart:
            shown = [night_flow(books, subject, night - timedelta(days=ago)) for ago in range(_CHARTED_NIGHTS)]
            return night_flow_chart(shown[::-1])

        return replace(judged, finding=replace(judged.finding, chart=chart))


def _is_watched(meter: Meter) -> bool:
    speaks_hourly = meter.interval <= timedelta(hours=1) and not isinstance(meter.source, ByHandSource)
    return meter.medium_id == "water" and speaks_hourly and not meter.is_virtual and meter.sub_meter_of is None


def _nights(books: Books, meter_id: str, period: Period) -> list[NightFlow]:
    """Return the night and as many before it as the run lasts, ascending."""
    last = night_of(period, books.zone)
    nights: list[NightFlow] = []
    for ago in range(LONGEST_RUN):
        nights.insert(0, night_flow(books, meter_id, last - timedelta(days=ago)))
        if not nights[0].minimum_m3_h:
            break
    return nights
