"""The embedded store: all readings in one SQLite file, where no server is wanted."""

import math
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import repeat
from operator import itemgetter
from pathlib import Path

import numpy as np

from config.errors import InvalidReading, StorageFull, Unreachable
from gateway import beside, replaced, touched_table
from gateway import refused as refused_table
from gateway.beside import Beside
from gateway.durable_file import DurableFile
from gateway.reading import Identity, Reading, Receipt, Refused, demand_finite, first_millisecond
from gateway.replaced import Replaced, differs
from gateway.series import Series
from gateway.touched import SPAN_MS, Firsts, TouchedSince, late_before, late_spans
from gateway.upserting import Row, Step, Upserted, upsert

_VERSION = 3  # 1: without what lies beside, 2: without `touched`
# (series, time) as the key keeps one meter's year together: a page full of neighbours per disk access.
_SCHEMA = f"""
CREATE TABLE IF NOT EXISTS series (
    id INTEGER PRIMARY KEY,
    meter TEXT NOT NULL,
    quantity TEXT NOT NULL,
    UNIQUE (meter, quantity)
);
CREATE TABLE IF NOT EXISTS reading (
    series INTEGER NOT NULL,
    time_ms INTEGER NOT NULL,
    value REAL NOT NULL,
    PRIMARY KEY (series, time_ms)
) WITHOUT ROWID;
{touched_table.SCHEMA}
{beside.SCHEMA}
"""
_READ = """
SELECT time_ms, value FROM reading
WHERE series = (SELECT id FROM series WHERE meter = ? AND quantity = ?) AND time_ms >= ? AND time_ms < ?
ORDER BY time_ms
"""
_LAST_BEFORE = "SELECT max(time_ms) FROM reading WHERE series = ? AND time_ms < ?"
_FIRST_FROM = "SELECT min(time_ms) FROM reading WHERE series = ? AND time_ms >= ?"
_STANDING = "SELECT value FROM reading WHERE series = ? AND time_ms = ?"
_NAMES = "SELECT meter, quantity FROM series WHERE id = ?"
_SERIES = "SELECT id FROM series WHERE meter = ? AND quantity = ?"
_NEWEST = """
SELECT series.meter, series.quantity, reading.time_ms, reading.value
FROM series CROSS JOIN reading ON reading.series = series.id
AND reading.time_ms = (SELECT max(time_ms) FROM reading WHERE series = series.id)
"""
_ROW = np.dtype([("time_ms", np.int64), ("value", np.float64)])
_EARLIEST, _LATEST = -(2**63), 2**63 - 1

_TIME = itemgetter(2)


class EmbeddedStore:
    """Sink and store in one: what `append` returned from survives a power cut and can be read at once.

    Threads may share it, and other processes may open the same file. Raises `ConfigurationError` naming the file if
    it is damaged: readings are the one thing that nobody can measure again, so it never starts anew by itself.
    """

    def __init__(self, path: Path, *, clock_s: Callable[[], float] = time.time) -> None:
        self._file = DurableFile(path, _SCHEMA, version=_VERSION, complete=refused_table.add_columns)
        self._clock_s = clock_s
        self.beside = Beside(self._file)
        self._series_ids: dict[tuple[str, str], int] = {}

    @property
    def path(self) -> Path:
        """The database's file."""
        return self._file.path

    def append(self, readings: Sequence[Reading], refused: Sequence[Refused] = (), *, source: str = "") -> Receipt:
        """Make readings and refused things durable in one commit; see `Sink.append`.

        `source` is who brought them, said of every value that they replace; empty: the source that the meter has.
        Raises `InvalidReading` for a value that is not finite, `StorageFull` if the disk takes nothing.
        """
        demand_finite(readings)
        late = self._late(readings)
        with self._file.writing() as connection:
            ids = self._ids(connection, readings)
            upserted = upsert(connection, lambda: _rows_of(readings, ids), len(readings))
            touched_table.insert(connection, late)
            refused_table.insert(connection, refused)
            others = self._keep_replaced(connection, upserted.steps, source)
        self._series_ids |= ids
        self._say_news(others or len(refused))
        return Receipt(upserted.changed, len(readings) - upserted.changed, others)

    def append_series(self, meter: str, quantity: str, series: Series) -> Receipt:
        """Make a long series of one meter durable in one commit: a history, an import.

        Raises like `append`.
        """
        return self.append_many([(meter, quantity, series)])

    def append_many(self, histories: Iterable[tuple[str, str, Series]], *, source: str = "") -> Receipt:
        """Make the series of many meters durable in one commit; takes `source` and raises like `append`."""
        total = accepted = others = 0
        before_ms = late_before(self._clock_s())
        with self._file.writing() as connection:
            for meter, quantity, series in histories:
                if not np.isfinite(series.value).all():
                    raise InvalidReading("not_a_number", f"{meter} {quantity}: a value of the series is not finite")
                total += len(series)
                upserted = _upsert_series(connection, _series_id(connection, meter, quantity), series)
                touched_table.insert(connection, _late_spans(meter, series, before_ms))
                accepted += upserted.changed
                others += self._keep_replaced(connection, upserted.steps, source)
        self._say_news(others)
        return Receipt(accepted, total - accepted, others)

    def write(self, readings: Sequence[Reading]) -> Sequence[Refused]:
        """Write readings durably; see `Store.write`. Refused is a value that is not finite, and nothing else."""
        refused = [_refused(reading) for reading in readings if not math.isfinite(reading.value)]
        finite = [reading for reading in readings if math.isfinite(reading.value)] if refused else readings
        try:
            self.append(finite)
        except StorageFull as error:
            raise Unreachable(str(error)) from error
        return refused

    def read(self, meter: str, quantity: str, start: datetime | None = None, end: datetime | None = None) -> Series:
        """Return readings with start <= time < end in ascending time; see `Store.read`."""
        earliest = _EARLIEST if start is None else first_millisecond(start)
        latest = _LATEST if end is None else first_millisecond(end)
        with self._file.reading() as connection:
            return _series(connection, meter, quantity, earliest, latest)

    def read_with_neighbours(self, meter: str, quantity: str, start: datetime, end: datetime) -> Series:
        """Like `read`, with the last reading before `start` and the first at or after `end`, where they exist."""
        earliest, latest = first_millisecond(start), first_millisecond(end)
        with self._file.reading() as connection:
            series_id = connection.execute(_SERIES, (meter, quantity)).fetchone()
            if series_id is None:
                return _series(connection, meter, quantity, earliest, latest)
            (before,) = connection.execute(_LAST_BEFORE, (*series_id, earliest)).fetchone()
            (after,) = connection.execute(_FIRST_FROM, (*series_id, latest)).fetchone()
            earliest = earliest if before is None else before
            latest = latest if after is None else after + 1
            return _series(connection, meter, quantity, earliest, latest)

    def standing(self, readings: Sequence[Reading]) -> dict[Identity, float]:
        """Return what stands at the identities of readings; see `Askable.standing`."""
        with self._file.reading() as connection:
            series = {one[:2]: connection.execute(_SERIES, one[:2]).fetchone() for one in readings}
            known = [one[:3] for one in readings if series[one[:2]] is not None]
            rows = ((one, connection.execute(_STANDING, (*series[one[:2]], one[2])).fetchone()) for one in known)
            return {identity: row[0] for identity, row in rows if row is not None}

    def newest(self) -> dict[tuple[str, str], Reading]:
        """Return the newest reading of every (meter, quantity) in the store."""
        with self._file.reading() as connection:
            newest = [Reading._make(row) for row in connection.execute(_NEWEST)]
        return {(reading.meter, reading.quantity): reading for reading in newest}

    def touched(self, since: int) -> TouchedSince:
        """Return where readings arrived late since a cursor; see `Store.touched`."""
        with self._file.reading() as connection:
            return touched_table.select(connection, since)

    def refused(self, limit: int = 100) -> list[Refused]:
        """Return the newest refused things, newest first."""
        return self.beside.refused(limit)

    def refused_counts(self) -> dict[str, int]:
        """Return how many things were refused ever, by reason."""
        return self.beside.refused_counts()

    def ready(self) -> None:
        """Return if an append would work now; raises `StorageFull` otherwise."""
        self._file.ready()

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _keep_replaced(self, connection: sqlite3.Connection, steps: Sequence[Step], source: str) -> int:
        told = [step for step in steps if differs(*step[2:])]
        if told:
            names = {one: connection.execute(_NAMES, (one,)).fetchone() for one in {step[0] for step in told}}
            at_ms = int(self._clock_s() * 1000)
            rows = [(*names[series], *step, source, at_ms) for series, *step in told]
            replaced.keep(connection, map(Replaced._make, rows))
        return len(told)

    def _say_news(self, count: int) -> None:
        if count:
            self.beside.has_news = True

    def _ids(self, connection: sqlite3.Connection, readings: Sequence[Reading]) -> dict[tuple[str, str], int]:
        identities = {(meter, quantity) for meter, quantity, _, _ in readings}
        known = self._series_ids
        return {one: known[one] if one in known else _series_id(connection, *one) for one in identities}

    def _late(self, readings: Sequence[Reading]) -> Firsts:
        before_ms = late_before(self._clock_s())
        if min(map(_TIME, readings), default=before_ms) >= before_ms:  # what is polled always is
            return {}
        return late_spans(readings, before_ms)


def _refused(reading: Reading) -> Refused:
    detail = f"{reading.meter} {reading.quantity}: {reading.value} is not finite"
    return Refused("embedded", reading.meter, "not_a_number", detail, repr(reading).encode(), reading.time_ms)


def _rows_of(readings: Sequence[Reading], ids: Mapping[tuple[str, str], int]) -> Iterator[Row]:
    return ((ids[meter, quantity], time_ms, value) for meter, quantity, time_ms, value in readings)


def _upsert_series(connection: sqlite3.Connection, series_id: int, series: Series) -> Upserted:
    def rows() -> Iterator[Row]:
        return zip(repeat(series_id), series.time_ms.tolist(), series.value.tolist(), strict=False)

    return upsert(connection, rows, len(series))


def _late_spans(meter: str, series: Series, before_ms: int) -> Firsts:
    late = np.sort(series.time_ms[series.time_ms < before_ms])
    spans, at = np.unique(late // SPAN_MS, return_index=True)
    return {(meter, span): first_ms for span, first_ms in zip(spans.tolist(), late[at].tolist(), strict=True)}


def _series_id(connection: sqlite3.Connection, meter: str, quantity: str) -> int:
    connection.execute("INSERT INTO series (meter, quantity) VALUES (?, ?) ON CONFLICT DO NOTHING", (meter, quantity))
    series_id: int = connection.execute(_SERIES, (meter, quantity)).fetchone()[0]
    return series_id


def _series(connection: sqlite3.Connection, meter: str, quantity: str, earliest: int, latest: int) -> Series:
    rows = np.fromiter(connection.execute(_READ, (meter, quantity, earliest, latest)), _ROW)
    return Series(np.ascontiguousarray(rows["time_ms"]), np.ascontiguousarray(rows["value"]))
