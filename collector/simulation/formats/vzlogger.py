"""vzlogger with `timestamp` on: value and milliseconds of a channel. Source: volkszaehler/vzlogger src/mqtt.cpp."""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime

from collector.simulation.formats.family import Message, Shown
from gateway.reading import milliseconds


def vzlogger(shown: Sequence[Shown], now: datetime) -> Iterator[Message]:
    """Yield a message for each channel."""
    for one in shown:
        document = {"timestamp": milliseconds(now), "value": one.value}
        yield Message(one.topic, json.dumps(document).encode(), is_timed=True)
