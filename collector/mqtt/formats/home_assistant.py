"""Home Assistant: its statestream as a source, and MQTT discovery as a proposal for devices that announce themselves.

Source: home-assistant.io source/_integrations/mqtt.markdown. A discovery message names topic, template, unit and
availability of a value; what it announces is plain or JSON and is read as such.
"""

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from collector.mqtt.formats.documents import offered
from collector.mqtt.formats.family import Family, Found, Offer, Read, Selection
from collector.mqtt.formats.plain import text_of
from collector.mqtt.formats.vocabulary import spelled

_DISCOVERY = re.compile(r"[^/]+/[a-z_]+/(?:[A-Za-z0-9_-]+/)?[A-Za-z0-9_-]+/config")
# What leaves a number as it is; any other filter may scale it, and its unit would not be that of the payload.
_FILTERS = r"(?:\|\s*(?:float|int|round|default|is_defined)\s*(?:\([^()]*\))?\s*)*"
_TEMPLATE = re.compile(r"\{\{\s*value_json((?:\.\w+|\[['\"][^'\"]+['\"]\]|\[\d+\])+)\s*" + _FILTERS + r"\}\}")
_STEP = re.compile(r"\.(\w+)|\[['\"]([^'\"]+)['\"]\]|\[(\d+)\]")
_PLAIN_TEMPLATE = re.compile(r"\{\{\s*value\s*" + _FILTERS + r"\}\}")
_LONG_NAMES = {
    "stat_t": "state_topic",
    "val_tpl": "value_template",
    "unit_of_meas": "unit_of_measurement",
    "dev_cla": "device_class",
    "stat_cla": "state_class",
    "avty_t": "availability_topic",
    "pl_avail": "payload_available",
    "pl_not_avail": "payload_not_available",
    "exp_aft": "expire_after",
    "uniq_id": "unique_id",
    "dev": "device",
}
_QUANTITIES = {"energy": "active_energy_import", "power": "active_power", "gas": "volume", "water": "volume"}
_AWAY = frozenset({"unavailable", "unknown", ""})


class Announced(NamedTuple):
    """A value that a device announces; `value_path` empty: the payload is the value."""

    topic: str
    value_path: str
    unit: str | None
    quantity: str | None
    availability: str | None
    name: str


def announced(topic: str, payload: bytes) -> Announced | None:
    """Return what a discovery message announces; None if it is none, or too clever a template to follow."""
    document = offered(payload)
    if not _DISCOVERY.fullmatch(topic) or not isinstance(document, dict):
        return None
    told = {_LONG_NAMES.get(key, key): value for key, value in document.items()}
    state_topic, base = told.get("state_topic"), told.get("~")
    path = _path(told.get("value_template"))
    if not isinstance(state_topic, str) or path is None:
        return None
    return Announced(
        _based(state_topic, base),
        path,
        spelled(str(told.get("unit_of_measurement", ""))) or None,
        _QUANTITIES.get(str(told.get("device_class"))),
        _based(told["availability_topic"], base) if isinstance(told.get("availability_topic"), str) else None,
        str(told.get("name") or told.get("unique_id") or ""),
    )


def _based(topic: str, base: Any) -> str:
    if not isinstance(base, str):
        return topic
    if topic.startswith("~"):
        return base + topic[1:]
    return topic[:-1] + base if topic.endswith("~") else topic


def _path(template: Any) -> str | None:
    if template is None or (isinstance(template, str) and _PLAIN_TEMPLATE.fullmatch(template.strip())):
        return ""
    found = _TEMPLATE.fullmatch(str(template).strip())
    return ".".join("".join(step) for step in _STEP.findall(found[1])) if found else None


def _read(_selection: Selection) -> Read:
    def read(_topic: str, payload: bytes) -> Sequence[Found]:
        text = text_of(payload)
        return () if text in _AWAY else (Found(text),)

    return read


def _offers(topic: str, payload: bytes) -> Sequence[Offer]:
    one = announced(topic, payload)
    if one is None or one.unit is None:
        return ()
    return (Offer(one.value_path, None, one.unit, one.quantity, topic=one.topic),)


HOME_ASSISTANT = Family("home_assistant", _read, _offers)
