"""A line in memory: brings what it was given, turn by turn, and remembers what was done over it."""

import time
from collections.abc import Iterator, Sequence
from itertools import count

import pytest
from paho.mqtt.client import MQTTMessageInfo

from collector.mqtt.connection.line import Line
from collector.mqtt.connection.packet_stream import Message


def ticking_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the steady clock go on by a tenth of a second whenever somebody looks, and only then."""
    ticks = count()
    monkeypatch.setattr(time, "monotonic", lambda: next(ticks) / 10)


def message(number: int, *, topic: str = "t", qos: int = 1, payload: bytes = b"1") -> Message:
    """The message with this number."""
    return Message(topic.encode(), number, qos, False, payload)


class FakeLine(Line):
    """Each `wait` brings the next turn; what is an error is raised instead. `done` is what was done, in order."""

    def __init__(self, *turns: Sequence[Message] | Exception, refuses: bool = False, answers: bool = True) -> None:
        self.turns, self.here = list(turns), list[Message]()
        self.refuses, self.answers = refuses, answers
        self.done: list[tuple[str, object]] = []
        self.published: list[tuple[str, bytes]] = []
        self.is_accepted = self.has_kept_session = False

    def open(self) -> None:
        self.done.append(("opened", None))

    def greet(self, wait_s: float) -> None:
        if self.refuses:
            raise ConnectionRefusedError("the broker refuses")
        self.is_accepted = self.answers

    def wait(self, wait_s: float) -> bool:
        turn = self.turns.pop(0) if self.turns else []
        if isinstance(turn, Exception):
            raise turn
        self.here = list(turn)
        return bool(turn)

    def messages(self) -> Iterator[Message]:
        here, self.here = self.here, []
        yield from here

    def acknowledge(self, mids: Sequence[int]) -> None:
        self.done += [("acknowledged", mid) for mid in mids]

    def publish(self, topic: str, payload: bytes, *, qos: int = 1, retain: bool = False) -> MQTTMessageInfo:
        self.done.append(("published", (topic, payload)))
        self.published.append((topic, payload))
        info = MQTTMessageInfo(1)
        info._set_as_published()
        return info

    def subscribe(self, topics: Sequence[str]) -> None:
        self.done.append(("subscribed", list(topics)))

    def unsubscribe(self, topics: Sequence[str]) -> None:
        self.done.append(("unsubscribed", list(topics)))

    def tend(self) -> None:
        """Nothing waits to be sent."""

    def leave(self) -> None:
        self.done.append(("left", None))

    def close(self) -> None:
        self.done.append(("closed", None))
