"""An event of a meter as the audit trail keeps it, and back: what a step found, and what it left."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from gateway.operations import MeterEventRow

_INSTANTS: Final = ("time", "recorded_at")
_DECIMALS: Final = ("old_end", "new_start", "factor")


def event_document(row: MeterEventRow | None) -> dict[str, Any] | None:
    """Return an event as JSON takes it, its decimals to the last digit; None stays None."""
    return None if row is None else {name: _plain(value) for name, value in asdict(row).items()}


def event_of(document: Mapping[str, Any] | None) -> MeterEventRow | None:
    """Return the event that a document is of; None stays None."""
    if document is None:
        return None
    values = dict(document)
    values |= {name: datetime.fromisoformat(values[name]) for name in _INSTANTS}
    values |= {name: Decimal(values[name]) for name in _DECIMALS if values[name] is not None}
    return MeterEventRow(**values)


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value
