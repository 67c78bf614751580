"""Shelly from the second generation on: notifications, or the status of a component on a topic of its own.

Source: shelly-api-docs.shelly.cloud (EM, EMData, Switch). The counter of a switch counts both directions; what came
back stands beside it.
"""

import re
from collections.abc import Iterator
from datetime import datetime

from collector.simulation.formats.family import DocumentSender, Entry, Plus, Shown, seconds
from config.meters.meter import MqttSource

_STATUS = re.compile(r".+/status/([a-z0-9]+:\d+)")
_IN, _OUT, _BOTH = "aenergy.import", "ret_aenergy.total", "aenergy.total"


def is_first_generation(source: MqttSource) -> bool:
    """Say whether a source is of those that send bare numbers."""
    return source.format == "shelly" and source.topic.startswith("shellies/")


def _entries(shown: Shown, now: datetime) -> Iterator[Entry]:
    source = shown.source
    component, _, path = source.value.partition(".")
    status = _STATUS.fullmatch(shown.topic)
    if status is not None and status[1] != component:
        return
    body = "" if status is not None else f"params.{component}."
    if status is None:
        yield "src", shown.topic.partition("/")[0]
        yield "method", "NotifyStatus"
        yield "params.ts", seconds(now)
    if source.time is not None:
        yield source.time, seconds(now)
    yield f"{body}id", int(component.rpartition(":")[2]) if component[-1:].isdecimal() else 0
    for place, value in _counted(path, shown.value):
        yield f"{body}{place}", value


def _counted(path: str, value: float) -> Iterator[Entry]:
    if path == _IN:
        yield _BOTH, Plus(value)
        yield _OUT, Plus(0.0)
    elif path == _OUT:
        yield _BOTH, Plus(value)
        yield _OUT, Plus(value)
    else:
        yield path, value


def _is_timed(shown: Shown) -> bool:
    return shown.source.time is not None or _STATUS.fullmatch(shown.topic) is None


SHELLY = DocumentSender(_entries, _is_timed)
