"""Which meters send, or have stored, readings of the future: said on their pages, so that nobody finds them empty."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from analysis.meters.future_readings import KIND
from api.evidence import Evidence
from config.clocks import CLOCK_SLACK
from config.meters.meter import Meter
from gateway.refused import BY_HAND

_LATELY = timedelta(days=2)
_REMEMBERED = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class ClockAhead:
    """A meter whose clock, or whose sender's, was ahead lately; `source` is empty for readings that are stored."""

    meter: Meter
    seen_at: datetime
    detail: str
    source: str


def clocks_ahead(evidence: Evidence) -> list[ClockAhead]:
    """Return them for all meters: refused lately, the newest of each meter and source first, then stored ones."""
    return evidence.remembered.get("clocks ahead", lambda: _found(evidence), lasting=_REMEMBERED)


def clock_ahead(evidence: Evidence, meter_id: str) -> ClockAhead | None:
    """Return what is to be said of one meter; None while its readings have times that have come."""
    return next((one for one in clocks_ahead(evidence) if one.meter.id == meter_id), None)


def _found(evidence: Evidence) -> list[ClockAhead]:
    return [*_refused(evidence), *_stored(evidence)]


def _refused(evidence: Evidence) -> list[ClockAhead]:
    now, meters = evidence.now(), evidence.portfolio.meters
    newest: dict[tuple[str, str], ClockAhead] = {}
    for event in evidence.operations.events.of_kind(KIND, now - _LATELY):
        if event.meter in meters and event.author != BY_HAND:  # a person was told at once, and is no clock
            one = ClockAhead(meters[event.meter], event.time, event.detail, event.author)
            newest[event.meter, event.author] = one
    return sorted(newest.values(), key=lambda one: one.seen_at, reverse=True)


def _stored(evidence: Evidence) -> list[ClockAhead]:
    limit, meters = evidence.now() + CLOCK_SLACK, evidence.portfolio.meters
    return [
        ClockAhead(meters[meter], reading.time, "gespeichert, bis dahin nicht verwendet", "")
        for (meter, quantity), reading in sorted(evidence.newest().items())
        if meter in meters and quantity == meters[meter].quantity and reading.time > limit
    ]
