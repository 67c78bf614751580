"""Taking a reading that a person read off a display: checked, made durable, noted with who and why.

A second value at the same instant is a correction: it needs a reason, and the trail keeps what stood there before.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from api.displays import LARGEST_DISPLAY, has_few_decimals
from api.entries.photos import Photo, keep_photos
from api.entries.reading_notes import HAND_READING, Typed, keep_trail, lacks_its_note
from api.entries.typed_values import refuse_future, write_typed
from api.evidence import Evidence
from api.expected.devices import of_one_device, ratio_at
from api.expected.ranges import ExpectedRange, canonical, expected_range, missed, shown
from api.expected.tank_levels import tank_history
from api.times import check_moment
from config.errors import InvalidReading
from config.meters.meter import Meter
from config.quantities import is_never_negative
from gateway.operations.meters.photos import reading_subject
from gateway.reading import instant, milliseconds
from gateway.series import Series

_PAST = timedelta(days=400)
_FUTURE = timedelta(days=400)
_MINUTE, _SECOND, _MILLISECOND = timedelta(minutes=1), timedelta(seconds=1), timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class HandReading:
    """What a person says that a display shows, in the meter's own unit. `force` is the reason to take it anyway.

    `photo` shows the display.
    """

    meter_id: str
    shown: Decimal
    at: datetime
    force: str
    author: str
    photo: bytes | None = None


def range_of(evidence: Evidence, meter: Meter, at: datetime) -> ExpectedRange:
    """Return what the meter should show at an instant, in canonical units.

    What stands at that very instant is left out: it is what a correction replaces.
    """
    if meter.tank is not None:
        return tank_history(evidence, meter, meter.tank, at).expected(at)
    known = evidence.readings(meter.id, meter.quantity, at - _PAST, at + _FUTURE)
    other = known.time_ms != milliseconds(at)
    others = Series(known.time_ms[other], known.value[other])
    own = of_one_device(evidence, meter, others, at)
    return expected_range(meter, own, at, ratio=ratio_at(evidence, meter, at))


def standing(evidence: Evidence, meter: Meter, at: datetime) -> float | None:
    """Return what is stored at an instant already, in canonical units; None if nothing is."""
    found = evidence.readings(meter.id, meter.quantity, at, at + _MILLISECOND)
    return float(found.value[0]) if len(found) else None


def written_at(evidence: Evidence, meter: Meter, typed: datetime) -> datetime | None:
    """Return when somebody wrote a reading down within the minute or second that was typed, None: nobody did.

    So a slip is put right by typing its minute again.
    """
    precision = _MINUTE if typed.second == typed.microsecond == 0 else _SECOND
    if typed.microsecond:
        return None
    notes = evidence.operations.notes.of_meter(meter.id, meter.quantity, typed, typed + precision)
    return instant(notes[-1].time_ms) if notes else None


def take(evidence: Evidence, reading: HandReading) -> ExpectedRange:
    """Make a hand reading durable and return the range that was expected.

    Raises `InvalidReading`: `future_time`, `too_old`, `not_a_number`, `implausible`; without a reason in `force`
    `out_of_range`, `delivery_missing` for a tank that is fuller than before, and `already_read`; `no_photo`, or what
    the push says. The same value at the same instant again changes nothing.
    """
    meter = evidence.portfolio.meter(reading.meter_id)
    check_moment(reading.at)
    reading = replace(reading, at=written_at(evidence, meter, reading.at) or reading.at)
    _check_size(reading)
    value = canonical(meter, reading.shown)
    refuse_future(evidence, meter, meter.quantity, value, at=reading.at, author=reading.author)
    _check_sign(meter, value)
    expected = range_of(evidence, meter, reading.at)
    before = standing(evidence, meter, reading.at)
    if before == value:
        _keep_photo(evidence, meter, reading)
        if lacks_its_note(evidence, meter, meter.quantity, reading.at):
            _note(evidence, meter, reading, None)
        return expected
    if not reading.force.strip():
        _demand_first(meter, reading, before)
        _demand_expected(meter, expected, reading, value)
    _keep_photo(evidence, meter, reading)
    write_typed(evidence, meter, meter.quantity, value, at=reading.at, author=reading.author)
    _note(evidence, meter, reading, before)
    evidence.forget(meter.id)
    return expected


def _keep_photo(evidence: Evidence, meter: Meter, reading: HandReading) -> None:
    if reading.photo is not None:
        subject = reading_subject(meter.id, milliseconds(reading.at))
        keep_photos(evidence, meter.id, subject, [Photo("reading", reading.photo)], author=reading.author)


def _check_size(reading: HandReading) -> None:
    # Whatever the reason to force it: it could be neither stored nor shown.
    if not -LARGEST_DISPLAY < reading.shown < LARGEST_DISPLAY or not has_few_decimals(reading.shown):
        raise InvalidReading("not_a_number", f"{reading.shown} is more than a display shows")


def _check_sign(meter: Meter, value: float) -> None:
    if value < 0 and (meter.is_filled or is_never_negative(meter.quantity)):
        raise InvalidReading("implausible", f"{value} is below zero, where no {meter.quantity} can be")


def _demand_expected(meter: Meter, expected: ExpectedRange, reading: HandReading, value: float) -> None:
    if words := missed(meter, reading.shown, expected):
        is_fuller = meter.tank is not None and value <= canonical(meter, meter.tank.capacity)
        code = "delivery_missing" if is_fuller and value > (expected.high or 0.0) else "out_of_range"
        raise InvalidReading(code, f"{words}; give a reason to store it anyway")


def _demand_first(meter: Meter, reading: HandReading, before: float | None) -> None:
    if before is not None:
        stands = f"{shown(meter, before)} {meter.unit} stands at {reading.at.isoformat()} already"
        raise InvalidReading("already_read", f"{stands}; give a reason to correct it")


def _note(evidence: Evidence, meter: Meter, reading: HandReading, before: float | None) -> None:
    old = shown(meter, before)
    typed = Typed(meter.quantity, reading.shown, reading.at, old, reading.force, reading.author, HAND_READING)
    keep_trail(evidence, meter, typed)
