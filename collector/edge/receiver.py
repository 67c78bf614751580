"""The centre's side: takes what boxes send, and confirms what is durable in its own sink."""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime

from paho.mqtt.reasoncodes import ReasonCode

from collector.edge.boxes import Boxes, Heard
from collector.edge.wire import AGAIN, decode_batch, encode_confirmation
from collector.mqtt.connection.broker import Account, BrokerAddress
from collector.mqtt.connection.line import Line
from collector.mqtt.connection.packet_stream import Message
from collector.mqtt.connection.session import Session
from collector.mqtt.durable_batches import Gathered, Gathering
from collector.statistics import SourceStatistics
from config.errors import StorageFull
from config.mqtt.box_topics import READINGS, STATUS, STORED, box_topic, edge_and_kind
from config.portfolio.portfolio import Portfolio
from gateway.backoff import Backoff
from gateway.ports import Sink
from gateway.reading import instant

log = logging.getLogger(__name__)

FIRST_RECONNECT_S = 0.5
CEILING_RECONNECT_S = 30.0


class Receiver:
    """The boxes of one broker: `run` until `stop`. Durable first, confirmed second; a full disk confirms nothing.

    Receivers of a share divide the batches among them, and each confirms what is durable in its own sink. Their
    sessions end with the connection: a broker goes on dealing batches out to a session that it keeps for somebody
    who is gone, while a box sends again what nobody confirmed.
    """

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
        self._portfolio, self._sink = portfolio, sink
        self._boxes = Boxes()
        self._asks = False
        self._gathering = Gathering(sink, self._take, clock)
        self._session = Session(self._new_line, self, Backoff(FIRST_RECONNECT_S, CEILING_RECONNECT_S))

    def run(self) -> None:
        """Receive until `stop`; ends with everything that arrived durable and confirmed."""
        self._session.run()

    def stop(self) -> None:
        """Ask `run` to end; it does within half a second, behind a shared subscription within some."""
        self._session.stop()

    @property
    def is_connected(self) -> bool:
        """Whether the broker has taken us and was told what we listen to."""
        return self._session.is_connected

    def statistics(self) -> list[SourceStatistics]:
        """Return a snapshot of every box that was heard of since the start."""
        return self._boxes.statistics(connected=self.is_connected)

    def heard(self) -> list[Heard]:
        """Return the last word of every box, and when it came."""
        return self._boxes.heard()

    def ready(self) -> None:
        """Return if there is room for readings; raises `StorageFull`."""
        self._sink.ready()

    def begin(self, line: Line, gap_s: float | None) -> None:
        """Subscribe to the batches of all boxes, or our share of them, and to the states of all."""
        self._asks = not line.has_kept_session
        line.subscribe([self._batches(), box_topic("+", STATUS)])
        if gap_s is None:
            log.info("boxes of %s: listening", self.source)
        else:
            log.warning("boxes of %s: received again after %.0f s", self.source, gap_s)

    def turn(self, line: Line) -> None:
        """Take what is there."""
        self._gathering.turn(line)
        line.tend()

    def end(self, line: Line) -> None:
        """Settle the rest; the others of a share get what comes from now on."""
        if self._address.share is not None:
            self._gathering.hand_over(line, [self._batches()])
        self._gathering.settle(line)

    def lose(self, error: Exception, *, is_news: bool) -> None:
        """Forget what is not durable: its box sends it again."""
        self._gathering.abandon()
        if is_news:
            level = logging.ERROR if isinstance(error, StorageFull) else logging.WARNING
            log.log(level, "boxes of %s: not received, they keep their readings: %s", self.source, error)

    def _take(self, message: Message, gathered: Gathered) -> None:
        edge, kind = edge_and_kind(message.topic.decode("utf-8", "replace"))
        if kind == READINGS:
            self._take_batch(edge, message.payload, gathered)
        elif kind == STATUS:
            status = self._boxes.note(edge, message.payload, instant(gathered.now_ms))
            if self._asks and message.retained and status is not None and status.online:
                # It was there before us, and nothing is kept for us: what it sent meanwhile, nobody may have heard.
                gathered.answers.append((box_topic(edge, STORED), AGAIN))

    def _take_batch(self, edge: str, payload: bytes, gathered: Gathered) -> None:
        arrived = decode_batch(edge, payload, self._portfolio, gathered.now_ms)
        self._boxes.count(edge, arrived)
        gathered.readings += arrived.readings
        gathered.refused += arrived.refused
        if arrived.sequence is not None:
            gathered.answers.append((box_topic(edge, STORED), encode_confirmation(arrived.sequence)))

    def _new_line(self) -> Line:
        return Line(
            self._address,
            self._account,
            self._client_id,
            subscribed=self._subscribed,
            keeps_session=self._address.share is None,
        )

    def _batches(self) -> str:
        return self._address.shared(box_topic("+", READINGS))

    def _subscribed(self, _granted: int, refusals: Sequence[ReasonCode]) -> None:
        if refusals:
            log.error("boxes of %s: the broker refuses to send them: %s", self.source, refusals[0])
