"""Refused readings of the future, as events of their meters: one per day and source, for people to see."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

from config.portfolio.portfolio import Portfolio
from gateway.operations import MeterEventRow, Operations
from gateway.reading import Refused, instant, milliseconds
from zaehlwerk.noticing.words import about, local

KIND: Final = "future_reading"
REASON: Final = "future_time"
# A stamp of the last day of the year 9999 is one of the year 10000 elsewhere, which no calendar of ours can tell.
_CALENDAR_ENDS_MS: Final = milliseconds(datetime(9999, 12, 30, tzinfo=UTC))


def keep_times_to_come(
    refused: Sequence[Refused], portfolio: Portfolio, operations: Operations, *, now: datetime
) -> set[str]:
    """Record which meters sent readings of the future, and return of which that is new.

    What is recorded of the day and source already stays.
    """
    zone = portfolio.district.zone
    first: dict[str, MeterEventRow] = {}
    for one in refused:
        for meter_id in one.meter.split(","):
            if meter_id in portfolio.meters and one.claimed_ms is not None:
                event = future_event(meter_id, one, one.claimed_ms, zone, now=now)
                first.setdefault(event.id, event)
    news = [event for event in first.values() if operations.events.find(event.id) is None]
    for event in news:
        operations.events.record(event)
    return {event.meter for event in news}


def future_event(meter_id: str, refused: Refused, claimed_ms: int, zone: ZoneInfo, *, now: datetime) -> MeterEventRow:
    """Return the event of a refused reading; its time is when it arrived."""
    arrived = min(instant(refused.time_ms), now)
    day_ms = milliseconds(arrived.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0, fold=0))
    claimed = instant(min(claimed_ms, _CALENDAR_ENDS_MS))
    return MeterEventRow(
        id=f"{meter_id}:{KIND}:{day_ms}:{refused.source}",
        meter=meter_id,
        kind=KIND,
        time=arrived,
        old_end=None,
        new_start=None,
        serial=None,
        digits=None,
        factor=None,
        detail=f"{about(claimed - arrived)} voraus (Zeitstempel {local(claimed, zone)}), nicht übernommen",
        state="noticed",
        author=refused.source[:120],
        recorded_at=now,
    )
