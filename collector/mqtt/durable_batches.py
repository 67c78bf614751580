"""Messages on their way to the disk: taken, made durable together, and only then forgotten by the broker."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from collector.mqtt.connection.line import Line
from collector.mqtt.connection.packet_stream import Message
from gateway.ports import Sink
from gateway.reading import Reading, Refused, milliseconds

MOST_MESSAGES = 500
MOST_READINGS = 5_000
OLDEST_S = 0.2
# A broker with a small in-flight window sends nothing more until it hears: do not let it wait for a full batch.
QUIET_S = 0.01
CHECK_S = 0.5
# How long a collector that stops waits for the last messages of a shared subscription.
HAND_OVER_QUIET_S = 0.5
HAND_OVER_S = 5.0


@dataclass(slots=True)
class Gathered:
    """What was taken and is not durable yet.

    `mids` are the messages that the broker keeps until it is, `answers` (topic, payload) what is said to their
    senders then. `now_ms` is when the messages at hand arrived [ms since 1970 UTC].
    """

    now_ms: int
    readings: list[Reading] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    answers: list[tuple[str, bytes]] = field(default_factory=list)
    mids: list[int] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to settle."""
        return not (self.mids or self.readings or self.refused)


Take = Callable[[Message, Gathered], None]
"""Adds to what is gathered what a message says."""


class Gathering:
    """Takes what a line brings and settles it in batches; `durable` counts the readings since the start."""

    def __init__(self, sink: Sink, take: Take, clock: Callable[[], datetime]) -> None:
        self._sink, self._take, self._clock = sink, take, clock
        self._gathered = Gathered(self._now_ms())
        self._since_s = 0.0
        self.durable = 0

    def turn(self, line: Line) -> None:
        """Take what arrives within a moment, and settle it if it is many, old, or the last for now."""
        try:
            has_arrived = line.wait(CHECK_S if self._gathered.is_empty else QUIET_S)
            self._take_all(line)
        except OSError:
            self._keep()
            raise
        if not has_arrived or time.monotonic() - self._since_s >= OLDEST_S:
            self.settle(line)

    def settle(self, line: Line) -> None:
        """Make durable what was taken, answer its senders, and let the broker forget it."""
        gathered = self._gathered
        # The order is the promise: durable first, acknowledged second. An exception of the append skips the rest,
        # and the broker sends it all again.
        if gathered.readings or gathered.refused:
            self._sink.append(gathered.readings, gathered.refused)
        for topic, payload in gathered.answers:
            line.publish(topic, payload)
        line.acknowledge(gathered.mids)
        self.durable += len(gathered.readings)
        self._gathered = Gathered(gathered.now_ms)

    def hand_over(self, line: Line, topics: Sequence[str]) -> None:
        """Give shared subscriptions back, and take to the end what the broker has for this session already."""
        line.unsubscribe(topics)
        quiet_since_s = started_s = time.monotonic()
        while time.monotonic() - quiet_since_s < HAND_OVER_QUIET_S and time.monotonic() - started_s < HAND_OVER_S:
            line.tend()
            if line.wait(QUIET_S):
                self._take_all(line)
                quiet_since_s = time.monotonic()
            self.settle(line)

    def abandon(self) -> bool:
        """Forget what is not durable, and return whether there was something: it will be sent again.

        Message ids belong to a connection: acknowledging one on the next could confirm another message.
        """
        gathered, self._gathered = self._gathered, Gathered(self._now_ms())
        return not gathered.is_empty

    def _keep(self) -> None:
        """Make durable what arrived before the line broke: a broker that died has forgotten what it delivered.

        It is neither answered nor acknowledged; who remembers it sends it again, which changes nothing.
        """
        gathered, self._gathered = self._gathered, Gathered(self._now_ms())
        if gathered.readings or gathered.refused:
            self._sink.append(gathered.readings, gathered.refused)
            self.durable += len(gathered.readings)

    def _take_all(self, line: Line) -> None:
        take, gathered = self._take, self._gathered
        gathered.now_ms = self._now_ms()
        if gathered.is_empty:
            self._since_s = time.monotonic()
        for message in line.messages():
            if message.qos:
                gathered.mids.append(message.mid)
            take(message, gathered)
            if len(gathered.mids) >= MOST_MESSAGES or len(gathered.readings) >= MOST_READINGS:
                self.settle(line)
                gathered, self._since_s = self._gathered, time.monotonic()

    def _now_ms(self) -> int:
        return milliseconds(self._clock())
