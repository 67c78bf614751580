"""A meter says nothing for longer than is normal for it; one that never spoke has a day to begin."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from alerts.findings import CLEAR, NO_DATA, Chart, Circumstances, Finding, Judged
from alerts.periods import Period, due_hours
from alerts.rules.meter_silent_texts import silence_words
from analysis.books import Books
from analysis.charts import silence_chart
from analysis.meters.silence import Silence, silence
from config.meters.meter import ByHandSource, Meter, ModbusSource, MqttSource
from config.portfolio.portfolio import Portfolio
from gateway.operations import Outcome

BEGINNERS_HAVE: Final = timedelta(hours=24)
_CHARTED: Final = timedelta(days=2)
_CHARTED_READINGS_BY_HAND: Final = 8


def judge_silence(
    found: Silence | None, meter: Meter, zone: ZoneInfo, *, now: datetime, open_since: datetime | None
) -> Judged:
    """Judge a silence at `now`. A meter that never spoke is counted from when its alert was opened."""
    if found is None:
        return CLEAR
    began = found.since or open_since or now
    limit = found.allowed if found.since else max(BEGINNERS_HAVE, found.allowed)
    return Judged(
        Outcome.FIRING if found.since or now - began >= limit else Outcome.PENDING,
        Finding(
            severity="warning",
            since=began,
            start=began - _charted(found, meter),
            end=now,
            value=(now - began) / timedelta(hours=1),
            expected=meter.interval / timedelta(hours=1),
            threshold=limit / timedelta(hours=1),
            unit="h",
            cost_eur_per_day=None,
            cost_eur_per_year=None,
            words=silence_words(found, meter, zone, now=now),
            source=source_of(meter),
        ),
    )


def _charted(found: Silence, meter: Meter) -> timedelta:
    """How much of the time before the silence the chart shows: enough to see how the meter used to speak."""
    return _CHARTED_READINGS_BY_HAND * found.allowed if isinstance(meter.source, ByHandSource) else _CHARTED


def source_of(meter: Meter) -> str | None:
    """Return the id of the bus or broker that a meter's readings come through; None for people and files."""
    match meter.source:
        case ModbusSource(bus=bus):
            return bus
        case MqttSource(broker=broker):
            return broker
        case _:
            return None


@dataclass(frozen=True, slots=True)
class MeterSilent:
    """Watches every meter that is not calculated, hour by hour."""

    id: str = "meter_silent"
    cron: Mapping[str, str] = field(default_factory=lambda: {"minute": "2"})
    looks_back: timedelta = timedelta(days=2)

    def subjects(self, portfolio: Portfolio) -> tuple[str, ...]:
        """Return the ids of all meters with readings of their own."""
        return tuple(meter.id for meter in portfolio.meters.values() if not meter.is_virtual)

    def property_of(self, portfolio: Portfolio, subject: str) -> str:
        """Return the meter's property."""
        return portfolio.meter(subject).property_id

    def due(self, portfolio: Portfolio, subject: str, after: datetime | None, now: datetime) -> list[Period]:  # noqa: ARG002 - every rule is asked alike
        """Return the hours that are due."""
        return due_hours(after, now)

    def judge(self, books: Books, subject: str, period: Period, circumstances: Circumstances) -> Judged:
        """Judge the silence at the end of the hour."""
        found = silence(books, subject, now=period.end)
        if found is None:
            return CLEAR
        if circumstances.just_back:
            return NO_DATA
        meter = books.portfolio.meter(subject)
        judged = judge_silence(found, meter, books.zone, now=period.end, open_since=circumstances.open_since)
        return _with_chart(judged, books, meter, found)


def _with_chart(judged: Judged, books: Books, meter: Meter, found: Silence) -> Judged:
    if judged.finding is None or found.since is None:
        return judged
    finding = judged.finding

    def chart() -> Chart:
        last_readings = books.store.read(meter.id, meter.quantity, finding.start, finding.end)
        return silence_chart(last_readings, found, meter, books.zone, now=finding.end)

    return replace(judged, finding=replace(finding, chart=chart))
