"""The spool: readings wait here, durable, until the store behind it has confirmed them."""

import contextlib
import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from config.errors import StorageFull, Unreachable
from gateway import refused as refused_table
from gateway.durable_file import DamagedFile, DurableFile, check_whole_file, open_reader
from gateway.reading import Reading, Receipt, Refused, demand_finite
from gateway.salvage import salvaged

logger = logging.getLogger(__name__)

# A hundred meters with twenty values a minute fill about 200 MB a day: room for ten days without a store.
DEFAULT_MAX_BYTES = 2 * 2**30

_VERSION = 2
# AUTOINCREMENT: an id is never given twice, so a late `delete` can never meet a newer row.
# `arrival` (since version 2) knows the first row of every hour: how long rows wait is no matter of their own times.
_SCHEMA = f"""
CREATE TABLE IF NOT EXISTS waiting (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    meter TEXT NOT NULL,
    quantity TEXT NOT NULL,
    time_ms INTEGER NOT NULL,
    value REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS arrival (hour INTEGER PRIMARY KEY, first_id INTEGER NOT NULL);
{refused_table.SCHEMA.replace("CREATE TABLE ", "CREATE TABLE IF NOT EXISTS ")}
"""
_INSERT = "INSERT INTO waiting (meter, quantity, time_ms, value) VALUES (?, ?, ?, ?)"
_OLDEST = "SELECT id, meter, quantity, time_ms, value FROM waiting ORDER BY id LIMIT ?"
_AFTER = "SELECT id, meter, quantity, time_ms, value FROM waiting WHERE id > ? AND id <= ? ORDER BY id LIMIT ?"
_NEWEST_ID = "SELECT coalesce(max(id), 0) FROM waiting"
_ARRIVED = """
INSERT INTO arrival SELECT ?, coalesce(max(seq), 0) + 1 FROM sqlite_sequence WHERE true ON CONFLICT DO NOTHING
"""
_OLDEST_ARRIVAL = "SELECT max(hour) FROM arrival WHERE first_id <= (SELECT min(id) FROM waiting)"
_FORGET_ARRIVALS = "DELETE FROM arrival WHERE hour < ?"
_COUNT_REFUSED = """
INSERT INTO refused_count VALUES (?, ?) ON CONFLICT DO UPDATE SET count = count + excluded.count
"""
_DEPTH = "SELECT count(*) FROM waiting"
_USED_BYTES = """
SELECT (pages.page_count - free.freelist_count) * size.page_size
FROM pragma_page_count AS pages, pragma_freelist_count AS free, pragma_page_size AS size
"""
_HOUR_S = 3600
_LAST_ID = 2**63 - 1
_CLOCK_IS_SET_S = 1_577_836_800  # 2020-01-01: a small computer without a clock starts in 1970


@dataclass(frozen=True, slots=True)
class Filling:
    """How full a spool is: readings that wait, since when the oldest does, and the larger share of its two bounds."""

    depth: int
    waiting_for: timedelta
    share: float


class Spool:
    """A sink whose rows leave in the order in which they came, and only when somebody deletes them.

    It never drops: beyond `max_bytes`, or once its oldest row waits for `max_wait`, it refuses with `StorageFull`. A
    damaged file is moved beside itself (`….damaged-<time>`), said loudly, and a new one is started with what can
    still be read of it, for new readings are worth more than a stop.
    """

    def __init__(
        self,
        path: Path,
        *,
        max_bytes: int = DEFAULT_MAX_BYTES,
        max_wait: timedelta | None = None,
        clock_s: Callable[[], float] = time.time,
    ) -> None:
        self._file, aside = _open(path)
        self._max_bytes, self._max_wait, self._clock_s = max_bytes, max_wait, clock_s
        self._hour = 0
        self._counting = threading.Lock()
        self._depth = self._count()
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
    ) -> Receipt:
        """Make readings and refused things durable in one commit; see `Sink.append`.

        `left_out` is counted by reason in the same commit. Raises `InvalidReading` for a value that is not finite,
        `StorageFull` beyond a bound or on a full disk.
        """
        demand_finite(readings)
        with self._file.writing() as connection:
            hour = self._note_arrival(connection)
            connection.executemany(_INSERT, readings)
            refused_table.insert(connection, refused)
            connection.executemany(_COUNT_REFUSED, (left_out or {}).items())
            self._demand_room(connection)
        self._hour = hour
        self._add_to_depth(len(readings))
        return Receipt(len(readings), None)

    def oldest(self, limit: int) -> list[tuple[int, Reading]]:
        """Return the `limit` rows that wait longest, with the ids that `delete` and `settle` take."""
        with self._file.reading() as connection:
            rows = connection.execute(_OLDEST, (limit,))
            return [(row[0], Reading._make(row[1:])) for row in rows]

    def after(self, row_id: int, limit: int, *, up_to: int = _LAST_ID) -> list[tuple[int, Reading]]:
        """Return at most `limit` rows with `row_id` < id <= `up_to`, ascending: what came in between."""
        with self._file.reading() as connection:
            rows = connection.execute(_AFTER, (row_id, up_to, limit))
            return [(row[0], Reading._make(row[1:])) for row in rows]

    def newest_id(self) -> int:
        """Return the id of the row that came last of those that wait; 0 if none does."""
        with self._file.reading() as connection:
            newest: int = connection.execute(_NEWEST_ID).fetchone()[0]
        return newest

    def filling(self) -> Filling:
        """Return how full the spool is at this moment."""
        with self._file.reading() as connection:
            return self._filling(connection)

    def delete(self, row_ids: Iterable[int]) -> None:
        """Forget rows that the store has confirmed; ids that are gone already change nothing."""
        self.settle(row_ids)

    def park(self, refused: Sequence[Refused]) -> None:
        """Keep what the store refused, with its reason; the same again changes nothing."""
        self.settle((), refused)

    def settle(self, row_ids: Iterable[int], refused: Sequence[Refused] = ()) -> None:
        """Forget rows and park what was refused among them in one commit: nothing is ever in neither table."""
        with self._file.writing() as connection:
            refused_table.insert(connection, refused)
            deleted = _delete(connection, sorted(set(row_ids)))
        self._add_to_depth(-deleted)

    def depth(self) -> int:
        """Return how many readings wait."""
        return self._depth

    def refused(self, limit: int = 100) -> list[Refused]:
        """Return the newest refused things, newest first."""
        with self._file.reading() as connection:
            return refused_table.select(connection, limit)

    def refused_counts(self) -> dict[str, int]:
        """Return how many things were refused ever, by reason."""
        with self._file.reading() as connection:
            return refused_table.counts(connection)

    def ready(self) -> None:
        """Return if an append would work now; raises `StorageFull` otherwise."""
        self._file.ready()
        with self._file.writing() as connection:
            self._demand_room(connection)

    def close(self) -> None:
        """Close the file; what waits in it waits for the next start."""
        self._file.close()

    def _count(self) -> int:
        with self._file.reading() as connection:
            depth: int = connection.execute(_DEPTH).fetchone()[0]
        return depth

    def _add_to_depth(self, difference: int) -> None:
        with self._counting:
            self._depth += difference

    def _note_arrival(self, connection: sqlite3.Connection) -> int:
        hour = int(self._clock_s() // _HOUR_S)
        if hour != self._hour:
            oldest = connection.execute(_OLDEST_ARRIVAL).fetchone()[0]
            connection.execute(_FORGET_ARRIVALS, (hour if oldest is None else oldest,))
            connection.execute(_ARRIVED, (hour,))
        return hour

    def _filling(self, connection: sqlite3.Connection) -> Filling:
        (used_bytes,) = connection.execute(_USED_BYTES).fetchone()
        (hour,) = connection.execute(_OLDEST_ARRIVAL).fetchone()
        since_s = 0 if hour is None else hour * _HOUR_S
        waiting_for = timedelta(0)
        if since_s >= _CLOCK_IS_SET_S:
            waiting_for = max(timedelta(seconds=self._clock_s() - since_s), waiting_for)
        time_share = 0.0 if self._max_wait is None else waiting_for / self._max_wait
        return Filling(self._depth, waiting_for, max(used_bytes / max(self._max_bytes, 1), time_share))

    def _demand_room(self, connection: sqlite3.Connection) -> None:
        filling = self._filling(connection)
        if filling.share > 1:
            raise StorageFull(
                f"{self.path} holds {self._depth} readings since {filling.waiting_for}, its bound of "
                f"{self._max_bytes} bytes{'' if self._max_wait is None else f' or {self._max_wait}'} is met"
            )

    def _take_over(self, aside: Path) -> None:
        saved = 0
        with contextlib.suppress(StorageFull):  # what found no room lies in the file aside
            for readings in salvaged(aside):
                saved += self.append(readings).accepted
        logger.error("%d readings of the damaged spool could be read and wait again", saved)


def spool_depth(path: Path) -> int:
    """Return how many readings wait in the spool of another process; 0 if there is none yet.

    Raises `Unreachable` if the file cannot be read.
    """
    if not path.exists():
        return 0
    try:
        with contextlib.closing(open_reader(path)) as connection:
            depth: int = connection.execute(_DEPTH).fetchone()[0]
    except sqlite3.Error as error:
        raise Unreachable(f"{path} cannot be read: {error}") from error
    return depth


def _open(path: Path) -> tuple[DurableFile, Path | None]:
    aside = None
    try:
        if path.exists():
            check_whole_file(path)
        return DurableFile(path, _SCHEMA, version=_VERSION), aside
    except DamagedFile as error:
        aside = _quarantine(path)
        logger.error("spool damaged, moved to %s; starting with an empty one: %s", aside, error)
    return DurableFile(path, _SCHEMA, version=_VERSION), aside


def _quarantine(path: Path) -> Path:
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    names = (f"{path.name}.damaged-{stamp}{number}" for number in ("", *(f"-{n}" for n in range(2, 1000))))
    aside = next(free for name in names if not (free := path.with_name(name)).exists())
    # The log beside it may hold what the file lost: under these names SQLite still finds the two together.
    for suffix in ("", "-wal", "-shm"):
        with contextlib.suppress(FileNotFoundError):
            path.with_name(path.name + suffix).rename(aside.with_name(aside.name + suffix))
    return aside


def _delete(connection: sqlite3.Connection, row_ids: Sequence[int]) -> int:
    if not row_ids:
        return 0
    first, last = row_ids[0], row_ids[-1]
    if last - first + 1 == len(row_ids):
        return connection.execute("DELETE FROM waiting WHERE id BETWEEN ? AND ?", (first, last)).rowcount
    return connection.executemany("DELETE FROM waiting WHERE id = ?", [(row_id,) for row_id in row_ids]).rowcount
