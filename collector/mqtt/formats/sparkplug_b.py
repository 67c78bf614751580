"""Sparkplug B: what a single message says by name. Aliases, births, deaths: `collector.mqtt.routing.sparkplug_node`.

Sources: eclipse-sparkplug chapters 4 to 6; eclipse-tahu sparkplug_b.proto.
"""

from collections.abc import Sequence

from collector.mqtt.formats import guessing
from collector.mqtt.formats.family import Family, Found, Offer, Read, Selection
from collector.mqtt.formats.sparkplug_payload import Metric, payload_of
from collector.mqtt.payloads import ARRIVAL
from config.errors import InvalidReading

NAMESPACE = "spBv1.0"


def place_of(topic: str) -> tuple[str, str, str, str | None] | None:
    """Return group, message type, edge node and device (None: the node itself) of a topic; None if it is no such."""
    parts = topic.split("/")
    if parts[0] != NAMESPACE or not 4 <= len(parts) <= 5:
        return None
    return parts[1], parts[2], parts[3], parts[4] if len(parts) == 5 else None


def _read(selection: Selection) -> Read:
    def read(_topic: str, payload: bytes) -> Sequence[Found]:
        message = payload_of(payload)
        return [
            Found(value, metric.time_ms or message.time_ms or ARRIVAL, metric.unit)
            for metric in message.metrics
            if metric.name == selection.value and (value := metric.signed(None)) is not None
        ]

    return read


def _offers(topic: str, payload: bytes) -> Sequence[Offer]:
    place = place_of(topic)
    if place is None or place[1] not in {"NBIRTH", "DBIRTH", "NDATA", "DDATA"}:
        return ()
    group, kind, node, device = place
    listened = "/".join(part for part in (NAMESPACE, group, f"{kind[0]}DATA", node, device) if part is not None)
    try:
        message = payload_of(payload)
    except InvalidReading:
        return ()
    return [offer for metric in message.metrics if (offer := _offer(metric, listened)) is not None]


def _offer(metric: Metric, topic: str) -> Offer | None:
    value = metric.signed(None)
    if metric.name is None or metric.name == "bdSeq" or value is None:
        return None
    unit = metric.unit or guessing.unit(metric.name)
    return Offer(
        metric.name, value, unit, guessing.quantity(metric.name, unit), metric.time_ms or ARRIVAL, topic=topic
    )


SPARKPLUG_B = Family("sparkplug_b", _read, _offers)
