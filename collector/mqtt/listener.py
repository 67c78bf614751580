"""Listens to the meters behind one broker."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from paho.mqtt.reasoncodes import ReasonCode

from collector.mqtt.connection.broker import Account, BrokerAddress
from collector.mqtt.connection.line import Line
from collector.mqtt.connection.session import Session
from collector.mqtt.discovery.unassigned import Unassigned
from collector.mqtt.dispatch import Dispatch
from collector.mqtt.durable_batches import Gathering
from collector.mqtt.periodic import Periodic
from collector.mqtt.routing.aside import Aside
from collector.mqtt.routing.routes import Routes
from collector.mqtt.routing.topic_index import TopicIndex
from collector.statistics import Counts, SourceStatistics
from config.errors import StorageFull
from gateway.backoff import Backoff
from gateway.ports import Sink
from gateway.reading import instant, milliseconds

FIRST_RECONNECT_S = 0.5
CEILING_RECONNECT_S = 30.0

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Beside:
    """What a listener does beside taking readings.

    `aside` is shared with its routes. `unassigned` None: what belongs to no meter is refused; `discover` is the
    pattern of topics on which it is looked for. `keep_alives`: topics on which gateways want to be asked.
    `settled`: patterns of what is heard while looking for topics and is nobody's to take.
    """

    aside: Aside = field(default_factory=Aside)
    unassigned: Unassigned | None = None
    discover: str | None = None
    keep_alives: Sequence[str] = ()
    settled: Sequence[str] = ()


class Listener:
    """One broker: `run` until `stop`. Nothing is acknowledged before it is durable."""

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
        beside = beside or Beside()
        self.source = source
        self._address, self._sink, self._clock = address, sink, clock
        self._aside, self._unassigned = beside.aside, beside.unassigned
        self._discover = beside.discover if beside.unassigned is not None else None
        self._topic_index = TopicIndex(routes)
        self._periodic = Periodic(routes, beside.keep_alives, self._aside)
        self._dispatch = Dispatch(
            source,
            self._topic_index,
            unassigned=beside.unassigned,
            discover=self._discover,
            settled=beside.settled,
        )
        self._gathering = Gathering(sink, self._dispatch.take, clock)
        self._counts = Counts()
        self._has_begun = False
        self._session = Session(
            lambda: Line(address, account, client_id, subscribed=self._subscribed),
            self,
            Backoff(FIRST_RECONNECT_S, CEILING_RECONNECT_S),
        )

    def run(self) -> None:
        """Listen until `stop`; ends with everything that arrived durable and acknowledged."""
        self._session.run()

    def stop(self) -> None:
        """Ask `run` to end; it does within half a second, behind a shared subscription within some."""
        self._session.stop()

    def statistics(self) -> SourceStatistics:
        """Return a snapshot."""
        return SourceStatistics(
            source=self.source,
            kind="mqtt",
            connected=self._session.is_connected,
            polls=0,
            readings=self._gathering.durable,
            missed=0,
            faults=dict(self._counts.faults + self._aside.counts),
            refused=dict(self._dispatch.refusals),
            offline={meter: instant(since_ms) for meter, since_ms in self._aside.away.items()},
        )

    def ready(self) -> None:
        """Return if there is room for readings; raises `StorageFull`."""
        self._sink.ready()

    def begin(self, line: Line, gap_s: float | None) -> None:
        """Subscribe to everything that a meter wants to hear."""
        if gap_s is not None:
            log.warning("broker %s: back after %.0f s, session kept: %s", self.source, gap_s, line.has_kept_session)
        self._periodic.joined(milliseconds(self._clock()))
        line.subscribe(self._subscriptions())
        self._has_begun = True

    def turn(self, line: Line) -> None:
        """Take what is there, and do what is due beside it."""
        self._gathering.turn(line)
        self._unsubscribe_forgotten(line)
        self._periodic.pass_on(line, milliseconds(self._clock()))
        if self._unassigned is not None:
            self._unassigned.write_due()
        line.tend()

    def end(self, line: Line) -> None:
        """Settle the rest; the others of a shared subscription get what comes from now on."""
        if self._address.share is not None:
            self._gathering.hand_over(line, self._subscriptions())
        self._gathering.settle(line)

    def lose(self, error: Exception, *, is_news: bool) -> None:
        """Be ready to take again what did not become durable."""
        if self._gathering.abandon():
            self._topic_index.forget()
        is_full = isinstance(error, StorageFull)
        self._counts.faults["storage_full" if is_full else "disconnected"] += 1
        if is_news:
            level = logging.ERROR if is_full else logging.WARNING
            log.log(level, "broker %s: not listening, %s: %s", self.source, self._kept(), error)

    def _kept(self) -> str:
        # A broker keeps messages for a session alone, and at first nobody knows whether it has one.
        return "it keeps the messages" if self._has_begun else "it keeps messages only if it knows us from before"

    def _subscriptions(self) -> list[str]:
        # What is counted over a whole node has to be heard by everybody; the same reading twice is one.
        wanted = self._topic_index.subscriptions(self._discover)
        return [topic if topic in self._periodic.whole else self._address.shared(topic) for topic in wanted]

    def _unsubscribe_forgotten(self, line: Line) -> None:
        # The session remembers the topics of meters that the portfolio has no more.
        while self._dispatch.forgotten:
            topic = self._dispatch.forgotten.pop()
            line.unsubscribe(sorted({topic, self._address.shared(topic)}))

    def _subscribed(self, granted: int, refusals: Sequence[ReasonCode]) -> None:
        if refusals:
            self._counts.faults["subscription_refused"] += len(refusals)
            log.error("broker %s refuses %d subscriptions: %s", self.source, len(refusals), refusals[0])
        log.info("broker %s: listening to %d topics", self.source, granted)
