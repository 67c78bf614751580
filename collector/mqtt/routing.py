"""Which meter a message belongs to, and the reading that it becomes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timezone, tzinfo
from fractions import Fraction

from collector.conversion import convert, ratio_to_canonical
from collector.mqtt.payloads import ARRIVAL, FORMATS, Payload
from collector.numbers import number
from collector.times import time_ms
from config.errors import ConfigurationError, InvalidReading
from config.meters import Meter, MqttSource
from config.portfolio import Portfolio
from gateway.reading import Reading, Refused
from gateway.refused import CONTENT_LIMIT_BYTES


@dataclass(frozen=True, slots=True)
class Route:
    """What one meter takes out of the messages of its topic."""

    meter: str
    quantity: str
    ratio: Fraction
    read: Payload
    zone: tzinfo

    def reading(self, payload: bytes, *, retained: bool, now_ms: int) -> Reading:
        """Return the reading of a message that arrived at `now_ms`; raises `InvalidReading`."""
        value, time = self.read(payload)
        if time is not ARRIVAL:
            moment_ms = time_ms(time, zone=self.zone, now_ms=now_ms)
        elif retained:
            raise InvalidReading("retained_without_time", "a retained value without a time of its own is of any age")
        else:
            moment_ms = now_ms
        return Reading(self.meter, self.quantity, moment_ms, convert(number(value), self.ratio))


Routes = Mapping[str, Sequence[Route]]


def routes_of(portfolio: Portfolio, broker: str) -> dict[str, list[Route]]:
    """Return the routes of a broker by topic; raises `ConfigurationError` for a format or unit that is not known."""
    found: dict[str, list[Route]] = {}
    for meter in portfolio.meters.values():
        if isinstance(meter.source, MqttSource) and meter.source.broker == broker:
            found.setdefault(meter.source.topic, []).append(_route(meter, meter.source, portfolio.district.zone))
    return found


def refused(source: str, topic: str, error: InvalidReading, payload: bytes, now_ms: int) -> Refused:
    """Return what is kept of a message that is no reading."""
    return Refused(source, topic, error.code, error.detail, payload[:CONTENT_LIMIT_BYTES], now_ms)


def _route(meter: Meter, source: MqttSource, zone: tzinfo) -> Route:
    if source.format not in FORMATS:
        raise ConfigurationError(f"meter {meter.id}: format {source.format!r} (allowed: {', '.join(FORMATS)})")
    return Route(
        meter=meter.id,
        quantity=meter.quantity,
        ratio=ratio_to_canonical(meter.unit, meter.quantity),
        read=FORMATS[source.format](source.value, source.time),
        zone=zone if meter.fixed_offset is None else timezone(meter.fixed_offset),
    )
