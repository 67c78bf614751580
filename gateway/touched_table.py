"""The table of what was touched late; it lies in the same file as the readings, and grows in the same commit."""

import sqlite3

from gateway.touched import Firsts, TouchedSince, touched

SCHEMA = """
CREATE TABLE IF NOT EXISTS touched (
    meter TEXT NOT NULL,
    span INTEGER NOT NULL,
    first_ms INTEGER NOT NULL,
    arrival INTEGER NOT NULL,
    PRIMARY KEY (meter, span)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS touched_arrival ON touched (arrival);
"""
_INSERT = """
INSERT INTO touched VALUES (?, ?, ?, ?)
ON CONFLICT DO UPDATE SET first_ms = min(first_ms, excluded.first_ms), arrival = excluded.arrival
"""
_NEWEST = "SELECT coalesce(max(arrival), 0) FROM touched"
_AFTER = "SELECT meter, first_ms, arrival FROM touched WHERE arrival > ? ORDER BY arrival"


def insert(connection: sqlite3.Connection, firsts: Firsts) -> None:
    """Keep what arrived late, within the caller's transaction.

    Whoever commits is alone: no arrival can ever show up below one that was read already.
    """
    if not firsts:
        return
    (newest,) = connection.execute(_NEWEST).fetchone()
    rows = [(meter, span, first_ms, newest + 1) for (meter, span), first_ms in firsts.items()]
    connection.executemany(_INSERT, rows)


def select(connection: sqlite3.Connection, since: int) -> TouchedSince:
    """Return what was touched since a cursor.

    A cursor of a later state than this file's (it was put back from a backup) tells nothing: all counts then.
    """
    (newest,) = connection.execute(_NEWEST).fetchone()
    rows = connection.execute(_AFTER, (since if since <= newest else 0,))
    return TouchedSince([touched(*row) for row in rows], newest)
