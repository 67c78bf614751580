"""A sink whose readings leave in the order in which they came, and only when somebody deletes them."""

import contextlib
import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

from config.errors import StorageFull, Unreachable
from gateway import refused as refused_table
from gateway.beside import Beside
from gateway.durable_file import open_reader
from gateway.reading import Reading, Receipt, Refused, demand_finite
from gateway.spool import origins, parcels
from gateway.spool.damage import open_spool
from gateway.spool.filling import Bounds, Filling, hour_of, note_arrival
from gateway.spool.parcels import DamagedParcel, Row
from gateway.spool.salvage import salvaged

logger = logging.getLogger(__name__)

# A hundred meters with twenty values a minute fill about 200 MB a day: room for ten days without a store.
DEFAULT_MAX_BYTES = 2 * 2**30
SALVAGED_AT_ONCE = 5_000

_COUNT_REFUSED = """
INSERT INTO refused_count VALUES (?, ?) ON CONFLICT DO UPDATE SET count = count + excluded.count
"""
_LAST_ID = 2**63 - 1

Result = TypeVar("Result")


class Spool:
    """The readings that wait, numbered in the order in which they came; threads may share it.

    It never drops: beyond `max_bytes`, or once its oldest reading waits for `max_wait`, it refuses with
    `StorageFull`. A damaged file is moved beside itself (`….damaged-<time>`), said loudly, and a new one is started
    with what can still be read of it, for new readings are worth more than a stop. A parcel that turns out to be
    damaged later goes to what was refused, so that it never stands in the way of the others.
    """

    def __init__(
        self,
        path: Path,
        *,
        max_bytes: int = DEFAULT_MAX_BYTES,
        max_wait: timedelta | None = None,
        clock_s: Callable[[], float] = time.time,
    ) -> None:
        self._file, aside = open_spool(path)
        self.beside = Beside(self._file, origins=origins.named)
        self._bounds, self._clock_s = Bounds(max_bytes, max_wait), clock_s
        self._hour = 0
        self._counting = threading.Lock()
        self._depth = self._value(parcels.COUNT)
        if aside is not None:
            self._take_over(aside)

    @property
    def path(self) -> Path:
        """The database's file."""
        return self._file.path

    def append(
        self,
        readings: Sequence[Reading],
        refused: Sequence[Refused] = (),
        *,
        left_out: Mapping[str, int] | None = None,
        source: str = "",
    ) -> Receipt:
        """Make readings and refused things durable in one commit; see `Sink.append`.

        `left_out` is counted by reason in the same commit; `source` is who brought the readings, said of every value
        that they replace in the store. Raises `InvalidReading` for a value that is not finite,
        `StorageFull` beyond a bound or on a full disk.
        """
        demand_finite(readings)
        with self._file.writing() as connection:
            hour = hour_of(self._clock_s())
            if hour != self._hour:
                note_arrival(connection, hour)
            parcels.put(connection, readings)
            if source and readings:
                origins.put(connection, len(readings), source)
            refused_table.insert(connection, refused)
            connection.executemany(_COUNT_REFUSED, (left_out or {}).items())
            self._demand_room(connection)
        self._hour = hour
        self._add_to_depth(len(readings))
        if refused:
            self.beside.has_news = True
        return Receipt(len(readings), None, None)

    def oldest(self, limit: int) -> list[Row]:
        """Return the `limit` readings that wait longest, with the numbers that `delete` and `settle` take."""
        return self.after(0, limit)

    def after(self, row_id: int, limit: int, *, up_to: int = _LAST_ID) -> list[Row]:
        """Return at most `limit` readings with `row_id` < number <= `up_to`, ascending: what came in between."""

        def read() -> list[Row]:
            with self._file.reading() as connection:
                return parcels.after(connection, row_id, limit, up_to)

        return self._past_damage(read)

    def newest_id(self) -> int:
        """Return the number of the reading that came last of those that wait; 0 if none does."""
        return self._value(parcels.NEWEST_ID)

    def filling(self) -> Filling:
        """Return how full the spool is at this moment."""
        with self._file.reading() as connection:
            return self._filling(connection)

    def delete(self, row_ids: Iterable[int]) -> None:
        """Forget readings that the store has confirmed; numbers that are gone already change nothing."""
        self.settle(row_ids)

    def park(self, refused: Sequence[Refused]) -> None:
        """Keep what the store refused, with its reason; the same again changes nothing."""
        self.settle((), refused)

    def settle(self, row_ids: Iterable[int], refused: Sequence[Refused] = ()) -> None:
        """Forget readings and park what was refused among them in one commit: nothing is ever in neither table."""
        numbers = sorted(set(row_ids))

        def write() -> int:
            with self._file.writing() as connection:
                refused_table.insert(connection, refused)
                deleted = parcels.delete(connection, numbers)
                origins.forget(connection)
                return deleted

        self._add_to_depth(-self._past_damage(write))

    def depth(self) -> int:
        """Return how many readings wait."""
        return self._depth

    def refused(self, limit: int = 100) -> list[Refused]:
        """Return the newest refused things, newest first."""
        return self.beside.refused(limit)

    def refused_counts(self) -> dict[str, int]:
        """Return how many things were refused ever, by reason."""
        return self.beside.refused_counts()

    def ready(self) -> None:
        """Return if an append would work now; raises `StorageFull` otherwise."""
        self._file.ready()
        with self._file.writing() as connection:
            self._demand_room(connection)

    def close(self) -> None:
        """Close the file; what waits in it waits for the next start."""
        self._file.close()

    def _value(self, query: str) -> int:
        with self._file.reading() as connection:
            value: int = connection.execute(query).fetchone()[0]
        return value

    def _add_to_depth(self, difference: int) -> None:
        with self._counting:
            self._depth += difference

    def _filling(self, connection: sqlite3.Connection) -> Filling:
        return self._bounds.filling(connection, self._depth, self._clock_s())

    def _demand_room(self, connection: sqlite3.Connection) -> None:
        filling = self._filling(connection)
        if filling.share > 1:
            since = filling.waiting_for
            raise StorageFull(
                f"{self.path} holds {self._depth} readings, the oldest for {since}; the bound is {self._bounds}"
            )

    def _past_damage(self, work: Callable[[], Result]) -> Result:
        while True:
            try:
                return work()
            except DamagedParcel as damage:
                self._set_aside(damage)

    def _set_aside(self, damage: DamagedParcel) -> None:
        logger.error("%s: %s; parked among what was refused", self.path, damage)
        content = damage.parcel[3]
        refused = Refused("spool", self.path.name, "damaged", str(damage), content, int(self._clock_s() * 1000))
        with self._file.writing() as connection:
            refused_table.insert(connection, [refused])
            lost = parcels.discard(connection, damage.parcel)
        self._add_to_depth(-lost)

    def _take_over(self, aside: Path) -> None:
        saved, waiting = 0, list[Reading]()
        with contextlib.suppress(StorageFull):  # what found no room lies in the file aside
            for readings in salvaged(aside):
                waiting += readings
                if len(waiting) >= SALVAGED_AT_ONCE:
                    saved += self.append(waiting).accepted
                    waiting = []
            saved += self.append(waiting).accepted
        logger.error("%d readings of the damaged spool could be read and wait again", saved)


def spool_depth(path: Path) -> int:
    """Return how many readings wait in the spool of another process; 0 if there is none yet.

    Raises `Unreachable` if the file cannot be read.
    """
    if not path.exists():
        return 0
    try:
        with contextlib.closing(open_reader(path)) as connection:
            depth: int = connection.execute(parcels.COUNT).fetchone()[0]
    except sqlite3.Error as error:
        raise Unreachable(f"{path} cannot be read: {error}") from error
    return depth
