"""The session with one broker: connect, talk turn by turn, lose the line and come back, until somebody says stop.

Runs in a thread of its own: paho is synchronous, and so is the sink.
"""

import threading
import time
from collections.abc import Callable
from typing import Protocol

from collector.mqtt.connection.line import Line
from config.errors import StorageFull, Unreachable
from gateway.backoff import Backoff

CONNECT_WITHIN_S = 10.0
GREETING_S = 0.5


class Conversation(Protocol):
    """What is said over a line. Each method may raise `OSError`, `StorageFull` or `Unreachable`: the line is lost."""

    def ready(self) -> None:
        """Return if there is room for what arrives; what raises here is not connected."""
        ...

    def begin(self, line: Line, gap_s: float | None) -> None:
        """Subscribe: the broker has taken us. `gap_s` is how long the line was lost; None if it never was."""
        ...

    def turn(self, line: Line) -> None:
        """Wait for half a second at most, take what is there, tend the line."""
        ...

    def end(self, line: Line) -> None:
        """Bring to an end what is under way: somebody said stop."""
        ...

    def lose(self, error: Exception, *, is_news: bool) -> None:
        """Forget what belongs to the line and say so; `is_news`: it is the first attempt that failed."""
        ...


class Session:
    """One broker: `run` until `stop`. A lost connection, a broker that is away and a full disk are waited out."""

    def __init__(self, new_line: Callable[[], Line], conversation: Conversation, backoff: Backoff) -> None:
        self._new_line = new_line
        self._conversation = conversation
        self._backoff = backoff
        self._lost_at_s: float | None = None
        self._stopping = threading.Event()
        self.is_connected = False

    def run(self) -> None:
        """Talk until `stop`, over as many lines as it takes."""
        while not self._stopping.is_set():
            try:
                self._conversation.ready()
                self._talk()
            except (OSError, StorageFull, Unreachable) as error:
                self._lose(error)
                self._stopping.wait(self._backoff.failed())

    def stop(self) -> None:
        """Ask `run` to end; it does within half a second, and what `end` takes."""
        self._stopping.set()

    def _talk(self) -> None:
        line = self._new_line()
        try:
            line.open()
            if not self._is_accepted(line):
                return
            self._begin(line)
            while not self._stopping.is_set():
                self._conversation.turn(line)
            self._conversation.end(line)
            line.leave()
        finally:
            self.is_connected = False
            line.close()

    def _is_accepted(self, line: Line) -> bool:
        """Wait until the broker has taken us; False if there is no need any more."""
        deadline_s = time.monotonic() + CONNECT_WITHIN_S
        while not self._stopping.is_set():
            line.greet(GREETING_S)
            if line.is_accepted:
                return True
            if time.monotonic() > deadline_s:
                raise TimeoutError("the broker does not answer")
        return False

    def _begin(self, line: Line) -> None:
        gap_s = None if self._lost_at_s is None else time.monotonic() - self._lost_at_s
        self._lost_at_s = None
        self._backoff.succeeded()
        self._conversation.begin(line, gap_s)
        line.tend()
        self.is_connected = True

    def _lose(self, error: Exception) -> None:
        is_news = self._lost_at_s is None
        if is_news:
            self._lost_at_s = time.monotonic()
        self._conversation.lose(error, is_news=is_news)
