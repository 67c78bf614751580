"""Which meters a message belongs to, and the readings that it becomes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone, tzinfo
from fractions import Fraction
from typing import Protocol

from collector.conversion import convert, ratio_to_canonical
from collector.mqtt.formats.family import Family, Presence, Selection
from collector.mqtt.formats.sparkplug_b import place_of
from collector.mqtt.formats.table import FAMILIES
from collector.mqtt.payloads import ARRIVAL, FORMATS, Payload
from collector.mqtt.routing.aside import Aside
from collector.mqtt.routing.format_route import FormatRoute, Intake, PresenceRoute
from collector.mqtt.routing.sparkplug_node import EdgeNode, Name
from collector.numbers import number
from collector.times import time_ms
from config.clocks import CLOCK_SLACK_MS
from config.errors import ConfigurationError, InvalidReading
from config.meters.meter import Meter, MqttSource
from config.portfolio.portfolio import Portfolio
from gateway.reading import Reading, Refused
from gateway.refused import CONTENT_LIMIT_BYTES

_A_DAY_IN_WINTER = datetime(2025, 1, 15)  # noqa: DTZ001  wall time, to ask a zone for its winter


class Taker(Protocol):
    """What takes messages of a topic."""

    def readings(self, topic: bytes, payload: bytes, *, retained: bool, now_ms: int) -> Sequence[Reading]:
        """Return the readings of a message that arrived at `now_ms`; raises `InvalidReading`."""
        ...


@dataclass(frozen=True, slots=True)
class Route:
    """What one meter takes out of the messages of its topic: one number and one time, the quick way."""

    meter: str
    quantity: str
    ratio: Fraction
    read: Payload
    zone: tzinfo
    slack_ms: int = CLOCK_SLACK_MS

    def reading(self, payload: bytes, *, retained: bool, now_ms: int) -> Reading:
        """Return the reading of a message that arrived at `now_ms`; raises `InvalidReading`."""
        value, time = self.read(payload)
        if time is not ARRIVAL:
            moment_ms = time_ms(time, zone=self.zone, now_ms=now_ms, slack_ms=self.slack_ms)
        elif retained:
            raise InvalidReading("retained_without_time", "a retained value without a time of its own is of any age")
        else:
            moment_ms = now_ms
        return Reading(self.meter, self.quantity, moment_ms, convert(number(value), self.ratio))

    def readings(self, _topic: bytes, payload: bytes, *, retained: bool, now_ms: int) -> Sequence[Reading]:
        """Return the one reading of a message; raises `InvalidReading`."""
        try:
            return (self.reading(payload, retained=retained, now_ms=now_ms),)
        except InvalidReading as error:
            error.meter = self.meter
            raise


Routes = Mapping[str, Sequence[Taker]]
"""By topic or pattern of topics."""


def routes_of(
    portfolio: Portfolio, broker: str, aside: Aside | None = None, *, slack_ms: int = CLOCK_SLACK_MS
) -> dict[str, list[Taker]]:
    """Return the routes of a broker; raises `ConfigurationError` for a format or unit that is not known.

    `slack_ms` is how far a time may be ahead of the clock of whoever listens.
    """
    making = _Making(aside or Aside(), portfolio.district.zone, slack_ms)
    meters = [
        (meter, meter.source)
        for meter in portfolio.meters.values()
        if isinstance(meter.source, MqttSource) and meter.source.broker == broker
    ]
    found: dict[str, list[Taker]] = {}
    for meter, source in meters:
        if source.format not in FAMILIES:
            allowed = ", ".join(FAMILIES)
            raise ConfigurationError(f"meter {meter.id}: format {source.format!r} (allowed: {allowed})")
        if source.format != "sparkplug_b":
            found.setdefault(source.topic, []).append(_route(meter, source, making))
    for node in _nodes(meters, making):
        found.setdefault(node.pattern, []).append(node)
    for presence, names in _presences(meters).items():
        found.setdefault(presence.topic, []).append(PresenceRoute(names, presence, making.aside))
    return found


def keep_alives(portfolio: Portfolio, broker: str) -> list[str]:
    """Return the topics on which a broker's gateways want to be asked again and again."""
    sources = [meter.source for meter in portfolio.meters.values() if isinstance(meter.source, MqttSource)]
    asked = [FAMILIES[one.format].keep_alive(one.topic) for one in sources if one.broker == broker]
    return sorted({topic for topic in asked if topic is not None})


def refused(source: str, topic: str, error: InvalidReading, payload: bytes, now_ms: int) -> Refused:
    """Return what is kept of a message that is no reading."""
    content = payload[:CONTENT_LIMIT_BYTES]
    return Refused(source, topic, error.code, error.detail, content, now_ms, error.meter, error.claimed_ms)


@dataclass(frozen=True, slots=True)
class _Making:
    """What all routes of a broker have in common."""

    aside: Aside
    zone: tzinfo
    slack_ms: int


def _route(meter: Meter, source: MqttSource, making: _Making) -> Taker:
    if source.format in FORMATS and not (source.unit or source.where or source.every or source.availability):
        return Route(
            meter=meter.id,
            quantity=meter.quantity,
            ratio=ratio_to_canonical(meter.unit, meter.quantity),
            read=FORMATS[source.format](source.value, source.time),
            zone=_zone(meter, making.zone),
            slack_ms=making.slack_ms,
        )
    family = FAMILIES[source.format]
    selection = _selection(source, _zone(meter, making.zone))
    intake = _intake(meter, source, family, making)
    return FormatRoute(intake, family.read(selection), empty_means_away=family.empty_means_away)


def _intake(meter: Meter, source: MqttSource, family: Family, making: _Making) -> Intake:
    unit = family.unit(_selection(source, making.zone)) or meter.unit
    try:
        return Intake(
            meter=meter.id,
            quantity=meter.quantity,
            unit=unit,
            zone=_zone(meter, making.zone),
            aside=making.aside,
            every_ms=None if source.every is None else source.every // timedelta(milliseconds=1),
            is_cached=family.is_cached,
            slack_ms=making.slack_ms,
        )
    except ConfigurationError as error:
        raise ConfigurationError(f"meter {meter.id}: {source.value or source.topic} is in {unit}: {error}") from error


def _selection(source: MqttSource, zone: tzinfo) -> Selection:
    winter = _A_DAY_IN_WINTER.replace(tzinfo=zone).isoformat()[-6:]
    return Selection(source.topic, source.value, source.time, source.unit, dict(source.where), winter)


def _zone(meter: Meter, zone: tzinfo) -> tzinfo:
    return zone if meter.fixed_offset is None else timezone(meter.fixed_offset)


def _nodes(meters: Sequence[tuple[Meter, MqttSource]], making: _Making) -> list[EdgeNode]:
    wanted: dict[tuple[str, str], dict[Name, list[Intake]]] = {}
    for meter, source in meters:
        place = place_of(source.topic) if source.format == "sparkplug_b" else None
        if place is not None:
            group, _, node, device = place
            intake = _intake(meter, source, FAMILIES["sparkplug_b"], making)
            wanted.setdefault((group, node), {}).setdefault((device, source.value), []).append(intake)
    return [EdgeNode(group, node, metrics, making.aside) for (group, node), metrics in wanted.items()]


def _presences(meters: Sequence[tuple[Meter, MqttSource]]) -> dict[Presence, list[str]]:
    found: dict[Presence, list[str]] = {}
    for meter, source in meters:
        told = [*FAMILIES[source.format].presence(source.topic)]
        told += [Presence(source.availability)] if source.availability else []
        for presence in told:
            found.setdefault(presence, []).append(meter.id)
    return found
