"""Bringing back what stood at the instants of an event's readings: rejecting a conflict, and taking that back."""

from collections.abc import Mapping

from sqlalchemy import Connection

from api.evidence import Evidence
from gateway.reading import Identity, Reading


def bring_back_former(evidence: Evidence, event_id: str, *, connection: Connection) -> None:
    """Write back, through the ordinary sink, what stood before a `duplicate_conflict`; nobody is asked about that.

    Within the transaction that keeps the decision: what is told meanwhile belongs to another event, and what cannot
    be written is not decided. Raises `StorageFull`.
    """
    rows = evidence.operations.former_values.of_event(event_id, connection=connection)
    _write(evidence, {(row.meter, row.quantity, row.time_ms): row.former for row in reversed(rows)})


def bring_back_new(evidence: Evidence, event_id: str, *, connection: Connection) -> None:
    """Write what the event said had come instead: the way back from `bring_back_former`. Raises `StorageFull`."""
    rows = evidence.operations.former_values.of_event(event_id, connection=connection)
    _write(evidence, {(row.meter, row.quantity, row.time_ms): row.value for row in rows})


def _write(evidence: Evidence, values: Mapping[Identity, float]) -> None:
    if values:
        evidence.services.restore([Reading(*identity, value) for identity, value in values.items()])
