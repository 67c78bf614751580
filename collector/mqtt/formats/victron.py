"""Victron Venus OS: one value per topic, and only while somebody asks for it.

Sources: victronenergy/dbus-flashmq README, dbus-modbus-client. `{"value": null}` is no value, no bytes at all mean
that the device has gone. Without a message to `R/<portal>/keepalive` at least every minute nothing arrives.
"""

import re
from collections.abc import Sequence

from collector.mqtt.formats import guessing
from collector.mqtt.formats.documents import document_of, offered
from collector.mqtt.formats.family import Family, Found, Offer, Read, Selection
from collector.mqtt.formats.vocabulary import gauge_unit

_TOPIC = re.compile(r"N/([^/]+)/.+")
_ENERGY = re.compile(r"/Energy/(Forward|Reverse)$")


def _read(_selection: Selection) -> Read:
    def read(_topic: str, payload: bytes) -> Sequence[Found]:
        if not payload:
            return ()
        document = document_of(payload)
        value = document.get("value") if isinstance(document, dict) else None
        return () if value is None else (Found(value),)

    return read


def _unit(selection: Selection) -> str | None:
    return "kWh" if _ENERGY.search(selection.topic) else gauge_unit(selection.topic.rpartition("/")[2])


def _keep_alive(topic: str) -> str | None:
    portal = _TOPIC.fullmatch(topic)
    return f"R/{portal[1]}/keepalive" if portal else None


def _offers(topic: str, payload: bytes) -> Sequence[Offer]:
    document = offered(payload)
    unit = _unit(Selection(topic, ""))
    if not _TOPIC.fullmatch(topic) or not isinstance(document, dict) or unit is None:
        return ()
    value = document.get("value")
    return (Offer("", value, unit, guessing.quantity(topic, unit)),) if isinstance(value, int | float) else ()


VICTRON = Family("victron", _read, _offers, unit=_unit, keep_alive=_keep_alive, empty_means_away=True)
