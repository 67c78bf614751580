"""One edge node of Sparkplug B: its names and aliases, the order of its messages, its births and deaths.

Source: eclipse-sparkplug chapters 5 and 6. Messages are counted over node and devices together, so the node is
listened to as a whole whatever the portfolio names of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from collector.mqtt.formats.family import Found
from collector.mqtt.formats.sparkplug_b import NAMESPACE, place_of
from collector.mqtt.formats.sparkplug_payload import Metric, SparkplugPayload, payload_of, rebirth_request
from collector.mqtt.payloads import ARRIVAL
from collector.mqtt.routing.aside import Aside
from collector.mqtt.routing.format_route import Intake, PartlyInvalid
from config.errors import InvalidReading
from gateway.reading import Reading

REORDER_MS = 5_000
REBIRTH_EVERY_MS = 60_000
MOST_HELD = 1000
_CYCLE = 256

Name = tuple[str | None, str]  # device (None: the node itself), metric
Message = tuple[str | None, SparkplugPayload]


@dataclass(frozen=True, slots=True)
class Known:
    """What a birth told about a metric."""

    name: Name
    datatype: int | None
    unit: str | None


@dataclass(slots=True)
class EdgeNode:
    """Takes every message of an edge node; `wanted` are the meters behind its metrics."""

    group: str
    node: str
    wanted: Mapping[Name, Sequence[Intake]]
    aside: Aside
    _aliases: dict[int, Known] = field(default_factory=dict)
    _names: dict[Name, Known] = field(default_factory=dict)
    _newest_ms: dict[Name, int] = field(default_factory=dict)
    _is_born: bool = False
    _birth_number: int | None = None
    _next: int | None = None
    _held: dict[int, Message] = field(default_factory=dict)
    _gap_since_ms: int | None = None
    _asked_ms: int | None = None
    _mistakes: list[InvalidReading] = field(default_factory=list)

    @property
    def pattern(self) -> str:
        """What is subscribed to."""
        return f"{NAMESPACE}/{self.group}/+/{self.node}/#"

    def readings(self, topic: bytes, payload: bytes, *, retained: bool, now_ms: int) -> Sequence[Reading]:  # noqa: ARG002  Sparkplug retains nothing but STATE
        """Return the readings of a message; raises `InvalidReading`, `PartlyInvalid` with the others."""
        place = place_of(topic.decode("utf-8", "replace"))
        if place is None or place[1] in {"NCMD", "DCMD", "STATE"}:
            return ()
        _, kind, _, device = place
        message = payload_of(payload)
        if kind == "NDEATH":
            self._died(message, now_ms)
            return ()
        if kind == "NBIRTH":
            self._born(message)
        elif not self._is_born:
            self._ask_for_rebirth(now_ms)
            return ()
        elif not self._is_next(device, message, kind, now_ms):
            return ()
        found = [*self._took(kind, device, message, now_ms), *self._took_held(now_ms)]
        mistakes, self._mistakes = self._mistakes, []
        if mistakes:
            raise PartlyInvalid(mistakes[0], found)
        return found

    def forget(self) -> None:
        """Take again what was taken: a birth tells the values that did not become durable."""
        self._newest_ms.clear()
        for intakes in self.wanted.values():
            for intake in intakes:
                intake.forget()

    def tick(self, now_ms: int) -> None:
        """Ask for a rebirth when what is missing did not come."""
        if self._gap_since_ms is not None and now_ms - self._gap_since_ms >= REORDER_MS:
            self._ask_for_rebirth(now_ms)

    def joined(self, now_ms: int) -> None:
        """Ask for names and values after a connection: nothing is retained that would tell them."""
        self._is_born = False
        self._ask_for_rebirth(now_ms)

    def _born(self, message: SparkplugPayload) -> None:
        self._lose_held()
        self._aliases.clear()
        self._names.clear()
        self._is_born, self._gap_since_ms, self._asked_ms = True, None, None
        self._birth_number = _birth_number(message)
        self._next = None if message.seq is None else (message.seq + 1) % _CYCLE

    def _died(self, message: SparkplugPayload, now_ms: int) -> None:
        number = _birth_number(message)
        if self._is_born and number is not None and self._birth_number not in {None, number}:
            return  # the will of an older session
        self._is_born = False
        self._lose_held()
        self.aside.leaves([intake.meter for intakes in self.wanted.values() for intake in intakes], now_ms)

    def _is_next(self, device: str | None, message: SparkplugPayload, kind: str, now_ms: int) -> bool:
        if message.seq is None or self._next is None or message.seq == self._next:
            self._next = None if message.seq is None else (message.seq + 1) % _CYCLE
            return True
        # Behind a gap an alias may mean something else: hold data back, but a device's birth tells its names itself.
        if self._gap_since_ms is None:
            self._gap_since_ms = now_ms
            self.aside.counts["sequence_gap"] += 1
        if kind.endswith("DATA") and len(self._held) < MOST_HELD:
            self._held[message.seq] = (device, message)
            return False
        return True

    def _took_held(self, now_ms: int) -> list[Reading]:
        found: list[Reading] = []
        while self._next is not None and self._next in self._held:
            device, message = self._held.pop(self._next)
            self._next = (self._next + 1) % _CYCLE
            found += self._took("DATA", device, message, now_ms)
        if not self._held:
            self._gap_since_ms = None
        return found

    def _lose_held(self) -> None:
        self.aside.counts["lost_in_gap"] += len(self._held)
        self._held.clear()

    def _took(self, kind: str, device: str | None, message: SparkplugPayload, now_ms: int) -> list[Reading]:
        is_birth = kind.endswith("BIRTH")
        if kind == "DDEATH":
            self.aside.leaves(self._meters_of(device), now_ms)
            return []
        if is_birth:
            self._learn(device, message)
            self.aside.returns(self._meters_of(device))
        found: list[Reading] = []
        for metric in message.metrics:
            known = self._known(device, metric)
            if known is None:
                self._ask_for_rebirth(now_ms)
            else:
                found += self._metric(known, metric, message, is_birth=is_birth, now_ms=now_ms)
        return found

    def _learn(self, device: str | None, message: SparkplugPayload) -> None:
        for metric in message.metrics:
            if metric.name is None:
                continue
            known = Known((device, metric.name), metric.datatype, metric.unit)
            self._names[known.name] = known
            if metric.alias is not None:
                self._aliases[metric.alias] = known

    def _known(self, device: str | None, metric: Metric) -> Known | None:
        if metric.name is not None:
            name = (device, metric.name)
            return self._names.get(name) or Known(name, metric.datatype, metric.unit)
        return None if metric.alias is None else self._aliases.get(metric.alias)

    def _metric(
        self, known: Known, metric: Metric, message: SparkplugPayload, *, is_birth: bool, now_ms: int
    ) -> list[Reading]:
        intakes = self.wanted.get(known.name, ())
        value = metric.signed(known.datatype)
        if not intakes or value is None:
            return []
        time_ms = metric.time_ms if is_birth else metric.time_ms or message.time_ms
        newest_ms = self._newest_ms.get(known.name, 0)
        if is_birth and (time_ms is None or time_ms <= newest_ms):
            return []  # a birth tells the state, not a new reading
        if time_ms is not None and not metric.is_historical:
            self._newest_ms[known.name] = max(newest_ms, time_ms)
        found = (Found(value, ARRIVAL if time_ms is None else time_ms, metric.unit or known.unit),)
        readings: list[Reading] = []
        for intake in intakes:
            try:
                readings += intake.taken(found, retained=False, now_ms=now_ms)
            except InvalidReading as error:  # the other metrics of the message are none the worse
                self._mistakes.append(error)
        return readings

    def _meters_of(self, device: str | None) -> list[str]:
        return [intake.meter for name, intakes in self.wanted.items() if name[0] == device for intake in intakes]

    def _ask_for_rebirth(self, now_ms: int) -> None:
        if self._asked_ms is not None and now_ms - self._asked_ms < REBIRTH_EVERY_MS:
            return
        self._asked_ms = now_ms
        self.aside.counts["rebirth_requested"] += 1
        self.aside.outgoing.append((f"{NAMESPACE}/{self.group}/NCMD/{self.node}", rebirth_request(now_ms)))


def _birth_number(message: SparkplugPayload) -> int | None:
    number = next((metric.value for metric in message.metrics if metric.name == "bdSeq"), None)
    return number if isinstance(number, int) else None
