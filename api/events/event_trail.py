"""The trail of an event: every decision with what stood before it, so that it can be taken back."""

from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection

from alerts.event_documents import event_document, event_of
from config.errors import Conflict
from gateway.operations import MeterEventRow, Operations


class Step(StrEnum):
    """What a person did to an event, as the audit trail names it."""

    ACCEPTED = "event_accepted"
    REJECTED = "event_rejected"
    RECORDED = "exchange_recorded"
    CORRECTED = "exchange_corrected"
    UNDONE = "event_undone"


def leave(
    operations: Operations,
    step: Step,
    before: MeterEventRow | None,
    after: MeterEventRow | None,
    *,
    author: str,
    comment: str,
    connection: Connection,
) -> None:
    """Write a step into the trail; one of `before` and `after` is given, None: nothing is recorded."""
    row = after or before
    if row is None:
        raise ValueError("a step leads from something or to something")
    detail = {
        "meter": row.meter,
        "comment": comment,
        "before": event_document(before),
        "after": event_document(after),
    }
    operations.audit.record(author, step, row.id, detail, connection=connection)


def last_comments(operations: Operations, event_ids: Collection[str]) -> dict[str, str]:
    """Return what was said with the last step of each of some events; one of which nothing was said is left out."""
    trails = operations.audit.of_subjects(event_ids)
    steps = {event_id: [one for one in trail if one.action in set(Step)] for event_id, trail in trails.items()}
    last = {event_id: str(taken[0].detail.get("comment") or "") for event_id, taken in steps.items() if taken}
    return {event_id: comment for event_id, comment in last.items() if comment}


def before_last_step(operations: Operations, event: MeterEventRow, *, connection: Connection) -> MeterEventRow | None:
    """Return what stood before the last step that nobody took back yet; None: nothing was recorded.

    Raises `Conflict` where there is nothing to take back.
    """
    steps: list[Mapping[str, Any]] = []
    for entry in reversed(operations.audit.of_subject(event.id, connection=connection)):
        if entry.action == Step.UNDONE:
            steps = steps[:-1]
        elif entry.action in set(Step):
            steps.append(entry.detail)
    if steps:
        return event_of(steps[-1]["before"])
    if event.kind == "exchange" and event.state == "recorded":
        return None  # it was recorded before there was a trail
    raise Conflict(f"nobody decided on event {event.id!r}: there is nothing to take back")
