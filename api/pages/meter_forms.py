"""What the forms of a meter's page say before anybody typed, and how typed text is read."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TypeVar

from api.entries.hand_readings import range_of
from api.entries.typed_numbers import typed_amount, typed_number
from api.evidence import Evidence
from api.expected.devices import expected_end
from api.expected.ranges import shown
from api.presentation import words
from api.times import is_of_our_time
from config.errors import Conflict, InvalidReading
from config.meters.meter import Meter
from gateway.operations import MeterEventRow

Read = TypeVar("Read")
_TYPING = timedelta(minutes=15)
_DELIVERY_FIELDS = ("menge", "zeit", "grund")
_PARTS = {"alt": "old_end", "neu": "new_start", "stellen": "digits", "faktor": "factor", "sekunden": "shift_s"}
_EXCHANGE_FIELDS = ("corrects", "alt", "neu", "nummer", "stellen", "faktor", "zeit", "grund")


def empty_forms(
    evidence: Evidence, meter: Meter, *, read_at: datetime | None, changed_at: datetime | None, corrects: str
) -> dict[str, object]:
    """Return the forms as nobody filled them, or with the exchange `corrects`; raises `NotFound`, `Conflict`.

    What the display should show is told of the instant `read_at`, what an old device should end at of `changed_at`.
    None: of now; of a corrected exchange of its own.
    """
    told = _exchange(evidence, meter, corrects)
    left_at = changed_at or local_instant(told["zeit"], evidence)
    expected = range_of(evidence, meter, read_at or evidence.now())
    end = expected_end(evidence, meter, left_at, without=corrects or None)
    return {
        "typed": "",
        "at": "",
        "reason": "",
        "preset": "",
        "complaint": None,
        "wrong": "",
        "may_be_forced": False,
        "low": shown(meter, expected.low),
        "high": shown(meter, expected.high),
        "end_low": shown(meter, end.low),
        "end_high": shown(meter, end.high),
        "end_at": left_at,
        "now_local": local_text(evidence, evidence.now()),
        "delivery": dict.fromkeys(_DELIVERY_FIELDS, ""),
        "delivery_complaint": None,
        "exchange": told,
        "exchange_complaint": None,
    }


def typed_delivery(fields: Mapping[str, str]) -> dict[str, str]:
    """Return what was typed into the form of a delivery, to be shown again."""
    return {name: fields.get(name, "")[:120] for name in _DELIVERY_FIELDS}


def typed_exchange(fields: Mapping[str, str]) -> dict[str, str]:
    """Return what was typed into the form of an exchange, to be shown again."""
    return {name: fields.get(name, "")[:120] for name in _EXCHANGE_FIELDS}


def _exchange(evidence: Evidence, meter: Meter, event_id: str) -> dict[str, str]:
    if not event_id:
        return dict.fromkeys(_EXCHANGE_FIELDS, "")
    event = evidence.operations.events.get(event_id)
    if event.meter != meter.id or event.kind != "exchange":
        raise Conflict(f"event {event_id!r} is no exchange of {meter.id}")
    return dict.fromkeys(_EXCHANGE_FIELDS, "") | _told(evidence, event)


def _told(evidence: Evidence, event: MeterEventRow) -> dict[str, str]:
    return {
        "corrects": event.id,
        "alt": words.typed(event.old_end),
        "neu": words.typed(event.new_start),
        "nummer": event.serial or "",
        "stellen": "" if event.digits is None else str(event.digits),
        "faktor": words.typed(event.factor),
        "zeit": local_text(evidence, event.time),
    }


def amount_or_none(text: str | None) -> Decimal | None:
    """Return the display or factor that was typed, None for an empty field; raises `InvalidReading`."""
    return typed_amount(text) if text and text.strip() else None


def whole_or_none(text: str | None) -> int | None:
    """Return a whole number that was typed, None for an empty field; raises `InvalidReading`."""
    number = typed_number(text) if text and text.strip() else None
    if number is not None and (number != number.to_integral_value() or abs(number) > 10**9):
        raise InvalidReading("not_a_number", f"{text!r} is no whole number")
    return None if number is None else int(number)


def part_of(fields: Mapping[str, str], name: str, read: Callable[[str], Read]) -> Read:
    """Read one field of a form; raises `InvalidReading` that names it as the interface does."""
    try:
        return read(fields.get(name, ""))
    except InvalidReading as error:
        error.field = _PARTS[name]
        raise


def local_text(evidence: Evidence, moment: datetime) -> str:
    """Return an instant as the field of a form takes it."""
    return moment.astimezone(evidence.books.zone).strftime("%Y-%m-%dT%H:%M")


def read_at(fields: Mapping[str, str], evidence: Evidence) -> datetime:
    """Return when a display was read; a preset time that nobody touched means now, also when the minute has turned.

    Raises `InvalidReading`.
    """
    typed, now = local_instant(fields.get("zeit"), evidence), evidence.now()
    is_preset = fields.get("zeit") == fields.get("vorbelegt")
    return now if is_preset and timedelta(0) <= now - typed < _TYPING else typed


def local_instant(text: str | None, evidence: Evidence) -> datetime:
    """Return the instant that was typed, now for an empty field; one with an offset is a form's own, to the digit.

    Raises `InvalidReading`.
    """
    now = evidence.now()
    if not text:
        return now
    try:
        given = datetime.fromisoformat(text)
    except ValueError as error:
        raise InvalidReading("no_time", f"{text!r} is no time", field="at") from error
    typed = given if given.tzinfo else given.replace(tzinfo=evidence.books.zone)
    if not is_of_our_time(typed.date()):
        raise InvalidReading("no_time", f"{text!r} lies centuries away", field="at")
    # The form knows minutes only: the present one means now, not a moment before readings that came since it began.
    return now if not given.tzinfo and typed <= now < typed + timedelta(minutes=1) else typed
