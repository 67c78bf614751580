"""Sparkplug B: an edge node that tells names, units and values once, and from then on values by their aliases.

Sources: eclipse-sparkplug chapters 4 to 6; eclipse-tahu sparkplug_b.proto.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from collector.mqtt.formats.protobuf import bytes_field, float64_field, varint_field
from collector.mqtt.formats.sparkplug_b import NAMESPACE, place_of
from collector.mqtt.formats.sparkplug_payload import BOOLEAN, REBIRTH
from collector.simulation.formats.family import Message
from config.meters.meter import Meter, MqttSource
from gateway.reading import milliseconds

_CYCLE = 256
_INT64, _DOUBLE, _STRING = 4, 10, 12
_BIRTH_NUMBER = "bdSeq"


@dataclass(frozen=True, slots=True)
class SimulatedMetric:
    """A meter as a metric; `device` None: the node's own."""

    meter: str
    device: str | None
    name: str
    alias: int
    unit: str


@dataclass(slots=True)
class SimulatedNode:
    """What an edge node says, in its order. Knows nothing of connections: `begin` tells that a new one is due.

    A device whose meters are all dead dies, and is born again with the first that lives.
    """

    group: str
    node: str
    metrics: Sequence[SimulatedMetric]
    _session: int = 0
    _number: int = 0
    _is_born: bool = False
    _values: dict[str, float] = field(default_factory=dict)
    _now_ms: int = 0
    _devices: set[str] = field(default_factory=set)

    @property
    def commands(self) -> str:
        """The topic on which the node is told what to do."""
        return self._topic("NCMD", None)

    def has(self, meter: str) -> bool:
        """Say whether a meter is one of its metrics."""
        return any(metric.meter == meter for metric in self.metrics)

    def will(self) -> Message:
        """Return the death of the present session, or of the one that is due, for the broker to keep."""
        return Message(self._topic("NDEATH", None), bytes_field(2, self._birth_number()))

    def begin(self) -> None:
        """Prepare another session; the births are due in it."""
        self._session, self._is_born = (self._session + 1) % _CYCLE, False

    def say(self, values: Mapping[str, float], now: datetime) -> list[Message]:
        """Return what is due now; `values` of the meters that live, in their units."""
        self._values, self._now_ms = dict(values), milliseconds(now)
        if not self._is_born:
            return self.births()
        alive = {metric.device for metric in self._living() if metric.device is not None}
        dead, born, staying = self._devices - alive, alive - self._devices, alive & self._devices
        self._devices = alive
        return [
            *(self._message("DDEATH", device, ()) for device in sorted(dead)),
            *(self._birth(device) for device in sorted(born)),
            *self._data([None, *sorted(staying)]),
        ]

    def births(self) -> list[Message]:
        """Tell names, aliases, units and the last values again; nothing before there were any."""
        if not self._now_ms:
            return []
        self._is_born, self._number = True, 0
        self._devices = {metric.device for metric in self._living() if metric.device is not None}
        return [self._birth(None), *(self._birth(device) for device in sorted(self._devices))]

    def _birth(self, device: str | None) -> Message:
        own = [] if device is not None else [self._birth_number(), _switch(REBIRTH)]
        told = [self._metric(metric, is_birth=True) for metric in self._living() if metric.device == device]
        return self._message("NBIRTH" if device is None else "DBIRTH", device, [*own, *told])

    def _data(self, devices: Iterable[str | None]) -> list[Message]:
        found = {
            device: [self._metric(metric, is_birth=False) for metric in self._living() if metric.device == device]
            for device in devices
        }
        return [
            self._message("NDATA" if device is None else "DDATA", device, told)
            for device, told in found.items()
            if told
        ]

    def _living(self) -> list[SimulatedMetric]:
        return [metric for metric in self.metrics if metric.meter in self._values]

    def _metric(self, metric: SimulatedMetric, *, is_birth: bool) -> bytes:
        value = varint_field(3, self._now_ms) + float64_field(13, self._values[metric.meter])
        if not is_birth:
            return varint_field(2, metric.alias) + value
        name = bytes_field(1, metric.name.encode()) + varint_field(2, metric.alias) + varint_field(4, _DOUBLE)
        return name + value + bytes_field(9, _unit(metric.unit))

    def _birth_number(self) -> bytes:
        return bytes_field(1, _BIRTH_NUMBER.encode()) + varint_field(4, _INT64) + varint_field(11, self._session)

    def _message(self, kind: str, device: str | None, metrics: Iterable[bytes]) -> Message:
        number, self._number = self._number, (self._number + 1) % _CYCLE
        told = b"".join(bytes_field(2, metric) for metric in metrics)
        payload = varint_field(1, self._now_ms) + told + varint_field(3, number)
        return Message(self._topic(kind, device), payload, is_timed=True)

    def _topic(self, kind: str, device: str | None) -> str:
        return "/".join([NAMESPACE, self.group, kind, self.node, *([] if device is None else [device])])


def nodes_of(meters: Sequence[Meter]) -> list[SimulatedNode]:
    """Return the edge nodes behind which meters stand; aliases are counted over a node and all of its devices."""
    groups: dict[tuple[str, str], list[SimulatedMetric]] = {}
    for meter in meters:
        source = meter.source
        place = place_of(source.topic) if isinstance(source, MqttSource) and source.format == "sparkplug_b" else None
        if place is not None and isinstance(source, MqttSource):
            group, _, node, device = place
            metrics = groups.setdefault((group, node), [])
            metrics.append(SimulatedMetric(meter.id, device, source.value, len(metrics) + 1, meter.unit))
    return [SimulatedNode(group, node, metrics) for (group, node), metrics in groups.items()]


def _switch(name: str) -> bytes:
    return bytes_field(1, name.encode()) + varint_field(4, BOOLEAN) + varint_field(14, 0)


def _unit(unit: str) -> bytes:
    told = varint_field(1, _STRING) + bytes_field(8, unit.encode())
    return bytes_field(1, b"engUnit") + bytes_field(2, told)
