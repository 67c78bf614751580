"""Recording that a device was exchanged: checked against what both devices can show, with photos and a trail."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from api.displays import MOST_DIGITS, has_few_decimals, has_such_digits, is_display
from api.entries.photos import Photo, Shows, keep_photos
from api.events.event_trail import Step, leave
from api.evidence import Evidence
from api.expected.devices import expected_end, expected_start
from api.expected.ranges import ExpectedRange, missed
from api.times import check_moment
from config.errors import Conflict, InvalidReading
from config.meters.meter import LARGEST_TRANSFORMER, SMALLEST_RATIO, Meter
from gateway.operations import MeterEventRow
from gateway.reading import milliseconds

PICTURES = ("photo_old", "photo_new")


@dataclass(frozen=True, slots=True)
class Exchange:
    """What a person says about an exchange; displays in the meter's unit.

    `reason` is needed where the old device's end is not what could be expected. `serial`, `digits` and `factor` are
    the new device's, None: as before, or not known. `corrects` is the id of the exchange that is told anew.
    """

    meter_id: str
    at: datetime
    old_end: Decimal
    new_start: Decimal
    author: str
    serial: str | None = None
    digits: int | None = None
    factor: Decimal | None = None
    reason: str = ""
    corrects: str | None = None
    photos: tuple[Photo, ...] = ()


def photos_of(pictures: Mapping[str, bytes]) -> tuple[Photo, ...]:
    """Return the photos of both displays as a form brings them."""
    named: tuple[tuple[Shows, str], ...] = (("old", "photo_old"), ("new", "photo_new"))
    return tuple(Photo(shows, pictures[name]) for shows, name in named if name in pictures)


def record_exchange(evidence: Evidence, exchange: Exchange) -> MeterEventRow:
    """Keep an exchange with its trail and photos, and return it.

    Raises `InvalidReading`: `virtual_meter`, `no_counter`, `too_old`, `future_time`, `not_a_number`, `beyond_digits`,
    and without a reason `out_of_range`; `NotFound` and `Conflict` for a correction of what is no exchange, or another
    exchange of that instant.
    """
    meter = evidence.portfolio.meter(exchange.meter_id)
    _check(evidence, meter, exchange)
    before = None if exchange.corrects is None else _corrected(evidence, meter, exchange.corrects)
    event = _event(evidence, meter, exchange, before)
    with evidence.operations.begin() as connection:
        if before is None:
            evidence.operations.events.record(event, connection=connection)
        else:
            evidence.operations.events.put(event, connection=connection)
        step = Step.RECORDED if before is None else Step.CORRECTED
        leave(
            evidence.operations,
            step,
            before,
            event,
            author=exchange.author,
            comment=exchange.reason.strip(),
            connection=connection,
        )
        keep_photos(evidence, meter.id, event.id, exchange.photos, author=exchange.author, connection=connection)
    evidence.forget(meter.id)
    return event


def _check(evidence: Evidence, meter: Meter, exchange: Exchange) -> None:
    if meter.is_virtual:
        raise InvalidReading("virtual_meter", f"{meter.id} is worked out from other meters: no device hangs there")
    if meter.is_filled:
        raise InvalidReading("no_counter", f"{meter.id} is a tank or store: its level counts nothing, deliveries do")
    check_moment(exchange.at)
    if exchange.at > evidence.now():
        raise InvalidReading("future_time", f"{exchange.at.isoformat()} has not come yet", field="at")
    if exchange.digits is not None and not has_such_digits(exchange.digits):
        told = f"a display has 1 to {MOST_DIGITS} digits, not {exchange.digits}"
        raise InvalidReading("not_a_number", told, field="digits")
    _check_display("old_end", exchange.old_end, meter.digits)
    _check_display("new_start", exchange.new_start, exchange.digits or meter.digits)
    if exchange.factor is not None and not _is_ratio(exchange.factor):
        told = f"{exchange.factor} is no transformer ratio ({SMALLEST_RATIO} to {LARGEST_TRANSFORMER})"
        raise InvalidReading("not_a_number", told, field="factor")
    if not exchange.reason.strip():
        end = expected_end(evidence, meter, exchange.at, without=exchange.corrects)
        _demand_expected("old_end", meter, exchange.old_end, end)
        _demand_expected("new_start", meter, exchange.new_start, expected_start(evidence, meter, exchange.at))


def _demand_expected(field: str, meter: Meter, display: Decimal, expected: ExpectedRange) -> None:
    if words := missed(meter, display, expected):
        raise InvalidReading("out_of_range", f"{words}; give a reason to record it anyway", field=field)


def _is_ratio(factor: Decimal) -> bool:
    return SMALLEST_RATIO <= factor <= LARGEST_TRANSFORMER and has_few_decimals(factor)


def _check_display(field: str, value: Decimal, digits: int | None) -> None:
    if not is_display(value):
        raise InvalidReading("not_a_number", f"{value} is no display of a meter", field=field)
    if digits is not None and value >= 10**digits:
        raise InvalidReading("beyond_digits", f"{value} has more than {digits} digits before the point", field=field)


def _corrected(evidence: Evidence, meter: Meter, event_id: str) -> MeterEventRow:
    event = evidence.operations.events.get(event_id)
    if event.meter != meter.id or event.kind != "exchange":
        raise Conflict(f"event {event_id!r} is no exchange of {meter.id}")
    return event


def _event(evidence: Evidence, meter: Meter, exchange: Exchange, before: MeterEventRow | None) -> MeterEventRow:
    told = MeterEventRow(
        id=f"{meter.id}:exchange:{milliseconds(exchange.at)}",
        meter=meter.id,
        kind="exchange",
        time=exchange.at,
        old_end=exchange.old_end,
        new_start=exchange.new_start,
        serial=exchange.serial,
        digits=exchange.digits,
        factor=exchange.factor,
        detail="Zählerwechsel",
        state="recorded",
        author=exchange.author,
        recorded_at=evidence.now(),
    )
    return told if before is None else replace(told, id=before.id, state=before.state, detail=before.detail)
