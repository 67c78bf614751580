"""Tasmota: plugs, Pow, SML reading heads.

Sources: tasmota/docs Commands.md, MQTT.md, Smart-Meter-Interface.md. Groups and keys of SML scripts are the author's:
their unit stands in the portfolio. `Time` is local without a zone unless the device is told otherwise
(SetOption52): without an offset it counts only where the portfolio names it.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from collector.mqtt.formats import guessing
from collector.mqtt.formats.documents import at, conditions, configured_time, document_of, is_meant, numbers, offered
from collector.mqtt.formats.family import NOT_MINE, Family, Found, Offer, Presence, Read, Selection
from collector.mqtt.formats.vocabulary import gauge_unit
from collector.mqtt.payloads import ARRIVAL
from config.mqtt.formats import NEVER_CURRENT

_OFFSET = re.compile(r"(Z|[+-]\d\d:?\d\d)$")
_STATUS = re.compile(r"STATUS(8|10)?$")


def _body(payload: bytes) -> Any:
    document = document_of(payload)
    return document.get("StatusSNS", document) if isinstance(document, dict) else document


def _read(selection: Selection) -> Read:
    value_at, where, configured = at(selection.value), conditions(selection), configured_time(selection)

    def read(_topic: str, payload: bytes) -> Sequence[Found]:
        document = _body(payload)
        if not is_meant(document, where):
            return NOT_MINE
        value = value_at(document)
        if value is None:  # the head has lost sight of the meter
            return ()
        return (Found(value, _time(document, configured)),)

    return read


def _time(document: Any, configured: Callable[[Any], Any] | None) -> Any:
    if configured is not None:
        return configured(document)
    written = document.get("Time") if isinstance(document, dict) else None
    return written if isinstance(written, str) and _OFFSET.search(written) else ARRIVAL


def _unit(selection: Selection) -> str | None:
    group, _, key = selection.value.partition(".")
    word = key.partition(".")[0]
    if group != "ENERGY":
        return None
    return "kWh" if word == "Total" else gauge_unit(word)


def _presence(topic: str) -> Iterable[Presence]:
    *before, last = topic.split("/")
    if last != "SENSOR" and not _STATUS.fullmatch(last):
        return ()
    place = ["tele" if part == "stat" else part for part in before]
    return (Presence("/".join([*place, "LWT"])),)


def _offers(topic: str, payload: bytes) -> Sequence[Offer]:
    document = offered(payload)
    document = document.get("StatusSNS", document) if isinstance(document, dict) else None
    if not isinstance(document, dict) or not isinstance(document.get("Time"), str):
        return ()
    if not any(isinstance(value, dict) for value in document.values()) or topic.endswith(("STATE", "RESULT")):
        return ()
    return [
        _offer(topic, path, value)
        for path, value in numbers(document)
        if "." in path and not NEVER_CURRENT["tasmota"].search(path)
    ]


def _offer(topic: str, path: str, value: float) -> Offer:
    unit = _unit(Selection(topic, path)) or guessing.unit(path.rpartition(".")[2])
    return Offer(path, value, unit, guessing.quantity(path, unit))


TASMOTA = Family("tasmota", _read, _offers, unit=_unit, presence=_presence)
