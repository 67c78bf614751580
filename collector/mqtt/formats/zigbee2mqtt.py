"""zigbee2mqtt: the cached state of a device, whole, at every change.

Sources: zigbee2mqtt.io "MQTT topics and messages", devices/TS011F_plug_1. An unchanged counter beside a new power is
no new reading. `last_seen` is ISO 8601 or milliseconds; without it the time of arrival counts.
"""

from collections.abc import Iterable, Sequence

from collector.mqtt.formats import guessing
from collector.mqtt.formats.documents import (
    at,
    conditions,
    configured_time,
    document_of,
    is_meant,
    numbers,
    offered,
    time_or_arrival,
)
from collector.mqtt.formats.family import NOT_MINE, Family, Found, Offer, Presence, Read, Selection
from collector.mqtt.formats.vocabulary import gauge_unit

_ENERGIES = ("energy", "produced_energy")
_last_seen = at("last_seen")


def _read(selection: Selection) -> Read:
    value_at, where, configured = at(selection.value), conditions(selection), configured_time(selection)

    def read(_topic: str, payload: bytes) -> Sequence[Found]:
        document = document_of(payload)
        if not is_meant(document, where):
            return NOT_MINE
        value = value_at(document)
        if value is None:
            return ()
        return (Found(value, configured(document) if configured else time_or_arrival(document, _last_seen)),)

    return read


def _unit(selection: Selection) -> str | None:
    name = selection.value
    bare = next((name.removesuffix(f"_phase_{phase}") for phase in "abc" if name.endswith(f"_phase_{phase}")), name)
    return "kWh" if bare in _ENERGIES else gauge_unit(bare)


def _presence(topic: str) -> Iterable[Presence]:
    base = topic.partition("/")[0]
    return (Presence(f"{topic}/availability"), Presence(f"{base}/bridge/state"))


def _offers(topic: str, payload: bytes) -> Sequence[Offer]:
    document = offered(payload)
    if not topic.startswith("zigbee2mqtt/") or "/bridge/" in topic or not isinstance(document, dict):
        return ()
    time = time_or_arrival(document, _last_seen)
    units = {path: _unit(Selection(topic, path)) for path, _ in numbers(document)}
    return [
        Offer(path, value, units[path], guessing.quantity(path, units[path]), time)
        for path, value in numbers(document)
        if units[path] is not None
    ]


ZIGBEE2MQTT = Family("zigbee2mqtt", _read, _offers, unit=_unit, presence=_presence, is_cached=True)
