"""Shelly: plain numbers per topic (first generation), JSON-RPC notifications and status topics (second and later).

Sources: shelly-api-docs.shelly.cloud (EM, EM1, EMData, Switch); evcc meter/shelly gen1.go, gen2.go and their tests.
Energies are Wh; relays of the first generation count watt-minutes unless the model is an EM (`shellyem-…`,
`shellyem3-…`). Notifications are partial: one without the value is no mistake.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from collector.mqtt.formats import guessing
from collector.mqtt.formats.documents import at, configured_time, document_of, numbers, offered
from collector.mqtt.formats.family import Family, Found, Offer, Presence, Read, Selection
from collector.mqtt.formats.plain import is_number, text_of
from collector.mqtt.formats.vocabulary import gauge_unit
from collector.mqtt.payloads import ARRIVAL
from collector.numbers import number
from config.errors import InvalidReading
from config.mqtt.formats import NEVER_CURRENT

IMPORT_PATH = "aenergy.import"  # of our making: what went in, without what came back
_FIRST = re.compile(r"shellies/([^/]+)/(?:emeter|meter|relay)/\d+/(\w+)")
_STATUS = re.compile(r"(?P<prefix>.+)/status/(?P<component>[a-z0-9]+:\d+)")
_ENERGY = re.compile(r"(^|[._])(aenergy|ret_aenergy|\w*_energy|total_act|total_act_ret)(\.|$)")
_GAUGE = re.compile(r"(act_power|apower|aprt_power|voltage|current|freq|pf)$")
_FIRST_ENERGIES = ("total", "total_returned")


def _read(selection: Selection) -> Read:
    if selection.topic.startswith("shellies/"):
        return lambda _topic, payload: (Found(text_of(payload)),)
    configured = configured_time(selection)

    def read(topic: str, payload: bytes) -> Sequence[Found]:
        document = document_of(payload)
        body, time = _body(topic, document)
        value = _value(body, selection.value)
        if value is None:
            return ()
        return (Found(value, time if configured is None else configured(document)),)

    return read


def _body(topic: str, document: Any) -> tuple[Any, Any]:
    """Components by name, and their time."""
    if not isinstance(document, dict):
        return None, ARRIVAL
    status = _STATUS.fullmatch(topic)
    if status is not None:
        return {status["component"]: document}, ARRIVAL
    body = document.get("params") if document.get("method") in ("NotifyStatus", "NotifyFullStatus") else None
    time = body.get("ts") if isinstance(body, dict) else None
    return body, ARRIVAL if time is None else time  # no `ts` before the device knows the time


def _value(body: Any, path: str) -> Any:
    if not path.endswith(IMPORT_PATH):
        return at(path)(body)
    component = at(path.removesuffix("." + IMPORT_PATH))(body)
    both, returned = at("aenergy.total")(component), at("ret_aenergy.total")(component)
    if both is None or returned is None:
        return None
    # Watt-hours to the thousandth: the difference is rounded to what was written.
    return round(_number(both) - _number(returned), 3)


def _number(written: Any) -> float:
    if isinstance(written, bool) or not isinstance(written, int | float):
        raise InvalidReading("not_a_number", f"{str(written)[:60]!r} is no number")
    return number(written)


def _unit(selection: Selection) -> str | None:
    first = _FIRST.fullmatch(selection.topic)
    if first is None:
        return _later_unit(selection.value)
    model, key = first[1], first[2]
    if key == "energy":
        return "Wh" if model.lower().startswith("shellyem") else "Wmin"  # a name of one's own may well contain "em"
    return "Wh" if key in _FIRST_ENERGIES else gauge_unit(key)


def _later_unit(path: str) -> str | None:
    # The second generation and later ones: `em:0.c_act_power`, `switch:0.aenergy.total`.
    if _ENERGY.search(path):
        return "Wh"
    found = _GAUGE.search(path)
    if found is not None:
        return gauge_unit(found[1])
    return "°C" if path.endswith("tC") else None


def _presence(topic: str) -> Iterable[Presence]:
    for end in ("/events/rpc", "/status/"):
        if end in topic:
            return (Presence(f"{topic.partition(end)[0]}/online"),)
    first = re.match(r"shellies/[^/]+", topic)
    return (Presence(f"{first[0]}/online"),) if first else ()


def _offers(topic: str, payload: bytes) -> Sequence[Offer]:
    if _FIRST.fullmatch(topic) and is_number(payload):
        unit = _unit(Selection(topic, ""))
        return (Offer("", number(text_of(payload)), unit, guessing.quantity(topic, unit)),)
    if not topic.endswith("/events/rpc") and not _STATUS.fullmatch(topic):
        return ()
    body, time = _body(topic, offered(payload))
    found = [
        (path, value)
        for path, value in numbers(body)
        if path.count(".") and path != "ts" and not NEVER_CURRENT["shelly"].search(path) and not path.endswith(".id")
    ]
    units = [_unit(Selection(topic, path)) for path, _ in found]
    return [
        Offer(path, value, unit, guessing.quantity(path, unit), time)
        for (path, value), unit in zip(found, units, strict=True)
        if unit is not None
    ]


SHELLY = Family("shelly", _read, _offers, unit=_unit, presence=_presence)
