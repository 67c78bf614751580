"""SenML: a pack for each topic, its base time in front. Source: RFC 8428; the units of RFC 8798 beside its own."""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from collector.simulation.formats.family import Message, Shown, seconds

_SAME = ("kWh", "Wh", "W", "kW", "V", "A", "Hz", "VA", "var", "m3", "l", "kg", "K", "varh", "kvarh", "kVAh")
_UNITS = {"°C": "Cel", "1": "/"} | {unit: unit for unit in _SAME}


def senml(shown: Sequence[Shown], now: datetime) -> Iterator[Message]:
    """Yield a pack for each topic."""
    packs: dict[str, list[dict[str, Any]]] = {}
    for one in shown:
        packs.setdefault(one.topic, []).append(_record(one))
    for topic, (first, *rest) in packs.items():
        pack = [{"bt": seconds(now), **first}, *rest]
        yield Message(topic, json.dumps(pack).encode(), is_timed=True)


def _record(shown: Shown) -> dict[str, Any]:
    # A base name holds for all that follow: every record begins its own.
    name, unit = shown.source.value, _UNITS.get(shown.meter.unit)
    own = name.rfind("/") + 1
    told = {} if unit is None else {"u": unit}
    return {"bn": name[:own], "n": name[own:], **told, "v": shown.value}
