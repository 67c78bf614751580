"""A broker that may be killed, with the shipped configuration, and `zaehlwerk collect` behind it."""

import re
import sys
import time
from contextlib import closing
from pathlib import Path

from bench.foreign_publisher import QUANTITY, heard_meter
from gateway.embedded import EmbeddedStore
from gateway.reading import instant
from gateway.series import Series
from tests.portfolios import write_portfolio
from tests.servers.local_process import LocalProcess
from tests.servers.mosquitto import SHIPPED_CONFIGURATION, mosquitto_program


class BrokerScene:
    """mosquitto, and the collector that stores what the meters of the portfolio publish."""

    def __init__(self, folder: Path, *, heard: list[str], boxed: list[str]) -> None:
        self.mosquitto = mosquitto_program(folder)
        self._saved = folder / "mosquitto.db"
        self._state = folder / "state"
        log = folder / "collect.log"
        portfolio = write_portfolio(
            folder / "portfolio",
            sources=[{"id": "broker", "kind": "mqtt", "url": self.mosquitto.url, "edges": True}],
            meters=[*map(heard_meter, heard), *map(_pushed, boxed)],
        )
        command = ["collect", "--portfolio", str(portfolio), "--state", str(self._state)]
        self.collector = LocalProcess(
            [sys.executable, "-m", "zaehlwerk", *command],
            log=log,
            answers=lambda: log.exists() and "boxes of broker: listening" in log.read_text(errors="replace"),
        )

    def let_the_session_be_saved(self) -> None:
        """Make the broker write down the collector's session: it does when it is stopped."""
        with self.collector:
            pass
        self.mosquitto.stop()
        self.mosquitto.start()

    def since_saved_s(self) -> float:
        """Return how long ago the broker wrote down its queues."""
        return time.time() - self._saved.stat().st_mtime

    def stored(self, meter: str, *, first_ms: int, end_ms: int) -> Series:
        """Return the readings with first_ms <= time < end_ms that are stored of a meter."""
        with closing(EmbeddedStore(self._state / "readings.sqlite")) as store:
            return store.read(meter, QUANTITY, instant(first_ms), instant(end_ms))

    def times_of(self, meter: str) -> set[int]:
        """Return the times [ms] of all readings that are stored of a meter."""
        with closing(EmbeddedStore(self._state / "readings.sqlite")) as store:
            return set(store.read(meter, QUANTITY).time_ms.tolist())


def shipped_save_interval_s() -> int:
    """Return the shipped configuration's `autosave_interval`."""
    found = re.search(r"^autosave_interval (\d+)$", SHIPPED_CONFIGURATION.read_text(), flags=re.MULTILINE)
    assert found, "the shipped configuration saves nothing"
    return int(found[1])


def _pushed(name: str) -> dict[str, object]:
    return {**heard_meter(name), "source": {"push": True}}
