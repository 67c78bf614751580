"""A store and an operations database on disk, and what carries from one to the other."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from api.evidence import Evidence
from config.errors import StorageFull
from config.meters.meter import Meter, PushSource
from config.portfolio.portfolio import Portfolio
from gateway.beside import Beside
from gateway.embedded import EmbeddedStore
from gateway.operations import MeterEventRow, Operations
from gateway.reading import Reading, Refused, milliseconds
from gateway.replaced import RESTORED
from tests.unit.collector.portfolio import modbus_meter, mqtt_meter, portfolio
from zaehlwerk.noticing.telling import tell

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
STROM = Meter("strom", "schule", "electricity_import", "MWh", "active_energy_import", source=PushSource(), decimals=3)
PLACE = portfolio([STROM, modbus_meter("polled", 1, bus="bus-keller"), mqtt_meter("sent", "a/b")])


@dataclass
class Telling:
    """What a process has opened that tells."""

    beside: Beside
    records: Callable[[], Operations]
    forget: Callable[[str], None]
    portfolio: Portfolio = field(default_factory=lambda: PLACE)


@dataclass
class District:
    """A store and an operations database on disk, and what carries from one to the other."""

    store: EmbeddedStore
    operations: Operations
    forgotten: list[str] = field(default_factory=list)
    disk_is_full: bool = False

    def write(self, *readings: Reading, source: str = "logger.csv") -> None:
        self.store.append(readings, source=source)

    def tell(self, now: datetime = NOW) -> None:
        tell(Telling(self.store.beside, lambda: self.operations, self.forgotten.append), now=now)

    def events(self, meter: str = "strom") -> list[MeterEventRow]:
        self.tell()
        return self.operations.events.of_meter(meter)

    def evidence(self) -> Evidence:
        def restore(readings: Sequence[Reading]) -> None:
            if self.disk_is_full:
                raise StorageFull("the disk is full")
            self.store.append(readings, source=RESTORED)

        books = SimpleNamespace(portfolio=PLACE, forget=self.forgotten.append)
        services: Any = SimpleNamespace(restore=restore, operations=self.operations, books=books, clock=lambda: NOW)
        return Evidence(services, SimpleNamespace(forget=lambda: None))  # type: ignore[arg-type]

    def value(self, one: Reading) -> float:
        return self.store.standing([one])[one[:3]]


@contextmanager
def opened(folder: Path) -> Iterator[District]:
    store = EmbeddedStore(folder / "readings.sqlite", clock_s=NOW.timestamp)
    operations = Operations(f"sqlite:///{folder / 'operations.sqlite'}", clock=lambda: NOW)
    operations.upgrade()
    yield District(store, operations)
    store.close()
    operations.close()


def reading(hours: float, kwh: float, *, meter: str = "strom", quantity: str = "active_energy_import") -> Reading:
    """A reading so many hours before noon of 22 November 2026."""
    return Reading(meter, quantity, milliseconds(NOW - timedelta(hours=hours)), kwh)


def refused_of(now: datetime, ahead: timedelta, meter: str = "strom", source: str = "api") -> Refused:
    claimed_ms = milliseconds(now + ahead)
    return Refused(source, meter, "future_time", "", b"{}", milliseconds(now), meter, claimed_ms)
