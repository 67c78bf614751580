"""Gathers what polls bring and makes it durable in few commits."""

import asyncio
import logging
from collections.abc import Sequence

from config.errors import StorageFull
from gateway.ports import Sink
from gateway.reading import Reading

# Long enough to share one fsync among the answers of a burst, short enough to lose next to nothing with the process.
GATHER_S = 0.05
RETRY_S = 1.0
MOST_KEPT = 100_000

log = logging.getLogger(__name__)


class Batch:
    """Readings on their way into the sink; lives in one event loop.

    A polled register keeps its value, so nobody is told "taken" before the append: what a power cut takes out of a
    batch is a poll that did not happen. While the sink is full, readings are kept and tried again; past
    `MOST_KEPT` the oldest go, counted in `dropped`.
    """

    def __init__(self, sink: Sink, *, gather_s: float = GATHER_S) -> None:
        self._sink = sink
        self._gather_s = gather_s
        self._readings: list[Reading] = []
        self._timer: asyncio.TimerHandle | None = None
        self._is_full = False
        self.dropped = 0

    def add(self, readings: Sequence[Reading]) -> None:
        """Take readings; they are appended within the gathering time."""
        self._readings += readings
        if self._timer is None and self._readings:
            self._arm(self._gather_s)

    def flush(self) -> None:
        """Append now what is gathered; what the sink refuses for want of room stays for the next time."""
        self._disarm()
        readings, self._readings = self._readings, []
        if not readings:
            return
        try:
            self._sink.append(readings)
        except StorageFull as error:
            self._keep(readings, error)
        else:
            self._say_room()

    def _keep(self, readings: list[Reading], error: StorageFull) -> None:
        if not self._is_full:
            log.error("readings cannot be made durable, they are kept in memory and tried again: %s", error)
        self._is_full = True
        self.dropped += max(0, len(readings) - MOST_KEPT)
        self._readings = readings[-MOST_KEPT:] + self._readings
        self._arm(RETRY_S)

    def _say_room(self) -> None:
        if self._is_full:
            log.warning("readings are durable again, %d were dropped", self.dropped)
        self._is_full = False

    def _arm(self, delay_s: float) -> None:
        self._timer = asyncio.get_running_loop().call_later(delay_s, self.flush)

    def _disarm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None
