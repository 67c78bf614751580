"""Victron Venus OS: a value per topic, while somebody keeps asking. Source: victronenergy/dbus-flashmq README."""

import json
import re
from collections.abc import Iterator, Sequence
from datetime import datetime

from collector.simulation.formats.family import Message, Shown

_PORTAL = re.compile(r"N/([^/]+)/")


def victron(shown: Sequence[Shown], _now: datetime) -> Iterator[Message]:
    """Yield a message for each value."""
    for one in shown:
        portal = _PORTAL.match(one.topic)
        asked_on = None if portal is None else f"R/{portal[1]}/keepalive"
        yield Message(one.topic, json.dumps({"value": one.value}).encode(), asked_on=asked_on)
