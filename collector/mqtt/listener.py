"""Takes messages off a broker and tells it to forget them only once they are durable.

Runs in a thread of its own: paho is synchronous, and so is the sink.
"""

import logging
import select
import threading
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from paho.mqtt import client as paho
from paho.mqtt.enums import MQTTErrorCode
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from collector.backoff import Backoff
from collector.mqtt.connection import Account, BrokerAddress, connect, persistent_client
from collector.mqtt.routing import Routes, refused
from collector.mqtt.stream import BufferedClient, BufferedStream, Message
from collector.statistics import Counts, SourceStatistics
from config.errors import InvalidReading, StorageFull, Unreachable
from gateway.ports import Sink
from gateway.reading import Reading, Refused, milliseconds

LARGEST_BATCH = 500
OLDEST_S = 0.2
# A broker with a small in-flight window sends nothing more until it hears: do not let it wait for a full batch.
QUIET_S = 0.01
CHECK_S = 0.5
CONNECT_WITHIN_S = 10.0
FIRST_RECONNECT_S = 0.5
CEILING_RECONNECT_S = 30.0
TOPICS_PER_REQUEST = 100

log = logging.getLogger(__name__)


class Listener:
    """One broker: `run` until `stop`. A lost connection, a broker that is away and a full disk are waited out."""

    def __init__(
        self,
        source: str,
        address: BrokerAddress,
        routes: Routes,
        sink: Sink,
        *,
        client_id: str,
        account: Account,
        clock: Callable[[], datetime],
    ) -> None:
        self.source = source
        self._address = address
        self._routes = routes
        self._sink = sink
        self._client_id = client_id
        self._account = account
        self._clock = clock
        self._now_ms = milliseconds(clock())
        self._by_topic = {topic.encode(): routes[topic] for topic in routes}
        self._readings: list[Reading] = []
        self._refused: list[Refused] = []
        self._unacknowledged: list[int] = []
        self._forgotten: set[bytes] = set()
        self._oldest_s = 0.0
        self._accepted = False
        self._lost_at_s: float | None = None
        self._backoff = Backoff(FIRST_RECONNECT_S, CEILING_RECONNECT_S)
        self._counts = Counts()
        self._stopping = threading.Event()

    def run(self) -> None:
        """Listen until `stop`; ends with everything that arrived durable and acknowledged."""
        while not self._stopping.is_set():
            try:
                self._sink.ready()
                self._listen()
            except (OSError, StorageFull, Unreachable) as error:
                self._say_lost(error)
            if not self._stopping.is_set():
                self._stopping.wait(self._backoff.failed())

    def stop(self) -> None:
        """Ask `run` to end; it does within half a second."""
        self._stopping.set()

    def statistics(self) -> SourceStatistics:
        """Return a snapshot."""
        counts = self._counts
        return SourceStatistics(
            source=self.source,
            kind="mqtt",
            connected=self._accepted,
            polls=0,
            readings=counts.readings,
            missed=0,
            faults=dict(counts.faults),
            refused=dict(counts.refused),
            offline={},
        )

    def _listen(self) -> None:
        client = persistent_client(self._client_id, self._address, self._account)
        client.on_connect = self._connected
        client.on_subscribe = self._subscribed
        client.on_message = self._arrived
        try:
            connect(client, self._address)
            self._receive(client, client.stream)
        finally:
            self._abandon(client)

    def _receive(self, client: BufferedClient, stream: BufferedStream) -> None:
        started_s = time.monotonic()
        while not self._stopping.is_set():
            has_arrived = self._wait(stream)
            self._now_ms = milliseconds(self._clock())
            if has_arrived:
                stream.fill()
                self._take_packets(client, stream)
            if self._is_due(has_arrived):
                self._commit(stream)
            self._unsubscribe_forgotten(client)
            _demand(client.loop_misc())
            self._send(client, stream)
            if not self._accepted and time.monotonic() - started_s > CONNECT_WITHIN_S:
                raise TimeoutError("the broker does not answer")
        self._commit(stream)
        self._send(client, stream)
        client.disconnect()

    def _take_packets(self, client: BufferedClient, stream: BufferedStream) -> None:
        # MQTT 5 puts properties into its messages; paho knows how to read them and calls `_arrived`.
        take_message = _nothing if self._address.protocol is paho.MQTTv5 else stream.take_message
        while True:
            message = take_message()
            if message is not None:
                self._take(message)
            elif stream.has_packet():
                _demand(client.loop_read())
            else:
                return
            if len(self._unacknowledged) >= LARGEST_BATCH:
                self._commit(stream)

    def _wait(self, stream: BufferedStream) -> bool:
        gathered = bool(self._unacknowledged or self._readings or self._refused)
        events = select.POLLIN | (select.POLLOUT if stream.unsent else 0)
        poll = select.poll()
        poll.register(stream.fileno(), events)
        ready = poll.poll((QUIET_S if gathered else CHECK_S) * 1000)
        return any(event & ~select.POLLOUT for _, event in ready)

    def _is_due(self, has_arrived: bool) -> bool:
        return not has_arrived or time.monotonic() - self._oldest_s >= OLDEST_S

    def _unsubscribe_forgotten(self, client: BufferedClient) -> None:
        # The session remembers the topics of meters that the portfolio has no more.
        while self._forgotten:
            client.unsubscribe(self._forgotten.pop().decode(errors="replace"))

    def _arrived(self, _: paho.Client, __: Any, message: paho.MQTTMessage) -> None:
        topic = message.topic.encode()
        self._take(Message(topic, message.mid, message.qos, message.retain, bytes(message.payload)))

    def _take(self, message: Message) -> None:
        topic, mid, qos, retained, payload = message
        if not (self._readings or self._refused):
            self._oldest_s = time.monotonic()
        if qos:
            self._unacknowledged.append(mid)
        routes = self._by_topic.get(topic, ())
        if not routes:
            self._refuse(topic, InvalidReading("unknown_topic", "no meter listens on this topic (any more)"), payload)
            self._forgotten.add(topic)
        for route in routes:
            try:
                self._readings.append(route.reading(payload, retained=retained, now_ms=self._now_ms))
            except InvalidReading as error:
                self._refuse(topic, error, payload)

    def _refuse(self, topic: bytes, error: InvalidReading, payload: bytes) -> None:
        self._counts.refused[error.code] += 1
        place = topic.decode(errors="backslashreplace")
        self._refused.append(refused(self.source, place, error, payload, self._now_ms))

    def _commit(self, stream: BufferedStream) -> None:
        # The order is the promise: durable first, acknowledged second. An exception of the append skips the rest.
        self._append()
        stream.acknowledge(self._unacknowledged)
        self._unacknowledged.clear()

    def _append(self) -> None:
        if self._readings or self._refused:
            self._sink.append(self._readings, self._refused)
            self._counts.readings += len(self._readings)
            self._readings, self._refused = [], []

    def _send(self, client: BufferedClient, stream: BufferedStream) -> None:
        while client.want_write():
            _demand(client.loop_write())
        stream.flush()

    def _abandon(self, client: BufferedClient) -> None:
        # Message ids belong to a connection: acknowledging one on the next could confirm another message.
        self._accepted = False
        self._unacknowledged.clear()
        self._readings, self._refused = [], []
        client.close_stream()

    def _connected(self, client: paho.Client, _: Any, flags: paho.ConnectFlags, reason: ReasonCode, __: Any) -> None:
        if reason.is_failure:
            raise ConnectionRefusedError(f"the broker refuses: {reason}")
        self._accepted = True
        self._backoff.succeeded()
        self._say_back(session_present=flags.session_present)
        topics = sorted(self._routes)
        for first in range(0, len(topics), TOPICS_PER_REQUEST):
            client.subscribe([(topic, self._quality()) for topic in topics[first : first + TOPICS_PER_REQUEST]])

    def _quality(self) -> Any:
        is_v5 = self._address.protocol is paho.MQTTv5
        return SubscribeOptions(qos=1) if is_v5 else 1

    def _subscribed(self, _: paho.Client, __: Any, ___: int, reasons: list[ReasonCode], ____: Any) -> None:
        refusals = [reason for reason in reasons if reason.is_failure]
        if refusals:
            self._counts.faults["subscription_refused"] += len(refusals)
            log.error("broker %s refuses %d subscriptions: %s", self.source, len(refusals), refusals[0])
        log.info("broker %s: listening to %d topics", self.source, len(reasons) - len(refusals))

    def _say_lost(self, error: Exception) -> None:
        self._counts.faults["storage_full" if isinstance(error, StorageFull) else "disconnected"] += 1
        if self._lost_at_s is None:
            self._lost_at_s = time.monotonic()
            level = logging.ERROR if isinstance(error, StorageFull) else logging.WARNING
            log.log(level, "broker %s: not listening, it keeps the messages: %s", self.source, error)

    def _say_back(self, *, session_present: bool) -> None:
        if self._lost_at_s is not None:
            gap_s = time.monotonic() - self._lost_at_s
            log.warning("broker %s: back after %.0f s, session kept: %s", self.source, gap_s, session_present)
            self._lost_at_s = None


def _nothing() -> None:
    return None


def _demand(code: MQTTErrorCode) -> None:
    if code != MQTTErrorCode.MQTT_ERR_SUCCESS:
        raise ConnectionError(paho.error_string(code))
