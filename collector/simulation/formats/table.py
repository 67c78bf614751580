"""Every family of senders by the name that a portfolio gives it, and the messages of all meters of a broker. Pure.

Sparkplug B is not among them: what a node says depends on what it said before (`sparkplug_b`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction

from collector.conversion import convert, ratio_to_canonical
from collector.mqtt.formats.family import Selection
from collector.mqtt.formats.table import FAMILIES
from collector.simulation.formats.csv_lines import csv_lines
from collector.simulation.formats.documents import Plan, Writer, documents, planned
from collector.simulation.formats.family import DocumentSender, Message, Messages, Shown
from collector.simulation.formats.json_path import JSON
from collector.simulation.formats.lorawan import CHIRPSTACK, THE_THINGS_STACK
from collector.simulation.formats.plain import plain
from collector.simulation.formats.senml import senml
from collector.simulation.formats.shelly import SHELLY, is_first_generation
from collector.simulation.formats.tasmota import TASMOTA
from collector.simulation.formats.topics import concrete_topic
from collector.simulation.formats.victron import victron
from collector.simulation.formats.vzlogger import vzlogger
from collector.simulation.formats.wmbusmeters import WMBUSMETERS
from collector.simulation.formats.zigbee2mqtt import ZIGBEE2MQTT
from collector.simulation.registers import Values
from config.meters.meter import Meter, MqttSource

DOCUMENTS: dict[str, DocumentSender] = {
    "json": JSON,
    "tasmota": TASMOTA,
    "shelly": SHELLY,
    "chirpstack": CHIRPSTACK,
    "the_things_stack": THE_THINGS_STACK,
    "wmbusmeters": WMBUSMETERS,
    "zigbee2mqtt": ZIGBEE2MQTT,
}
MESSAGES: dict[str, Messages] = {
    "plain": plain,
    "home_assistant": plain,
    "csv": csv_lines,
    "senml": senml,
    "victron": victron,
    "vzlogger": vzlogger,
}


@dataclass(frozen=True, slots=True)
class Arrangement:
    """Who stands in which message, decided once. `ratios`: the sender's unit per canonical one, by meter."""

    meters: tuple[Meter, ...]
    ratios: Mapping[str, Fraction]
    documents: tuple[Plan, ...]
    others: Mapping[str, Sequence[tuple[Meter, MqttSource, str]]]


def arranged(meters: Iterable[Meter]) -> Arrangement:
    """Arrange the meters of a broker; raises `ConfigurationError` for a unit that the sender's does not lead to."""
    known = [(meter, source) for meter in meters if isinstance(source := meter.source, MqttSource)]
    writers: list[tuple[Writer, str]] = []
    others: dict[str, list[tuple[Meter, MqttSource, str]]] = {}
    for meter, source in known:
        form = "plain" if is_first_generation(source) else source.format
        if form in DOCUMENTS:
            writers.append((Writer(meter, source, DOCUMENTS[form]), concrete_topic(source)))
        elif form in MESSAGES:
            others.setdefault(form, []).append((meter, source, concrete_topic(source)))
    ratios = {meter.id: 1 / ratio_to_canonical(_unit(meter, source), meter.quantity) for meter, source in known}
    return Arrangement(tuple(meter for meter, _ in known), ratios, planned(writers), others)


def written(arrangement: Arrangement, values: Values, now: datetime) -> list[Message]:
    """Return what is published at an instant; a dead meter is in none of it."""
    shown = shown_by(arrangement, values, now)
    found = list(documents(arrangement.documents, shown, now))
    for form, places in arrangement.others.items():
        alive = [Shown(meter, source, topic, shown[meter.id]) for meter, source, topic in places if meter.id in shown]
        found += MESSAGES[form](alive, now)
    return found


def asked_topics(arrangement: Arrangement) -> set[str]:
    """Return the topics on which senders want to be asked again and again."""
    every = written(arrangement, lambda _meter, _now: 0.0, datetime.now(UTC))
    return {message.asked_on for message in every if message.asked_on is not None}


def messages(meters: Sequence[Meter], values: Values, now: datetime) -> list[Message]:
    """Return what meters publish at an instant."""
    return written(arranged(meters), values, now)


def shown_by(arrangement: Arrangement, values: Values, now: datetime) -> dict[str, float]:
    """Return what the living meters show, by id, in the units of their senders."""
    shown = ((meter.id, values(meter, now)) for meter in arrangement.meters)
    return {name: convert(value, arrangement.ratios[name]) for name, value in shown if value is not None}


def _unit(meter: Meter, source: MqttSource) -> str:
    return FAMILIES[source.format].unit(Selection(source.topic, source.value)) or meter.unit
