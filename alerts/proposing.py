"""Sets what detectors found against what is recorded: proposed once, not again once decided, withdrawn if refuted."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final

from sqlalchemy import Connection

from alerts.event_documents import event_document
from analysis.bookkeeping.meter_records import JUMP
from analysis.doubts import KINDS
from analysis.doubts.proposals import AUTHOR
from gateway.operations import MeterEventRow, Operations
from gateway.operations.audit import EVENT_PROPOSED, EVENT_WITHDRAWN

# The same doubt may begin some days earlier or later as data come in; a leap is where it is.
SAME: Final = timedelta(days=10)


def settle(
    operations: Operations, connection: Connection, meter: str, found: Sequence[MeterEventRow]
) -> tuple[int, int]:
    """Record the doubts about a meter in the caller's transaction; return how many were proposed and withdrawn.

    A proposal keeps its id and its time. While nobody has decided it, its factor follows what was measured since.
    """
    standing = [event for event in operations.events.of_meter(meter, connection=connection) if event.kind in KINDS]
    pairs = list(_pairs(found, standing))
    wanted = [_proposed(event, known) for event, known in pairs if known is None or _differs(event, known)]
    for event, known in wanted:
        operations.events.propose(event, connection=connection)
        _leave(operations, connection, EVENT_PROPOSED, known, event)
    met = {known.id for _, known in pairs if known is not None}
    refuted = [one for one in standing if is_open(one) and one.id not in met]
    for event in refuted:
        operations.events.withdraw(event.id, connection=connection)
        _leave(operations, connection, EVENT_WITHDRAWN, event, replace(event, state="withdrawn"))
    return len(wanted), len(refuted)


def is_open(event: MeterEventRow) -> bool:
    """Whether an event is a doubt of a detector that nobody decided yet."""
    return event.kind in KINDS and event.author == AUTHOR and event.state == "proposed"


def _pairs(
    found: Sequence[MeterEventRow], standing: Sequence[MeterEventRow]
) -> Iterator[tuple[MeterEventRow, MeterEventRow | None]]:
    """Yield each doubt with what is recorded of it, None where it is new."""
    left = list(standing)
    for event in found:
        same = timedelta(0) if event.kind == JUMP else SAME
        near = [one for one in left if one.kind == event.kind and abs(one.time - event.time) <= same]
        known = min(near, key=lambda one: abs(one.time - event.time), default=None)
        if known is not None:
            left.remove(known)
        yield event, known


def _differs(event: MeterEventRow, known: MeterEventRow) -> bool:
    if known.state == "withdrawn":
        return True
    return known.state == "proposed" and (event.factor, event.new_start) != (known.factor, known.new_start)


def _proposed(event: MeterEventRow, known: MeterEventRow | None) -> tuple[MeterEventRow, MeterEventRow | None]:
    return (event if known is None else replace(event, id=known.id, time=known.time)), known


def _leave(
    operations: Operations, connection: Connection, action: str, before: MeterEventRow | None, after: MeterEventRow
) -> None:
    detail = {"meter": after.meter, "comment": "", "before": event_document(before), "after": event_document(after)}
    operations.audit.record(AUTHOR, action, after.id, detail, connection=connection)
