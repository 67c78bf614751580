"""Takes messages off a broker and tells it to forget them only once they are durable.

Runs in a thread of its own: paho is synchronous, and so is the sink.
"""

import logging
import select
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from paho.mqtt import client as paho
from paho.mqtt.enums import MQTTErrorCode
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from collector.backoff import Backoff
from collector.mqtt.aside import Aside
from collector.mqtt.connection import Account, BrokerAddress, connect, persistent_client
from collector.mqtt.directory import Directory
from collector.mqtt.format_route import NOT_FOR_THIS_METER, PartlyInvalid
from collector.mqtt.periodic import Periodic
from collector.mqtt.routing import Routes, refused
from collector.mqtt.stream import BufferedClient, BufferedStream, Message
from collector.mqtt.unassigned import Unassigned
from collector.statistics import Counts, SourceStatistics
from config.errors import InvalidReading, StorageFull, Unreachable
from config.mqtt_topics import matches
from gateway.ports import Sink
from gateway.reading import Reading, Refused, instant, milliseconds

LARGEST_BATCH = 500
OLDEST_S = 0.2
# A broker with a small in-flight window sends nothing more until it hears: do not let it wait for a full batch.
QUIET_S = 0.01
CHECK_S = 0.5
CONNECT_WITHIN_S = 10.0
FIRST_RECONNECT_S = 0.5
CEILING_RECONNECT_S = 30.0
# How long a collector that stops waits for the last messages of a shared subscription.
HAND_OVER_QUIET_S = 0.5
HAND_OVER_S = 5.0
TOPICS_PER_REQUEST = 100

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Beside:
    """What a listener does beside taking readings.

    `aside` is shared with its routes. `unassigned` None: what belongs to no meter is refused; `discover` is the
    pattern of topics on which it is looked for. `keep_alives`: topics on which gateways want to be asked.
    """

    aside: Aside = field(default_factory=Aside)
    unassigned: Unassigned | None = None
    discover: str | None = None
    keep_alives: Sequence[str] = ()


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
        beside: Beside | None = None,
    ) -> None:
        self.source = source
        self._address = address
        self._routes = routes
        self._sink = sink
        self._client_id = client_id
        self._account = account
        self._clock = clock
        self._now_ms = milliseconds(clock())
        self._directory = Directory(routes)
        self._by_topic = self._directory.by_topic
        beside = beside or Beside()
        self._aside = beside.aside
        self._unassigned = beside.unassigned
        self._discover = beside.discover if beside.unassigned is not None else None
        self._periodic = Periodic(routes, beside.keep_alives, self._aside)
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
            faults=dict(counts.faults + self._aside.counts),
            refused=dict(counts.refused),
            offline={meter: instant(since_ms) for meter, since_ms in self._aside.away.items()},
        )

    def _listen(self) -> None:
        client = persistent_client(self._client_id, self._address, self._account)
        client.on_connect = self._connected
        client.on_subscribe = self._subscribed
        client.on_message = self._arrived
        try:
            connect(client, self._address)
            self._receive(client, client.stream)
        except OSError:
            # The connection is gone, what came over it is here: a broker that was killed may not know of it any more.
            self._append()
            self._unacknowledged.clear()
            raise
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
            self._periodic.pass_on(client, self._now_ms, accepted=self._accepted)
            if self._unassigned is not None:
                self._unassigned.write_due()
            _demand(client.loop_misc())
            self._send(client, stream)
            if not self._accepted and time.monotonic() - started_s > CONNECT_WITHIN_S:
                raise TimeoutError("the broker does not answer")
        if self._address.share is not None and self._accepted:
            self._hand_over(client, stream)
        self._commit(stream)
        self._send(client, stream)
        client.disconnect()

    def _hand_over(self, client: BufferedClient, stream: BufferedStream) -> None:
        # The others get what comes from now on; what the broker has for this session already is taken to the end.
        client.unsubscribe(self._subscriptions())
        quiet_since_s = deadline_s = time.monotonic()
        while time.monotonic() - quiet_since_s < HAND_OVER_QUIET_S and time.monotonic() - deadline_s < HAND_OVER_S:
            self._send(client, stream)
            if self._wait(stream):
                stream.fill()
                self._take_packets(client, stream)
                quiet_since_s = time.monotonic()
            self._commit(stream)

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
        routes = self._by_topic.get(topic)
        if routes is None:
            routes = self._directory.found(topic)
        is_somebodys = False
        for route in routes:
            try:
                found = route.readings(topic, payload, retained=retained, now_ms=self._now_ms)
            except InvalidReading as error:
                if isinstance(error, PartlyInvalid):
                    self._readings += error.readings
                self._refuse(topic, error, payload)
                is_somebodys = True
            else:
                self._readings += found
                is_somebodys = is_somebodys or found is not NOT_FOR_THIS_METER
        if not is_somebodys:
            self._take_nobodys(topic, payload, is_known=bool(routes))

    def _take_nobodys(self, topic: bytes, payload: bytes, *, is_known: bool) -> None:
        if self._unassigned is not None and (is_known or self._is_discovered(topic)):
            self._unassigned.note(self.source, topic.decode("utf-8", "replace"), payload, self._now_ms)
        elif not is_known:
            self._refuse(topic, InvalidReading("unknown_topic", "no meter listens on this topic (any more)"), payload)
            self._forgotten.add(topic)

    def _is_discovered(self, topic: bytes) -> bool:
        return self._discover is not None and matches(self._discover, topic.decode("utf-8", "replace"))

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
        if self._readings or self._unacknowledged:
            self._directory.forget()
        self._unacknowledged.clear()
        self._readings, self._refused = [], []
        client.close_stream()

    def _connected(self, client: paho.Client, _: Any, flags: paho.ConnectFlags, reason: ReasonCode, __: Any) -> None:
        if reason.is_failure:
            raise ConnectionRefusedError(f"the broker refuses: {reason}")
        self._accepted = True
        self._backoff.succeeded()
        self._say_back(session_present=flags.session_present)
        self._periodic.joined(milliseconds(self._clock()))
        topics = self._subscriptions()
        for first in range(0, len(topics), TOPICS_PER_REQUEST):
            client.subscribe([(topic, self._quality()) for topic in topics[first : first + TOPICS_PER_REQUEST]])

    def _subscriptions(self) -> list[str]:
        share = self._address.share
        wanted = self._directory.subscriptions(self._discover)
        # What is counted over a whole node has to be heard by everybody; the same reading twice is one.
        return [
            topic if share is None or topic in self._periodic.whole else f"$share/{share}/{topic}" for topic in wanted
        ]

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
