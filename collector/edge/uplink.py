"""Empties the spool of a box into the centre: over MQTT, in a thread of its own, for ever."""

import logging
import random
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from collector.edge.window import Window
from collector.edge.wire import AGAIN, BoxStatus, decode_confirmation, encode_status, written
from collector.mqtt.connection.broker import Account, BrokerAddress
from collector.mqtt.connection.line import Line
from collector.mqtt.connection.session import Session
from config.mqtt.box_topics import READINGS, STATUS, STORED, box_topic
from gateway.backoff import Backoff
from gateway.rationing import RationedSpool
from gateway.spool import Filling, Spool

log = logging.getLogger(__name__)

TURN_S = 0.1
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
        backoff = Backoff(FIRST_RECONNECT_S, CEILING_RECONNECT_S, chance=chance)
        self._session = Session(self._new_line, self, backoff)
        self._sent_batches = self._confirmed = 0
        self._said: tuple[object, ...] = ()
        self._status_at_s = 0.0

    def run(self) -> None:
        """Send and delete until `stop`; what is not confirmed by then waits for the next start."""
        self._session.run()

    def stop(self) -> None:
        """Ask `run` to end; it does within half a second."""
        self._session.stop()

    def statistics(self) -> UplinkStatistics:
        """Return a snapshot."""
        return UplinkStatistics(self._session.is_connected, self._sent_batches, self._confirmed, self._spool.depth())

    def ready(self) -> None:
        """There is nothing to make room for: what the line brings are confirmations."""

    def begin(self, line: Line, gap_s: float | None) -> None:
        """Listen for confirmations; what waits by now is backlog."""
        line.subscribe([box_topic(self.edge, STORED)])
        self._window.connected(time.monotonic())
        self._said = ()
        if gap_s is None:
            log.info("uplink %s: connected, %d readings wait", self.edge, self._spool.depth())
        else:
            log.warning("uplink %s: back after %.0f s, %d readings wait", self.edge, gap_s, self._spool.depth())

    def turn(self, line: Line) -> None:
        """Send what is due and delete what is confirmed."""
        for batch in self._window.due(time.monotonic()):
            batch.is_with_broker = line.publish(box_topic(self.edge, READINGS), batch.payload).is_published
            self._sent_batches += 1
        self._publish_status(line)
        line.tend()
        line.wait(TURN_S)
        self._confirmed += self._window.confirmed(self._stored(line), time.monotonic())
        line.tend()

    def end(self, line: Line) -> None:
        """Tell the centre that the box leaves."""
        self._publish_status(line, online=False)

    def lose(self, error: Exception, *, is_news: bool) -> None:
        """Say that the line is cut; nothing else is lost with it."""
        if is_news:
            log.warning("uplink %s: cut, readings wait in the spool: %s", self.edge, error)

    def _new_line(self) -> Line:
        line = Line(self._address, self._account, f"zaehlwerk-edge-{self.edge}")
        gone = BoxStatus(online=False, since=written(self._clock()), problem="offline")
        line.client.will_set(box_topic(self.edge, STATUS), encode_status(gone), qos=1, retain=True)
        return line

    def _stored(self, line: Line) -> list[int]:
        """Take what the centre says, and return the numbers of the batches that are durable there."""
        found: list[int] = []
        for message in line.messages():
            if message.qos:
                line.acknowledge([message.mid])
            sequence = decode_confirmation(message.payload)
            if sequence is not None:
                found.append(sequence)
            elif message.payload == AGAIN:
                self._window.asked(time.monotonic())
            else:
                log.warning("uplink %s: %.60r is no confirmation", self.edge, message.payload)
        return found

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
            full_percent=int(filling.share * 100),
            left_out=dict(self._rationed.left_out),
            problem=problem,
        )
        line.publish(box_topic(self.edge, STATUS), encode_status(status), retain=True)

    def _problem(self, filling: Filling) -> str | None:
        # A disk or a page limit refuses before the share reaches one.
        if filling.share > 1 or self._rationed.is_full:
            return "spool_full"
        return "spool_filling" if self._rationed.ration else None
