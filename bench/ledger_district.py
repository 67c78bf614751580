"""A district of electricity meters with quarter-hours in an embedded store, for the benchmarks of the ledger."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from analysis.books import Books
from config.meters.meter import Meter
from config.portfolio.portfolio import District, Portfolio
from config.portfolio.properties import Property
from gateway.embedded import EmbeddedStore
from gateway.operations import Operations
from gateway.reading import milliseconds
from gateway.series import Series

QUARTER_MS = 900_000
A_DAY = 96
QUANTITY = "active_energy_import"
_YEARS_AGO_S = datetime(2000, 1, 1, tzinfo=UTC).timestamp()


@dataclass(frozen=True, slots=True)
class LedgerDistrict:
    """Meters, their store, and the books that the ledger is derived from."""

    meters: tuple[Meter, ...]
    store: EmbeddedStore
    books: Books

    def write(self, start: datetime, days: int) -> None:
        """Store the quarter-hours of `days` after `start`, both ends included; nothing of it is late."""
        first = milliseconds(start)
        times = first + QUARTER_MS * np.arange(A_DAY * days + 1, dtype=np.int64)
        slots = times // QUARTER_MS
        for number, meter in enumerate(self.meters):
            shown = np.round(slots * 0.5 + (slots * (7919 + number) % 97) / 1000, 3)
            self.store.append_series(meter.id, QUANTITY, Series(times, shown))


@contextmanager
def ledger_district(folder: Path, count: int) -> Iterator[LedgerDistrict]:
    """Open a district of `count` meters in a folder; what was written there before is found again."""
    meters = tuple(
        Meter(
            f"gs-musterdorf-strom-{number:04d}",
            "gs-musterdorf",
            "electricity_import",
            "kWh",
            QUANTITY,
            maximum_kw=55.0,
            interval=timedelta(minutes=15),
        )
        for number in range(count)
    )
    school = Property("gs-musterdorf", "Grundschule Musterdorf", "landkreis", "schulen", meters=meters)
    portfolio = Portfolio(District("lk-bench", "Landkreis", "RP", "Europe/Berlin", "02486"), (), (), (), (school,))
    store = EmbeddedStore(folder / "readings.sqlite", clock_s=lambda: _YEARS_AGO_S)
    operations = Operations(f"sqlite:///{folder / 'operations.sqlite'}")
    operations.upgrade()
    yield LedgerDistrict(meters, store, Books(portfolio, store, operations, {}, ledger=operations.ledger))
    operations.close()
    store.close()
