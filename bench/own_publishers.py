"""Our own publishers at work beside a foreign one: a box that empties its spool, and the simulation's meters."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from collector.edge.uplink import Uplink
from collector.mqtt.connection.broker import Account, broker_address
from collector.simulation.publishing.publisher import Publisher
from config.meters.meter import Meter, MqttSource
from gateway.rationing import RationedSpool
from gateway.reading import Reading, milliseconds
from gateway.spool import Spool

QUANTITY = "active_energy_import"
EVERY_S = 0.1

Sent = set[tuple[str, int]]


def _now() -> datetime:
    return datetime.now(UTC)


class OwnPublishers:
    """Every tenth of a second a reading of each meter; `sent` are (meter, time) of all that has to arrive."""

    def __init__(self, broker_url: str, folder: Path, *, boxed: list[str], simulated: list[str]) -> None:
        address = broker_address(broker_url)
        self.sent: Sent = set()
        self._boxed, self._simulated = boxed, simulated
        self._spool = Spool(folder / "spool-edge.sqlite")
        self._uplink = Uplink("bench", address, Account(), self._spool, RationedSpool(self._spool), clock=_now)
        meters = [
            Meter(
                name, "schule", "electricity_import", "kWh", QUANTITY, source=MqttSource("broker", name, "kwh", "ts")
            )
            for name in simulated
        ]
        self._publisher = Publisher(address, Account(), meters, lambda _meter, now: now.timestamp())
        self._stopping = threading.Event()

    @property
    def waiting(self) -> int:
        """How much of what was sent is not confirmed yet."""
        return self._spool.depth() + self._publisher.unconfirmed

    @contextmanager
    def running(self) -> Iterator["OwnPublishers"]:
        """Publish from threads until the end of the block."""
        threads = [threading.Thread(target=work) for work in (self._uplink.run, self._send)]
        self._publisher.start()
        for thread in threads:
            thread.start()
        with closing(self._spool):
            try:
                yield self
            finally:
                self.rest()
                self._uplink.stop()
                for thread in threads:
                    thread.join()
                self._publisher.stop()

    def rest(self) -> None:
        """Read no more; what was read goes on being sent."""
        self._stopping.set()

    def _send(self) -> None:
        while not self._stopping.wait(EVERY_S):
            now = _now()
            now_ms = milliseconds(now)
            self._spool.append([Reading(meter, QUANTITY, now_ms, time.monotonic()) for meter in self._boxed])
            self._publisher.publish(now)
            self.sent |= {(meter, now_ms) for meter in (*self._boxed, *self._simulated)}


def missing(sent: Sent, times_of: Callable[[str], set[int]]) -> int:
    """Return how many of these are not among the times [ms] that are stored of their meters."""
    stored = {meter: times_of(meter) for meter in {meter for meter, _ in sent}}
    return sum(time_ms not in stored[meter] for meter, time_ms in sent)
