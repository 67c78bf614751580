"""The table of what arrived and could not be stored; it lies in the same file as the readings beside it."""

import contextlib
import hashlib
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from config.errors import Unreachable
from gateway.durable_file import open_reader
from gateway.reading import Refused

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

_INSERT = """
INSERT INTO refused (digest, source, place, reason, detail, content, time_ms)
VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
"""
_COUNT = "INSERT INTO refused_count VALUES (?, 1) ON CONFLICT DO UPDATE SET count = count + 1"
_CUT = "DELETE FROM refused WHERE id <= (SELECT max(id) FROM refused) - ?"
_NEWEST = "SELECT source, place, reason, detail, content, time_ms FROM refused ORDER BY id DESC LIMIT ?"


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


def insert(connection: sqlite3.Connection, refused: Sequence[Refused]) -> None:
    """Keep refused things within the caller's transaction; the same again changes nothing."""
    for one in refused:
        content = one.content[:CONTENT_LIMIT_BYTES]
        row = (one.source, one.place, one.reason, one.detail, content, one.time_ms)
        if connection.execute(_INSERT, (_digest(row), *row)).rowcount:
            connection.execute(_COUNT, (one.reason,))
    if refused:
        connection.execute(_CUT, (KEPT_ROWS,))


def select(connection: sqlite3.Connection, limit: int) -> list[Refused]:
    """Return the newest `limit` refused things, newest first."""
    return [Refused._make(row) for row in connection.execute(_NEWEST, (limit,))]


def counts(connection: sqlite3.Connection) -> dict[str, int]:
    """Return how many things were refused ever, by reason."""
    return dict(connection.execute("SELECT reason, count FROM refused_count"))


def _digest(row: tuple[str, str, str, str, bytes, int]) -> bytes:
    return hashlib.blake2b(repr(row).encode(), digest_size=16).digest()
