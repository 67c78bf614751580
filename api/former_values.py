"""Bringing back what stood at the instants of an event's readings: rejecting a conflict, and taking that back."""

from api.evidence import Evidence
from gateway.reading import Identity, Reading


def bring_back_former(evidence: Evidence, event_id: str) -> int:
    """Write back, through the ordinary sink, what stood before a `duplicate_conflict`; return how many readings.

    Writing it again changes nothing, so write first and record the decision then. Nobody is asked about these values
    again. Raises `StorageFull`.
    """
    rows = evidence.operations.former_values.of_event(event_id)
    return _write(evidence, {(row.meter, row.quantity, row.time_ms): row.former for row in reversed(rows)})


def bring_back_new(evidence: Evidence, event_id: str) -> int:
    """Write what the event said had come instead: the way back from `bring_back_former`. Raises `StorageFull`."""
    rows = evidence.operations.former_values.of_event(event_id)
    return _write(evidence, {(row.meter, row.quantity, row.time_ms): row.value for row in rows})


def _write(evidence: Evidence, values: dict[Identity, float]) -> int:
    readings = [Reading(*identity, value) for identity, value in values.items()]
    if readings:
        evidence.services.restore(readings)
    for meter in {one.meter for one in readings}:
        evidence.forget(meter)
    return len(readings)
