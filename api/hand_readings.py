"""Taking a reading that a person read off a display: checked, made durable, noted with who and why.

A second value at the same instant is a correction: it needs a reason, and the trail keeps what stood there before.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation

from analysis.figures import How
from api.evidence import Evidence
from api.expected_range import ExpectedRange, canonical, expected_range
from config.clocks import CLOCK_SLACK
from config.errors import InvalidReading
from config.meters import Meter
from config.quantities import UNITS
from gateway.operations import ReadingNoteRow
from gateway.reading import milliseconds
from gateway.series import Series

_PAST = timedelta(days=400)
_FUTURE = timedelta(days=400)
_MILLISECOND = timedelta(milliseconds=1)
_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
LARGEST_DISPLAY = 10**15  # none has as many digits


@dataclass(frozen=True, slots=True)
class HandReading:
    """What a person says that a display shows, in the meter's own unit. `force` is the reason to take it anyway."""

    meter_id: str
    shown: Decimal
    at: datetime
    force: str
    author: str


def typed_number(text: str) -> Decimal:
    """Read a number as people type it: a comma begins the decimals and points group; without a comma a point does.

    Raises `InvalidReading`: `not_a_number`.
    """
    plain = text.strip().replace(" ", "").replace("\u202f", "")
    if "," in plain:
        plain = plain.replace(".", "").replace(",", ".")
    try:
        number = Decimal(plain)
    except InvalidOperation as error:
        raise InvalidReading("not_a_number", f"{text!r} is no number (allowed: 40482.8)") from error
    if not number.is_finite():
        raise InvalidReading("not_a_number", f"{text!r} is no finite number")
    return number


def range_of(evidence: Evidence, meter: Meter, at: datetime) -> ExpectedRange:
    """Return what the meter should show at an instant, in canonical units.

    What stands at that very instant is left out: it is what a correction replaces.
    """
    known = evidence.readings(meter.id, meter.quantity, at - _PAST, at + _FUTURE)
    other = known.time_ms != milliseconds(at)
    return expected_range(meter, Series(known.time_ms[other], known.value[other]), at)


def standing(evidence: Evidence, meter: Meter, at: datetime) -> float | None:
    """Return what is stored at an instant already, in canonical units; None if nothing is."""
    found = evidence.readings(meter.id, meter.quantity, at, at + _MILLISECOND)
    return float(found.value[0]) if len(found) else None


def take(evidence: Evidence, reading: HandReading) -> ExpectedRange:
    """Make a hand reading durable and return the range that was expected.

    Raises `InvalidReading`: `future_time`, `too_old`, `not_a_number`, `out_of_range` and `already_read` (both without
    a reason in `force`), or what the push says. The same value at the same instant again changes nothing.
    """
    meter = evidence.portfolio.meter(reading.meter_id)
    _check_time(reading)
    _check_size(reading)
    value = canonical(meter, reading.shown)
    if reading.at > evidence.now() + CLOCK_SLACK:
        _push(evidence, meter, reading, value)  # which refuses it, and keeps it as every door does
    expected = range_of(evidence, meter, reading.at)
    before = standing(evidence, meter, reading.at)
    if before == value:
        return expected
    if not reading.force.strip():
        _demand_expected(meter, expected, reading, value)
        _demand_first(meter, reading, before)
    _push(evidence, meter, reading, value)
    _note(evidence, meter, reading, before)
    evidence.forget(meter.id)
    return expected


def _push(evidence: Evidence, meter: Meter, reading: HandReading, value: float) -> None:
    pushed = {"meter": meter.id, "quantity": meter.quantity, "time": reading.at.isoformat(), "value": value}
    result = evidence.services.push([pushed], evidence.now(), author=reading.author)
    for rejected in result.rejected:
        raise InvalidReading(rejected.reason, rejected.detail)


def _check_time(reading: HandReading) -> None:
    if reading.at < _EARLIEST:
        raise InvalidReading("too_old", f"{reading.at.isoformat()} is before the year 2000")


def _check_size(reading: HandReading) -> None:
    # Whatever the reason to force it: it could be neither stored nor shown.
    if not -LARGEST_DISPLAY < reading.shown < LARGEST_DISPLAY:
        raise InvalidReading("not_a_number", f"{reading.shown} is more than a display shows")


def _demand_expected(meter: Meter, expected: ExpectedRange, reading: HandReading, value: float) -> None:
    if not expected.holds(value):
        low, high = (shown(meter, bound) for bound in (expected.low, expected.high))
        detail = f"{reading.shown} {meter.unit} is not between {low} and {high}; give a reason to store it anyway"
        raise InvalidReading("out_of_range", detail)


def _demand_first(meter: Meter, reading: HandReading, before: float | None) -> None:
    if before is not None:
        stands = f"{shown(meter, before)} {meter.unit} stands at {reading.at.isoformat()} already"
        raise InvalidReading("already_read", f"{stands}; give a reason to correct it")


def shown(meter: Meter, value: float | None) -> float | None:
    """Return a canonical value as the display shows it; None stays None."""
    return None if value is None else round(value / float(UNITS[meter.unit][1]), 3)


def _note(evidence: Evidence, meter: Meter, reading: HandReading, before: float | None) -> None:
    old = None if before is None else shown(meter, before)
    reason = reading.force.strip()
    note = ReadingNoteRow(
        meter=meter.id,
        quantity=meter.quantity,
        time_ms=milliseconds(reading.at),
        how=(How.READ_BY_HAND if old is None else How.CORRECTED).value,
        author=reading.author,
        reason=reason if old is None else f"{reason} (vorher {old} {meter.unit})",
        recorded_at=evidence.now(),
    )
    detail = {"value": str(reading.shown), "unit": meter.unit, "time": reading.at.isoformat(), "force": reason}
    action = "hand_reading" if old is None else "hand_reading_corrected"
    detail |= {} if old is None else {"old_value": str(old)}
    with evidence.operations.begin() as connection:
        evidence.operations.notes.record(note, connection=connection)
        evidence.operations.audit.record(reading.author, action, meter.id, detail, connection=connection)
