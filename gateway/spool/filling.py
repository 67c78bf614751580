"""How full a spool is: how many bytes it takes, and since when its oldest reading waits."""

import sqlite3
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

# `arrival` knows the first number of every hour: how long readings wait is no matter of their own times.
SCHEMA: Final = "CREATE TABLE IF NOT EXISTS arrival (hour INTEGER PRIMARY KEY, first_id INTEGER NOT NULL);"
_ARRIVED = """
INSERT INTO arrival
SELECT ?, coalesce(max(seq), 0) + 1 FROM sqlite_sequence WHERE name = 'parcel' ON CONFLICT DO NOTHING
"""
_OLDEST_ARRIVAL = """
SELECT max(hour) FROM arrival WHERE first_id <= (SELECT last_id - count + 1 FROM parcel ORDER BY last_id LIMIT 1)
"""
_FORGET_ARRIVALS = "DELETE FROM arrival WHERE hour < ?"
_USED_BYTES = """
SELECT (pages.page_count - free.freelist_count) * size.page_size
FROM pragma_page_count AS pages, pragma_freelist_count AS free, pragma_page_size AS size
"""
_HOUR_S = 3600
_CLOCK_IS_SET_S = 1_577_836_800  # 2020-01-01: a small computer without a clock starts in 1970


@dataclass(frozen=True, slots=True)
class Filling:
    """How full a spool is: readings that wait, since when the oldest does, and the larger share of its two bounds."""

    depth: int
    waiting_for: timedelta
    share: float


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much a spool may hold: bytes, and how long the oldest reading may wait; None: for ever."""

    max_bytes: int
    max_wait: timedelta | None

    def __str__(self) -> str:
        return f"{self.max_bytes} bytes{'' if self.max_wait is None else f' or {self.max_wait}'}"

    def filling(self, connection: sqlite3.Connection, depth: int, now_s: float) -> Filling:
        """Return how full a spool of `depth` readings is at `now_s` [s since 1970]."""
        (used_bytes,) = connection.execute(_USED_BYTES).fetchone()
        waiting_for = _waiting_for(connection, now_s)
        time_share = 0.0 if self.max_wait is None else waiting_for / self.max_wait
        return Filling(depth, waiting_for, max(used_bytes / max(self.max_bytes, 1), time_share))


def hour_of(now_s: float) -> int:
    """Return the hour since 1970."""
    return int(now_s // _HOUR_S)


def note_arrival(connection: sqlite3.Connection, hour: int) -> None:
    """Note that an hour begins with the next number, and forget those of which nothing waits any more."""
    oldest = connection.execute(_OLDEST_ARRIVAL).fetchone()[0]
    connection.execute(_FORGET_ARRIVALS, (hour if oldest is None else oldest,))
    connection.execute(_ARRIVED, (hour,))


def _waiting_for(connection: sqlite3.Connection, now_s: float) -> timedelta:
    (hour,) = connection.execute(_OLDEST_ARRIVAL).fetchone()
    since_s = 0 if hour is None else hour * _HOUR_S
    if since_s < _CLOCK_IS_SET_S:
        return timedelta(0)
    return max(timedelta(seconds=now_s - since_s), timedelta(0))
