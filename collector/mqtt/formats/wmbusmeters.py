"""wmbusmeters: wireless and wired M-Bus, heat, water, gas, electricity.

Sources: wmbusmeters README, drivers/src. Units stand behind the last underscore of a key. `timestamp` is the
reception in UTC; `total_datetime` tells when a gas module froze its total, on a clock without summer time. Names of
the same quantity differ from driver to driver: the portfolio names the field.
"""

import re
from collections.abc import Sequence
from typing import Any

from collector.mqtt.formats import guessing
from collector.mqtt.formats.documents import at, conditions, configured_time, document_of, is_meant, offered
from collector.mqtt.formats.family import NOT_MINE, Family, Found, Offer, Read, Selection
from collector.mqtt.formats.vocabulary import unit_at_the_end
from collector.mqtt.payloads import ARRIVAL
from config.mqtt.formats import NEVER_CURRENT

_NAIVE = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)?")


def _read(selection: Selection) -> Read:
    value_at, where, configured = at(selection.value), conditions(selection), configured_time(selection)

    def read(_topic: str, payload: bytes) -> Sequence[Found]:
        document = document_of(payload)
        if not isinstance(document, dict) or not is_meant(document, where):
            return NOT_MINE
        value = value_at(document)
        if value is None:  # short telegrams leave fields out
            return ()
        written = _time(document, selection.value) if configured is None else configured(document)
        remark = None if document.get("status", "OK") in ("OK", None) else "device_status"
        return (Found(value, _with_offset(written, selection), remark=remark),)

    return read


def _time(document: dict[str, Any], field: str) -> Any:
    frozen = document.get("total_datetime") if field.startswith("total_") else None
    found = frozen or document.get("timestamp")
    return ARRIVAL if found is None else found


def _with_offset(written: Any, selection: Selection) -> Any:
    is_naive = isinstance(written, str) and _NAIVE.fullmatch(written)
    return f"{written}{selection.winter_offset}" if is_naive else written


def _unit(selection: Selection) -> str | None:
    return unit_at_the_end(selection.value)


def _offers(topic: str, payload: bytes) -> Sequence[Offer]:
    document = offered(payload)
    if not isinstance(document, dict) or document.get("_") != "telegram":
        return ()
    device = ("id", str(document.get("id", "")))
    media = str(document.get("media", ""))
    time = document.get("timestamp", ARRIVAL)
    found = [
        (key, value, _unit(Selection(topic, key)))
        for key, value in document.items()
        if isinstance(value, int | float) and not isinstance(value, bool)
    ]
    return [
        Offer(key, value, unit, guessing.quantity(key, unit, media), time, device=device)
        for key, value, unit in found
        if unit is not None and not NEVER_CURRENT["wmbusmeters"].search(key)
    ]


WMBUSMETERS = Family("wmbusmeters", _read, _offers, unit=_unit)
