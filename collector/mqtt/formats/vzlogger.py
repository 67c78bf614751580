"""vzlogger: a number, or value and time in milliseconds, per channel. Units are what the meter delivers (SML: Wh, W).

Sources: volkszaehler/vzlogger etc/vzlogger.conf, src/mqtt.cpp.
"""

import re
from collections.abc import Sequence
from typing import Any

from collector.mqtt.formats.documents import document_of, offered
from collector.mqtt.formats.family import Family, Found, Offer, Read, Selection
from collector.mqtt.formats.plain import is_number, text_of
from collector.mqtt.payloads import ARRIVAL
from collector.numbers import number
from config.errors import InvalidReading

_CHANNEL = re.compile(r".*/(raw|agg)")
_ANNOUNCED = re.compile(r".*/(id|uuid)")


def _read(_selection: Selection) -> Read:
    def read(topic: str, payload: bytes) -> Sequence[Found]:
        if _ANNOUNCED.fullmatch(topic):
            return ()
        if not payload.lstrip().startswith(b"{"):
            return (Found(text_of(payload)),)
        document = document_of(payload)
        if "value" not in document:
            raise InvalidReading("no_value", "nothing at 'value'")
        return (Found(document["value"], _time(document)),)

    return read


def _time(document: dict[str, Any]) -> Any:
    found = document.get("timestamp")
    return ARRIVAL if found is None else found


def _offers(topic: str, payload: bytes) -> Sequence[Offer]:
    if not _CHANNEL.fullmatch(topic):
        return ()
    document = offered(payload)
    if isinstance(document, dict) and set(document) == {"timestamp", "value"}:
        return (Offer("", document["value"], None, None, document["timestamp"]),)
    return (Offer("", number(text_of(payload)), None, None),) if is_number(payload) else ()


VZLOGGER = Family("vzlogger", _read, _offers)
