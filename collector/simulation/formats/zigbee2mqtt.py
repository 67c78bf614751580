"""zigbee2mqtt with `last_seen` on: the state of a device. Source: zigbee2mqtt.io "MQTT topics and messages"."""

from collections.abc import Iterator
from datetime import datetime

from collector.simulation.formats.family import DocumentSender, Entry, Shown, stamp


def _entries(shown: Shown, now: datetime) -> Iterator[Entry]:
    source = shown.source
    yield source.value, shown.value
    yield "last_seen", stamp(now)
    if source.time is not None:
        yield source.time, stamp(now)
    yield from source.where


ZIGBEE2MQTT = DocumentSender(_entries)
