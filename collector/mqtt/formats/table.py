"""Every family of payloads by the name that a portfolio gives it, and how an unknown message is recognised."""

from collections.abc import Sequence
from typing import NamedTuple

from collector.mqtt.formats.csv_lines import CSV
from collector.mqtt.formats.family import Family, Offer
from collector.mqtt.formats.home_assistant import HOME_ASSISTANT
from collector.mqtt.formats.json_path import JSON
from collector.mqtt.formats.lorawan import CHIRPSTACK, THE_THINGS_STACK
from collector.mqtt.formats.plain import PLAIN
from collector.mqtt.formats.senml import SENML
from collector.mqtt.formats.shelly import SHELLY
from collector.mqtt.formats.sparkplug_b import SPARKPLUG_B
from collector.mqtt.formats.tasmota import TASMOTA
from collector.mqtt.formats.victron import VICTRON
from collector.mqtt.formats.vzlogger import VZLOGGER
from collector.mqtt.formats.wmbusmeters import WMBUSMETERS
from collector.mqtt.formats.zigbee2mqtt import ZIGBEE2MQTT

# The order in which a message is recognised: what is told by its topic or a mark of its own before what fits many.
_KNOWN = (
    SPARKPLUG_B,
    CHIRPSTACK,
    THE_THINGS_STACK,
    HOME_ASSISTANT,
    WMBUSMETERS,
    SHELLY,
    VICTRON,
    ZIGBEE2MQTT,
    VZLOGGER,
    TASMOTA,
    SENML,
    PLAIN,
    JSON,
    CSV,
)
FAMILIES: dict[str, Family] = {family.name: family for family in _KNOWN}


class Recognition(NamedTuple):
    """What a message is and what it offers."""

    format: str
    offers: Sequence[Offer]


def recognised(topic: str, payload: bytes) -> Recognition | None:
    """Return the first family that makes something of a message; None where none does."""
    for family in _KNOWN:
        offers = family.offers(topic, payload)
        if offers:
            return Recognition(family.name, offers)
    return None
