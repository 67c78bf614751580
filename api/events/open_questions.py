"""What the ledger asks people: which meters have proposed events that nobody has decided."""

from collections.abc import Sequence
from datetime import timedelta

from analysis.figures import MeterEvent
from analysis.meters.open_events import every_open_event
from api.evidence import Evidence

LISTED = timedelta(days=400)  # as far back as a meter's page lists its events
_REMEMBERED = timedelta(minutes=1)


def open_questions(evidence: Evidence) -> Sequence[MeterEvent]:
    """Return the open proposals about all meters, newest first."""
    since = evidence.today() - LISTED
    return evidence.remembered.get(
        "open questions",
        lambda: every_open_event(evidence.books, since, now=evidence.now()),
        lasting=_REMEMBERED,
    )


def questions_about(evidence: Evidence, meter_id: str) -> Sequence[MeterEvent]:
    """Return those about one meter."""
    return [one for one in open_questions(evidence) if one.meter == meter_id]
