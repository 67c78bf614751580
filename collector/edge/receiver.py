"""The centre's side: takes what boxes send, and confirms what is durable in its own sink."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from paho.mqtt import client as paho

from collector.edge.line import Line
from collector.edge.wire import (
    READINGS,
    STATUS,
    STORED,
    Arrived,
    BoxStatus,
    decode_batch,
    decode_status,
    edge_and_kind,
    encode_confirmation,
    source_of,
    topic,
)
from collector.mqtt.connection import Account, BrokerAddress
from collector.statistics import Counts, SourceStatistics
from config.errors import InvalidReading, StorageFull, Unreachable
from config.portfolio import Portfolio
from gateway.backoff import Backoff
from gateway.ports import Sink
from gateway.reading import Reading, Refused, milliseconds

log = logging.getLogger(__name__)

TURN_S = 0.5
QUIET_S = 0.01
OLDEST_S = 0.2
LARGEST_COMMIT = 5_000
CONNECT_WITHIN_S = 10.0
FIRST_RECONNECT_S = 0.5
CEILING_RECONNECT_S = 30.0


@dataclass(slots=True)
class _Box:
    counts: Counts = field(default_factory=Counts)
    status: BoxStatus | None = None


@dataclass(slots=True)
class _Gathered:
    """What arrived and is not durable yet, with what is to be told when it is."""

    readings: list[Reading] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    messages: int = 0
    since_s: float = 0.0
    mids: list[int] = field(default_factory=list)
    confirmations: list[tuple[str, int]] = field(default_factory=list)

    def is_due(self) -> bool:
        return len(self.readings) >= LARGEST_COMMIT or time.monotonic() - self.since_s >= OLDEST_S


class Receiver:
    """The boxes of one broker: `run` until `stop`. Durable first, confirmed second; a full disk confirms nothing."""

    def __init__(
        self,
        source: str,
        address: BrokerAddress,
        portfolio: Portfolio,
        sink: Sink,
        *,
        client_id: str,
        account: Account,
        clock: Callable[[], datetime],
    ) -> None:
        self.source = source
        self._address, self._account, self._client_id = address, account, client_id
        self._portfolio, self._sink, self._clock = portfolio, sink, clock
        self._boxes: dict[str, _Box] = {}
        self._gathered = _Gathered()
        self._is_connected = False
        self._lost_at_s: float | None = None
        self._backoff = Backoff(FIRST_RECONNECT_S, CEILING_RECONNECT_S)
        self._stopping = threading.Event()

    def run(self) -> None:
        """Receive until `stop`; ends with everything that arrived durable and confirmed."""
        while not self._stopping.is_set():
            try:
                self._sink.ready()
                self._receive()
            except (OSError, StorageFull, Unreachable) as error:
                self._say_lost(error)
            if not self._stopping.is_set():
                self._stopping.wait(self._backoff.failed())

    def stop(self) -> None:
        """Ask `run` to end; it does within half a second."""
        self._stopping.set()

    @property
    def is_connected(self) -> bool:
        """Whether the broker has taken us and was told what we listen to."""
        return self._is_connected

    def statistics(self) -> list[SourceStatistics]:
        """Return a snapshot of every box that was heard of since the start."""
        return [self._statistics(edge, box) for edge, box in sorted(self._boxes.items())]

    def boxes(self) -> dict[str, BoxStatus]:
        """Return what every box says of itself, by its name among the sources."""
        return {source_of(edge): box.status for edge, box in self._boxes.items() if box.status is not None}

    def _statistics(self, edge: str, box: _Box) -> SourceStatistics:
        status = box.status
        is_online = self._is_connected and (status is None or status.online)
        offline = {} if status is None or status.online else {edge: datetime.fromisoformat(status.since)}
        return SourceStatistics(
            source=source_of(edge),
            kind="edge",
            connected=is_online,
            polls=0,
            readings=box.counts.readings,
            missed=0 if status is None else sum(status.left_out.values()),
            faults=dict(box.counts.faults),
            refused=dict(box.counts.refused),
            offline=offline,
        )

    def _receive(self) -> None:
        line = Line(self._address, self._account, self._client_id)
        line.client.on_message = self._arrived
        started_s = time.monotonic()
        self._gathered = _Gathered()
        try:
            line.open()
            while not self._stopping.is_set():
                self._turn(line)
                if not line.is_accepted and time.monotonic() - started_s > CONNECT_WITHIN_S:
                    raise TimeoutError("the broker does not answer")
            self._commit(line)
            line.leave()
        finally:
            self._is_connected = False
            line.close()

    def _turn(self, line: Line) -> None:
        has_arrived = line.turn(QUIET_S if self._gathered.messages else TURN_S)
        if line.is_accepted and not self._is_connected:
            for kind in (READINGS, STATUS):
                line.client.subscribe(topic("+", kind), qos=1)
            self._is_connected = True
            self._backoff.succeeded()
            self._say_back()
        if not has_arrived or self._gathered.is_due():
            self._commit(line)

    def _arrived(self, _: paho.Client, __: Any, message: paho.MQTTMessage) -> None:
        if not self._gathered.messages:
            self._gathered.since_s = time.monotonic()
        self._gathered.messages += 1
        if message.qos:
            self._gathered.mids.append(message.mid)
        edge, kind = edge_and_kind(message.topic)
        if kind == READINGS:
            self._take(edge, bytes(message.payload))
        elif kind == STATUS:
            self._note_status(edge, bytes(message.payload))

    def _take(self, edge: str, payload: bytes) -> None:
        arrived = decode_batch(edge, payload, self._portfolio, milliseconds(self._clock()))
        counts = self._boxes.setdefault(edge, _Box()).counts
        counts.readings += len(arrived.readings)
        counts.refused.update(one.reason for one in arrived.refused)
        self._gather(edge, arrived)

    def _gather(self, edge: str, arrived: Arrived) -> None:
        self._gathered.readings += arrived.readings
        self._gathered.refused += arrived.refused
        if arrived.sequence is not None:
            self._gathered.confirmations.append((edge, arrived.sequence))

    def _note_status(self, edge: str, payload: bytes) -> None:
        box = self._boxes.setdefault(edge, _Box())
        try:
            status = decode_status(payload)
        except InvalidReading as error:
            box.counts.faults[error.code] += 1
            return
        before, box.status = box.status, status
        if status.problem != (before.problem if before else None):
            level = logging.ERROR if status.problem else logging.WARNING
            log.log(level, "box %s: %s", edge, _in_words(status))

    def _commit(self, line: Line) -> None:
        # The order is the promise: durable, confirmed to the box, forgotten by the broker. An exception of the
        # append skips the rest, and the broker sends it all again.
        gathered, self._gathered = self._gathered, _Gathered()
        if gathered.readings or gathered.refused:
            self._sink.append(gathered.readings, gathered.refused)
        for edge, sequence in gathered.confirmations:
            line.client.publish(topic(edge, STORED), encode_confirmation(sequence), qos=1)
        for mid in gathered.mids:
            line.client.ack(mid, 1)
        line.send()

    def _say_lost(self, error: Exception) -> None:
        if self._lost_at_s is None:
            self._lost_at_s = time.monotonic()
            level = logging.ERROR if isinstance(error, StorageFull) else logging.WARNING
            log.log(level, "boxes of %s: not received, they keep their readings: %s", self.source, error)

    def _say_back(self) -> None:
        if self._lost_at_s is not None:
            log.warning("boxes of %s: received again after %.0f s", self.source, time.monotonic() - self._lost_at_s)
            self._lost_at_s = None
        else:
            log.info("boxes of %s: listening", self.source)


def _in_words(status: BoxStatus) -> str:
    if status.problem is None:
        return f"all is well again, {status.waiting} readings wait"
    if status.problem == "offline":
        return "its line is cut or it is off"
    left_out = f", left out so far: {status.left_out}" if status.left_out else ""
    return f"{status.problem}, full to {status.full_percent} %, {status.waiting} readings wait{left_out}"
