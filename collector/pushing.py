"""Readings that somebody sends: a list of documents, each taken or rejected by itself."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from collector.conversion import convert, ratio_to_canonical
from collector.numbers import number
from collector.times import time_ms
from config.errors import ConfigurationError, InvalidReading
from config.meters.meter import is_weather_meter, measured_as
from config.portfolio.portfolio import Portfolio
from config.quantities import QUANTITIES, is_never_negative
from gateway.ports import Sink
from gateway.reading import Reading, Refused, milliseconds
from gateway.refused import CONTENT_LIMIT_BYTES

SOURCE = "api"
AIR_TEMPERATURE = "air_temperature"
# Every name that is taken is a series for ever: only stations and parts that exist may make new ones.
_STATION = re.compile(r"[a-z-]*[0-9]{5}")
_PART = re.compile(r"L[123]|L12|L23|L31|N|avg|\d{1,2}")


@dataclass(frozen=True, slots=True)
class Rejected:
    """One thing of a push that is no usable reading: its place in the list, a stable code, words for a person."""

    index: int
    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class PushResult:
    """What became of a push, after it is durable.

    `replaced` counts values that took the place of another one. It and `known` are None where the sink in front of
    the store cannot tell.
    """

    accepted: int
    known: int | None
    rejected: tuple[Rejected, ...]
    replaced: int | None = 0


def take(
    pushed: Sequence[object], portfolio: Portfolio, sink: Sink, now: datetime, *, source: str = SOURCE
) -> PushResult:
    """Make pushed readings durable in one commit, the rejected ones kept beside them.

    Each is a mapping with `meter`, `time` (ISO 8601 with offset, or an aware datetime), `value`, and if wanted
    `quantity` (else the meter's) and `unit` (else the quantity's own). `source` is by which door they come. Raises
    `StorageFull`; nothing is kept then.
    """
    readings: list[Reading] = []
    refused: list[Refused] = []
    rejected: list[Rejected] = []
    now_ms = milliseconds(now)
    for index, one in enumerate(pushed):
        try:
            readings.append(reading_of(one, portfolio, now_ms))
        except InvalidReading as error:
            rejected.append(Rejected(index, error.code, error.detail))
            refused.append(_refused(one, error, now_ms, source))
    if not readings and not refused:
        return PushResult(0, 0, ())
    receipt = sink.append(readings, refused)
    return PushResult(receipt.accepted, receipt.known, tuple(rejected), receipt.replaced)


def reading_of(pushed: object, portfolio: Portfolio, now_ms: int) -> Reading:
    """Return the reading of one document; raises `InvalidReading` with a code for what is wrong first."""
    if not isinstance(pushed, Mapping):
        raise InvalidReading("not_an_object", "a reading is an object with meter, time and value")
    if missing := [name for name in ("meter", "time", "value") if pushed.get(name) is None]:
        raise InvalidReading(f"no_{missing[0]}", f"{missing[0]} is missing")
    meter = str(pushed["meter"])
    quantity = _quantity(meter, pushed.get("quantity"), portfolio)
    try:
        return _reading(meter, quantity, pushed, portfolio, now_ms)
    except InvalidReading as error:
        error.meter = meter
        raise


def _reading(meter: str, quantity: str, pushed: Mapping[Any, Any], portfolio: Portfolio, now_ms: int) -> Reading:
    moment_ms = _moment(pushed["time"], portfolio, now_ms)
    value = number(pushed["value"])
    if pushed.get("unit") is not None:
        declared = portfolio.meters.get(meter)
        value = _converted(value, str(pushed["unit"]), measured_as(declared, quantity) if declared else quantity)
    if value < 0 and is_never_negative(quantity):
        raise InvalidReading("implausible", f"{value} is below zero, where no {quantity} can be")
    return Reading(meter, quantity, moment_ms, value)


def _quantity(meter: str, given: Any, portfolio: Portfolio) -> str:
    if meter in portfolio.meters:
        declared = portfolio.meters[meter]
        if declared.is_virtual:
            raise InvalidReading("virtual_meter", f"{meter} is worked out from others")
        own = declared.quantity
    elif is_weather_meter(meter) and _STATION.fullmatch(meter):
        own = AIR_TEMPERATURE
    else:
        raise InvalidReading("unknown_meter", f"no meter has the id {meter!r}")
    quantity = own if given is None else str(given)
    name, _, part = quantity.partition(".")
    if name not in QUANTITIES:
        raise InvalidReading("unknown_quantity", f"{quantity[:60]!r} (allowed: {', '.join(QUANTITIES)})")
    if (part and not _PART.fullmatch(part)) or quantity.endswith("."):
        raise InvalidReading("unknown_quantity", f"{quantity[:60]!r}: behind the point stands a phase or a channel")
    return quantity


def _moment(written: Any, portfolio: Portfolio, now_ms: int) -> int:
    if isinstance(written, str):
        try:
            written = datetime.fromisoformat(written.strip())
        except ValueError:
            raise InvalidReading("no_time", f"{written[:60]!r} is no ISO 8601 time") from None
    if not isinstance(written, datetime):
        raise InvalidReading("no_time", f"{str(written)[:60]!r} is no ISO 8601 time")
    if written.tzinfo is None:
        raise InvalidReading("naive_time", f"{written.isoformat()} has no offset from UTC")
    return time_ms(written.isoformat(), zone=portfolio.district.zone, now_ms=now_ms)


def _converted(value: float, unit: str, quantity: str) -> float:
    try:
        return convert(value, ratio_to_canonical(unit, quantity.split(".", maxsplit=1)[0]))
    except ConfigurationError as error:
        raise InvalidReading("unknown_unit", str(error)) from error


def _refused(pushed: object, error: InvalidReading, now_ms: int, source: str) -> Refused:
    place, content = _place(pushed), _content(pushed)
    return Refused(source, place, error.code, error.detail, content, now_ms, error.meter, error.claimed_ms)


def _place(pushed: object) -> str:
    # Half a surrogate pair is proper JSON and no text that a file takes.
    written = str(pushed.get("meter", ""))[:200] if isinstance(pushed, Mapping) else ""
    return written.encode("utf-8", "replace").decode()


def _content(pushed: object) -> bytes:
    return json.dumps(pushed, default=str, ensure_ascii=False).encode("utf-8", "replace")[:CONTENT_LIMIT_BYTES]
