"""Proposed events, as detectors make them."""

from datetime import datetime
from decimal import Decimal
from typing import Final

from analysis.bookkeeping.meter_records import event_id
from analysis.doubts.subject import Subject
from gateway.operations.rows import MeterEventRow
from gateway.reading import milliseconds

AUTHOR: Final = "zaehlwerk"


def proposal(
    subject: Subject,
    kind: str,
    time: datetime,
    detail: str,
    *,
    factor: Decimal | None = None,
    new_start: Decimal | None = None,
) -> MeterEventRow:
    """Return an event for a person to decide."""
    meter = subject.meter.id
    return MeterEventRow(
        id=event_id(meter, kind, milliseconds(time)),
        meter=meter,
        kind=kind,
        time=time,
        old_end=None,
        new_start=new_start,
        serial=None,
        digits=None,
        factor=factor,
        detail=detail,
        state="proposed",
        author=AUTHOR,
        recorded_at=subject.now,
    )
