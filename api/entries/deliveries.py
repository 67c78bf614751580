"""Taking a delivery of oil, pellets, wood chips or gas: checked, made durable, noted with who.

Another amount at the same instant is a correction: it needs a reason, and the trail keeps what stood there before.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from analysis.meters.raw_readings import as_displayed
from api.displays import has_few_decimals
from api.entries.reading_notes import Typed, keep_trail, lacks_its_note
from api.entries.typed_values import refuse_future, write_typed
from api.evidence import Evidence
from api.expected.ranges import canonical, shown
from api.expected.tank_levels import DELIVERY, TankHistory, tank_history
from api.times import check_moment
from config.errors import InvalidReading
from config.meters.meter import Meter
from gateway.reading import instant, milliseconds

_MILLISECOND = timedelta(milliseconds=1)
_LISTED = timedelta(days=5 * 366)
_TWICE = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Delivery:
    """What was filled into a tank or store, in the meter's own unit. `force` is the reason to take it anyway.

    An `amount` of 0 takes back what stands at that instant.
    """

    meter_id: str
    amount: Decimal
    at: datetime
    force: str
    author: str


def take_delivery(evidence: Evidence, delivery: Delivery) -> None:
    """Make a delivery durable; it counts in the interval of levels that it falls in.

    The same amount at the same instant again changes nothing. Raises `NotFound`, and `InvalidReading`: `no_tank`,
    `future_time`, `too_old`, `no_amount` for less than nothing and for nothing where nothing stands; without a reason
    in `force`, `out_of_range` for more than fits, `delivered_twice` for what was delivered in the same week and
    `already_read`; or what the push says.
    """
    meter = evidence.portfolio.meter(delivery.meter_id)
    if not meter.is_filled or meter.tank is None:
        raise InvalidReading("no_tank", f"{meter.id} has no tank whose level is read: nothing is delivered there")
    check_moment(delivery.at)
    before = _standing(evidence, meter, delivery.at)
    is_nothing = delivery.amount < 0 or (delivery.amount == 0 and not before)
    if is_nothing or not has_few_decimals(delivery.amount):
        raise InvalidReading("no_amount", f"{delivery.amount} {meter.unit} is no delivery (allowed: more than 0)")
    value = canonical(meter, delivery.amount)
    refuse_future(evidence, meter, DELIVERY, value, at=delivery.at, author=delivery.author)
    if before == value:
        if lacks_its_note(evidence, meter, DELIVERY, delivery.at):
            _note(evidence, meter, delivery, None)
        return
    if not delivery.force.strip():
        _demand_first(meter, delivery, before)
        _demand_plausible(meter, tank_history(evidence, meter, meter.tank, delivery.at), delivery)
    write_typed(evidence, meter, DELIVERY, value, at=delivery.at, author=delivery.author)
    _note(evidence, meter, delivery, before)
    evidence.forget(meter.id)


def last_deliveries(evidence: Evidence, meter: Meter, count: int) -> list[tuple[datetime, float, str | None]]:
    """Return the newest deliveries of the last five years, newest first: when, how much [meter's unit], by whom.

    By whom it was noted is None where it came as a reading.
    """
    until = evidence.now() + _MILLISECOND
    found = evidence.readings(meter.id, DELIVERY, until - _LISTED, until)
    authors = {note.time_ms: note.author for note in evidence.operations.notes.of_meter(meter.id, DELIVERY)}
    known = [row for row in zip(found.time_ms.tolist(), found.value.tolist(), strict=True) if row[1]]
    return [
        (instant(at), float(as_displayed(meter, Decimal(repr(value)))), authors.get(at))
        for at, value in known[: -count - 1 : -1]
    ]


def _note(evidence: Evidence, meter: Meter, delivery: Delivery, before: float | None) -> None:
    old = shown(meter, before)
    typed = Typed(DELIVERY, delivery.amount, delivery.at, old, delivery.force, delivery.author, DELIVERY)
    keep_trail(evidence, meter, typed)


def _standing(evidence: Evidence, meter: Meter, at: datetime) -> float | None:
    found = evidence.readings(meter.id, DELIVERY, at, at + _MILLISECOND)
    return float(found.value[0]) if len(found) else None


def _demand_first(meter: Meter, delivery: Delivery, before: float | None) -> None:
    if before is not None:
        stands = f"{shown(meter, before)} {meter.unit} stands at {delivery.at.isoformat()} already"
        raise InvalidReading("already_read", f"{stands}; give a reason to correct it")


def _demand_plausible(meter: Meter, history: TankHistory, delivery: Delivery) -> None:
    amount, room = canonical(meter, delivery.amount), history.room(delivery.at)
    if amount > room:
        fits = f"no more than {max(0.0, shown(meter, room) or 0.0)} {meter.unit} fits into {meter.id} by then"
        raise InvalidReading("out_of_range", f"{fits}; give a reason to store {delivery.amount} anyway")
    at_ms, week_ms = milliseconds(delivery.at), _TWICE // _MILLISECOND
    near = abs(history.delivered.time_ms - at_ms) <= week_ms
    if (history.delivered.value[near] == amount).any():
        same = f"{delivery.amount} {meter.unit} were delivered to {meter.id} within the same week"
        raise InvalidReading("delivered_twice", f"{same}; give a reason if it is another delivery")
