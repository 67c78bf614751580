"""The trail of an event: every decision with what stood before it, so that it can be taken back."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection

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
    detail = {"meter": row.meter, "comment": comment, "before": _document(before), "after": _document(after)}
    operations.audit.record(author, step, row.id, detail, connection=connection)


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
        return _row(steps[-1]["before"])
    if event.kind == "exchange" and event.state == "recorded":
        return None  # it was recorded before there was a trail
    raise Conflict(f"nobody decided on event {event.id!r}: there is nothing to take back")


def _document(row: MeterEventRow | None) -> dict[str, Any] | None:
    if row is None:
        return None
    return {name: _plain(value) for name, value in asdict(row).items()}


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def _row(document: Mapping[str, Any] | None) -> MeterEventRow | None:
    if document is None:
        return None
    values = dict(document)
    for name in ("time", "recorded_at"):
        values[name] = datetime.fromisoformat(values[name])
    for name in ("old_end", "new_start", "factor"):
        values[name] = None if values[name] is None else Decimal(values[name])
    return MeterEventRow(**values)
