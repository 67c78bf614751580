"""The trail of what a person typed in: a note beside the value, and who did what in the audit."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from analysis.figures import How
from analysis.german import exact, unit_text
from api.evidence import Evidence
from config.meters.meter import ByHandSource, Meter
from gateway.operations import ReadingNoteRow
from gateway.reading import milliseconds

HAND_READING: Final = "hand_reading"
_CORRECTED: Final = "_corrected"


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed in, in the meter's own unit; `old` is what stood at the same instant before, None: nothing.

    `action` names it in the audit, with `_corrected` behind it where something stood there.
    """

    quantity: str
    value: Decimal
    at: datetime
    old: float | None
    reason: str
    author: str
    action: str


def keep_trail(evidence: Evidence, meter: Meter, typed: Typed) -> None:
    """Note who typed a value in and why, in one transaction."""
    is_first, reason = typed.old is None, typed.reason.strip()
    note = ReadingNoteRow(
        meter=meter.id,
        quantity=typed.quantity,
        time_ms=milliseconds(typed.at),
        how=(How.READ_BY_HAND if is_first else How.CORRECTED).value,
        author=typed.author,
        reason=reason if typed.old is None else f"{reason} (vorher {_shown(typed.old, meter)})",
        recorded_at=evidence.now(),
    )
    detail = {"value": str(typed.value), "unit": meter.unit, "time": typed.at.isoformat(), "force": reason}
    detail |= {} if is_first else {"old_value": str(typed.old)}
    action = typed.action if is_first else f"{typed.action}{_CORRECTED}"
    with evidence.operations.begin() as connection:
        evidence.operations.notes.record(note, connection=connection)
        evidence.operations.audit.record(typed.author, action, meter.id, detail, connection=connection)


def action_of(audited: str) -> str:
    """Return which kind of entry an action of the audit is, corrected or not."""
    return audited.removesuffix(_CORRECTED)


def lacks_its_note(evidence: Evidence, meter: Meter, quantity: str, at: datetime) -> bool:
    """Whether what stands at an instant could only be typed, and nobody knows by whom: the note found no room."""
    if not isinstance(meter.source, ByHandSource):
        return False
    return not evidence.operations.notes.of_meter(meter.id, quantity, at, at + timedelta(milliseconds=1))


def _shown(value: float, meter: Meter) -> str:
    return f"{exact(Decimal(repr(value)))} {unit_text(meter.unit)}"
