"""Empties the spool of a box into the centre: over MQTT, in a thread of its own, for ever."""

import logging
import random
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from paho.mqtt import client as paho

from collector.edge.line import Line
from collector.edge.window import Window
from collector.edge.wire import (
    READINGS,
    STATUS,
    STORED,
    BoxStatus,
    decode_confirmation,
    encode_status,
    topic,
    written,
)
from collector.mqtt.connection import Account, BrokerAddress
from config.errors import StorageFull, Unreachable
from gateway.backoff import Backoff
from gateway.rationing import RationedSpool
from gateway.spool import Filling, Spool

log = logging.getLogger(__name__)

TURN_S = 0.1
CONNECT_WITHIN_S = 10.0
FIRST_RECONNECT_S = 1.0
CEILING_RECONNECT_S = 60.0
STATUS_EVERY_S = 60.0


@dataclass(frozen=True, slots=True)
class UplinkStatistics:
    """What an uplink did since its start; `confirmed` readings are durable in the centre."""

    connected: bool
    sent_batches: int
    confirmed: int
    waiting: int


class Uplink:
    """`run` until `stop`. A line that is cut, a broker or a centre that is away: the spool keeps everything."""

    def __init__(
        self,
        edge: str,
        address: BrokerAddress,
        account: Account,
        spool: Spool,
        rationed: RationedSpool,
        *,
        clock: Callable[[], datetime],
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.edge = edge
        self._address, self._account = address, account
        self._spool, self._rationed, self._clock = spool, rationed, clock
        self._window = Window(spool, first_sequence=secrets.randbits(48), chance=chance)
        self._backoff = Backoff(
            FIRST_RECONNECT_S, CEILING_RECONNECT_S, **({} if chance is None else {"chance": chance})
        )
        self._stored: list[int] = []
        self._is_connected = False
        self._sent_batches = self._confirmed = 0
        self._lost_at_s: float | None = None
        self._said: tuple[object, ...] = ()
        self._status_at_s = 0.0
        self._stopping = threading.Event()

    def run(self) -> None:
        """Send and delete until `stop`; what is not confirmed by then waits for the next start."""
        while not self._stopping.is_set():
            try:
                self._connect_and_send()
            except (OSError, StorageFull, Unreachable) as error:
                self._say_lost(error)
            if not self._stopping.is_set():
                self._stopping.wait(self._backoff.failed())

    def stop(self) -> None:
        """Ask `run` to end; it does within a turn."""
        self._stopping.set()

    def statistics(self) -> UplinkStatistics:
        """Return a snapshot."""
        return UplinkStatistics(self._is_connected, self._sent_batches, self._confirmed, self._spool.depth())

    def _connect_and_send(self) -> None:
        line = Line(self._address, self._account, f"zaehlwerk-edge-{self.edge}")
        line.client.on_message = self._arrived
        gone = BoxStatus(online=False, since=written(self._clock()), problem="offline")
        line.client.will_set(topic(self.edge, STATUS), encode_status(gone), qos=1, retain=True)
        try:
            line.open()
            self._await_acceptance(line)
            self._begin(line)
            while not self._stopping.is_set():
                self._turn(line)
            self._publish_status(line, online=False)
            line.leave()
        finally:
            self._is_connected = False
            line.close()

    def _await_acceptance(self, line: Line) -> None:
        deadline_s = time.monotonic() + CONNECT_WITHIN_S
        while not line.is_accepted:
            line.turn(TURN_S)
            if time.monotonic() > deadline_s:
                raise TimeoutError("the broker does not answer")

    def _begin(self, line: Line) -> None:
        line.client.subscribe(topic(self.edge, STORED), qos=1)
        self._window.connected(time.monotonic())
        self._backoff.succeeded()
        self._is_connected = True
        self._said = ()
        self._say_back()

    def _turn(self, line: Line) -> None:
        now_s = time.monotonic()
        for batch in self._window.due(now_s):
            line.client.publish(topic(self.edge, READINGS), batch.payload, qos=1)
            self._sent_batches += 1
        self._publish_status(line)
        line.send()
        line.turn(TURN_S)
        stored, self._stored = self._stored, []
        self._confirmed += self._window.confirmed(stored, time.monotonic())

    def _arrived(self, client: paho.Client, _: Any, message: paho.MQTTMessage) -> None:
        client.ack(message.mid, message.qos)
        sequence = decode_confirmation(bytes(message.payload))
        if sequence is None:
            log.warning("uplink %s: %.60r is no confirmation", self.edge, bytes(message.payload))
        else:
            self._stored.append(sequence)

    def _publish_status(self, line: Line, *, online: bool = True) -> None:
        filling = self._spool.filling()
        problem = self._problem(filling)
        now_s = time.monotonic()
        if (said := (online, problem)) == self._said and now_s - self._status_at_s < STATUS_EVERY_S:
            return
        self._said, self._status_at_s = said, now_s
        status = BoxStatus(
            online=online,
            since=written(self._clock()),
            waiting=filling.depth,
            waiting_for_s=round(filling.waiting_for.total_seconds()),
            full_percent=round(filling.share * 100),
            left_out=dict(self._rationed.left_out),
            problem=problem,
        )
        line.client.publish(topic(self.edge, STATUS), encode_status(status), qos=1, retain=True)

    def _problem(self, filling: Filling) -> str | None:
        if filling.share > 1:
            return "spool_full"
        return "spool_filling" if self._rationed.ration else None

    def _say_lost(self, error: Exception) -> None:
        if self._lost_at_s is None:
            self._lost_at_s = time.monotonic()
            log.warning("uplink %s: cut, readings wait in the spool: %s", self.edge, error)

    def _say_back(self) -> None:
        if self._lost_at_s is not None:
            gap_s = time.monotonic() - self._lost_at_s
            log.warning("uplink %s: back after %.0f s, %d readings wait", self.edge, gap_s, self._spool.depth())
            self._lost_at_s = None
            return
        log.info("uplink %s: connected, %d readings wait", self.edge, self._spool.depth())
