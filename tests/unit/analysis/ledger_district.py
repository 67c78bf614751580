"""A meter whose readings arrive when the test says so, in real databases, with a clock that goes."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from analysis.books import Books
from analysis.days.daily_ledger import Caught, catch_up, rebuild
from config.meters.meter import Meter
from config.portfolio.properties import Property
from gateway.embedded import EmbeddedStore
from gateway.operations import Operations
from gateway.operations.ledger.rows import LedgerDay, LedgerNotice
from gateway.reading import Reading, milliseconds
from tests.unit.analysis.evidence import books, place, utc

START = utc(2025, 1, 1)
Tables = tuple[list[LedgerDay], list[LedgerNotice]]


@dataclass
class Clock:
    """The one clock of a small world."""

    now: datetime = START

    def __call__(self) -> float:
        return self.now.timestamp()


@dataclass
class World:
    """A store, an operations database and what is declared; `at` moves the clock."""

    store: EmbeddedStore
    operations: Operations
    clock: Clock
    declared: Property = field(default_factory=place)

    def at(self, now: datetime) -> "World":
        self.clock.now = now
        return self

    def declare(self, *meters: Meter, **more: Any) -> "World":
        self.declared = place(*meters, **more)
        return self

    @property
    def books(self) -> Books:
        there, _ = books(self.declared)
        return replace(there, store=self.store, operations=self.operations, ledger=self.operations.ledger)

    def arrive(self, readings: Mapping[datetime, float], meter: str = "strom") -> None:
        quantity = self.books.portfolio.meter(meter).quantity
        self.store.append([Reading(meter, quantity, milliseconds(at), value) for at, value in readings.items()])

    def derive(self) -> Caught:
        there = self.books
        return catch_up(there, there.portfolio.meters.values(), now=self.clock.now)

    def rebuild(self, meter: str = "strom", since: date | None = None) -> Caught:
        there = self.books
        return rebuild(there, there.portfolio.meter(meter), now=self.clock.now, since=since)

    def tables(self, meter: str = "strom") -> Tables:
        return self.operations.ledger.days(meter), self.operations.ledger.notices(meter, -(2**60), 2**60)

    def days(self, meter: str = "strom") -> dict[str, str]:
        return {str(row.day): row.pieces for row in self.operations.ledger.days(meter)}


@contextmanager
def world_in(folder: Path) -> Iterator[World]:
    """Open a world in a folder."""
    clock = Clock()
    store = EmbeddedStore(folder / "readings.sqlite", clock_s=clock)
    operations = Operations(f"sqlite:///{folder / 'operations.sqlite'}", lambda: clock.now)
    operations.upgrade()
    yield World(store, operations, clock)
    operations.close()
    store.close()
