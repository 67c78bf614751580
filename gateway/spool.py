"""The spool: readings wait here, durable, until the store behind it has confirmed them."""

import contextlib
import logging
import sqlite3
import threading
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from config.errors import StorageFull, Unreachable
from gateway import refused as refused_table
from gateway.durable_file import DamagedFile, DurableFile, check_whole_file, open_reader
from gateway.reading import Reading, Receipt, Refused, demand_finite

logger = logging.getLogger(__name__)

# A hundred meters with twenty values a minute fill about 200 MB a day: room for ten days without a store.
DEFAULT_MAX_BYTES = 2 * 2**30

_VERSION = 1
# AUTOINCREMENT: an id is never given twice, so a late `delete` can never meet a newer row.
_SCHEMA = f"""
CREATE TABLE waiting (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    meter TEXT NOT NULL,
    quantity TEXT NOT NULL,
    time_ms INTEGER NOT NULL,
    value REAL NOT NULL
);
{refused_table.SCHEMA}
"""
_INSERT = "INSERT INTO waiting (meter, quantity, time_ms, value) VALUES (?, ?, ?, ?)"
_OLDEST = "SELECT id, meter, quantity, time_ms, value FROM waiting ORDER BY id LIMIT ?"
_DEPTH = "SELECT count(*) FROM waiting"
_USED_BYTES = """
SELECT (pages.page_count - free.freelist_count) * size.page_size
FROM pragma_page_count AS pages, pragma_freelist_count AS free, pragma_page_size AS size
"""


class Spool:
    """A sink whose rows leave in the order in which they came, and only when somebody deletes them.

    It never drops: beyond `max_bytes` it refuses with `StorageFull`. A damaged file is moved beside itself
    (`….damaged-<time>`), said loudly, and a new one is started, for new readings are worth more than a stop.
    """

    def __init__(self, path: Path, *, max_bytes: int = DEFAULT_MAX_BYTES) -> None:
        self._file = _open(path)
        self._max_bytes = max_bytes
        self._counting = threading.Lock()
        self._depth = self._count()

    @property
    def path(self) -> Path:
        """The database's file."""
        return self._file.path

    def append(self, readings: Sequence[Reading], refused: Sequence[Refused] = ()) -> Receipt:
        """Make readings and refused things durable in one commit; see `Sink.append`.

        Raises `InvalidReading` for a value that is not finite, `StorageFull` beyond the bound or on a full disk.
        """
        demand_finite(readings)
        with self._file.writing() as connection:
            connection.executemany(_INSERT, readings)
            refused_table.insert(connection, refused)
            self._demand_room(connection)
        self._add_to_depth(len(readings))
        return Receipt(len(readings), None)

    def oldest(self, limit: int) -> list[tuple[int, Reading]]:
        """Return the `limit` rows that wait longest, with the ids that `delete` and `settle` take."""
        with self._file.reading() as connection:
            rows = connection.execute(_OLDEST, (limit,))
            return [(row[0], Reading._make(row[1:])) for row in rows]

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

    def _demand_room(self, connection: sqlite3.Connection) -> None:
        (used_bytes,) = connection.execute(_USED_BYTES).fetchone()
        if used_bytes > self._max_bytes:
            raise StorageFull(
                f"{self.path} holds {self._depth} readings, its bound of {self._max_bytes} bytes is met"
            )


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


def _open(path: Path) -> DurableFile:
    try:
        if path.exists():
            check_whole_file(path)
        return DurableFile(path, _SCHEMA, version=_VERSION)
    except DamagedFile as error:
        aside = _quarantine(path)
        logger.error("spool damaged, moved to %s; starting with an empty one: %s", aside, error)
    return DurableFile(path, _SCHEMA, version=_VERSION)


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
