"""The table of what arrived and could not be stored; it lies in the same file as the readings beside it."""

import contextlib
import hashlib
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from config.errors import Unreachable
from gateway.durable_file import open_reader
from gateway.legible import legible
from gateway.reading import Refused

BY_HAND = "hand"  # the source of what a person typed in
CONTENT_LIMIT_BYTES = 4096
# A device that sends rubbish every second must not fill the disk: the oldest contents go, their count stays.
KEPT_ROWS = 100_000

SCHEMA = """
CREATE TABLE IF NOT EXISTS refused (
    id INTEGER PRIMARY KEY,
    digest BLOB NOT NULL UNIQUE,
    source TEXT NOT NULL,
    place TEXT NOT NULL,
    reason TEXT NOT NULL,
    detail TEXT NOT NULL,
    content BLOB NOT NULL,
    time_ms INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS refused_count (reason TEXT PRIMARY KEY, count INTEGER NOT NULL) WITHOUT ROWID
"""

# Later than the table: a file of an earlier version gets them when a sink opens it, and is read without until then.
_LATER_COLUMNS = {"meter": "TEXT NOT NULL DEFAULT ''", "claimed_ms": "INTEGER"}
_COLUMNS = "source, place, reason, detail, content, time_ms, meter, claimed_ms"
_EARLIER_COLUMNS = "source, place, reason, detail, content, time_ms, '', NULL"
_INSERT = f"INSERT INTO refused (digest, {_COLUMNS}) VALUES ({'?, ' * 8}?) ON CONFLICT DO NOTHING"  # noqa: S608
_COUNT = "INSERT INTO refused_count VALUES (?, 1) ON CONFLICT DO UPDATE SET count = count + 1"
_CUT = "DELETE FROM refused WHERE id <= (SELECT max(id) FROM refused) - ?"
_NEWEST = "SELECT {} FROM refused ORDER BY id DESC LIMIT ?"
# Of each sender the newest few, so that one that sends much does not hide the others.
_OF_EACH_PLACE = """
SELECT {columns} FROM (
    SELECT *, row_number() OVER (PARTITION BY source, place ORDER BY id DESC) AS age FROM refused
    WHERE reason = ? AND id > (SELECT max(id) FROM refused) - ?
) WHERE age <= ? ORDER BY id DESC LIMIT ?
"""
_LOOKED_AT = 20_000
_AFTER = f"SELECT id, {_COLUMNS} FROM refused WHERE id > ? AND reason = ? ORDER BY id LIMIT ?"  # noqa: S608 - a constant


class KeepsRefused(Protocol):
    """A sink or a store that keeps what it refused."""

    def refused(self, limit: int = 100) -> list[Refused]:
        """Return the newest refused things, newest first."""
        ...


def refused_readings(source: Path | KeepsRefused, *, limit: int = 100) -> list[Refused]:
    """Return the newest refused things, newest first, of a sink at hand or of another process's file.

    Empty if the file is not there yet; raises `Unreachable` if it cannot be read.
    """
    if not isinstance(source, Path):
        return source.refused(limit)
    if not source.exists():
        return []
    try:
        with contextlib.closing(open_reader(source)) as connection:
            return select(connection, limit)
    except sqlite3.Error as error:
        raise Unreachable(f"{source} cannot be read: {error}") from error


def newest_of_each_place(file: Path, reason: str, *, each: int = 5, limit: int = 1000) -> list[Refused]:
    """Return what a process's file keeps as refused for a reason, newest first, at most `each` of a source's place.

    Looks at the newest 20,000 refused things. Empty if the file is not there yet; raises `Unreachable` if it cannot
    be read.
    """
    if not file.exists():
        return []
    try:
        with contextlib.closing(open_reader(file)) as connection:
            columns = _COLUMNS if _has_later_columns(connection) else _EARLIER_COLUMNS
            query = _OF_EACH_PLACE.format(columns=columns)
            return [Refused._make(row) for row in connection.execute(query, (reason, _LOOKED_AT, each, limit))]
    except sqlite3.Error as error:
        raise Unreachable(f"{file} cannot be read: {error}") from error


def add_columns(connection: sqlite3.Connection) -> None:
    """Bring the table of an earlier version to its present columns."""
    if not _has_later_columns(connection):
        for name, form in _LATER_COLUMNS.items():
            connection.execute(f"ALTER TABLE refused ADD COLUMN {name} {form}")


def insert(connection: sqlite3.Connection, refused: Sequence[Refused]) -> None:
    """Keep refused things within the caller's transaction; the same again changes nothing."""
    for one in refused:
        content = one.content[:CONTENT_LIMIT_BYTES]
        row = (legible(one.source), legible(one.place), one.reason, legible(one.detail), content, one.time_ms)
        if connection.execute(_INSERT, (_digest(row), *row, one.meter, one.claimed_ms)).rowcount:
            connection.execute(_COUNT, (one.reason,))
    if refused:
        connection.execute(_CUT, (KEPT_ROWS,))


def select(connection: sqlite3.Connection, limit: int) -> list[Refused]:
    """Return the newest `limit` refused things, newest first."""
    columns = _COLUMNS if _has_later_columns(connection) else _EARLIER_COLUMNS
    return [Refused._make(row) for row in connection.execute(_NEWEST.format(columns), (limit,))]


def select_after(connection: sqlite3.Connection, reason: str, number: int, limit: int) -> list[tuple[int, Refused]]:
    """Return what was refused for a reason behind a number, oldest first, with their numbers."""
    rows = connection.execute(_AFTER, (number, reason, limit))
    return [(row[0], Refused._make(row[1:])) for row in rows]


def counts(connection: sqlite3.Connection) -> dict[str, int]:
    """Return how many things were refused ever, by reason."""
    return dict(connection.execute("SELECT reason, count FROM refused_count"))


def _has_later_columns(connection: sqlite3.Connection) -> bool:
    return _LATER_COLUMNS.keys() <= {row[1] for row in connection.execute("PRAGMA table_info(refused)")}


def _digest(row: tuple[str, str, str, str, bytes, int]) -> bytes:
    return hashlib.blake2b(repr(row).encode(), digest_size=16).digest()
