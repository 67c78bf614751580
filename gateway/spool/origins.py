"""Who brought readings that wait: noted for the few that did not come from a meter's own source."""

import sqlite3
from collections.abc import Sequence
from typing import Final

from gateway.reading import Identity
from gateway.replaced import Replaced
from gateway.spool import parcels

LEAVING_NEXT: Final = 20_000
_Said = tuple[Identity, float]

# Readings `first_id` to `last_id` came in one append. Polls note nothing, and cost nothing here.
SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS origin (
    last_id INTEGER PRIMARY KEY,
    first_id INTEGER NOT NULL,
    source TEXT NOT NULL
);
"""
_INSERT = "INSERT INTO origin SELECT seq, seq - ? + 1, ? FROM sqlite_sequence WHERE name = 'parcel'"
_ALL = "SELECT first_id, last_id, source FROM origin ORDER BY last_id"
_FORGET = """
DELETE FROM origin
WHERE last_id < (SELECT coalesce(min(last_id - count + 1), 9223372036854775807) FROM parcel)
"""


def put(connection: sqlite3.Connection, count: int, source: str) -> None:
    """Note who brought the readings that were stored last."""
    connection.execute(_INSERT, (count, source))


def forget(connection: sqlite3.Connection) -> None:
    """Forget origins of which nothing waits any more."""
    connection.execute(_FORGET)


def named(connection: sqlite3.Connection, replaced: Sequence[Replaced]) -> list[Replaced]:
    """Return replaced values with who brought the new ones, which wait still; raises `DamagedParcel`."""
    sources = _sources(connection, {(one.identity, one.value) for one in replaced})
    return [one._replace(source=sources.get((one.identity, one.value), one.source)) for one in replaced]


def _sources(connection: sqlite3.Connection, wanted: set[_Said]) -> dict[_Said, str]:
    """Look through the readings that leave next; further back nothing is written yet."""
    found: dict[_Said, str] = {}
    room = LEAVING_NEXT
    for first_id, last_id, source in connection.execute(_ALL).fetchall():
        rows = parcels.after(connection, first_id - 1, room, last_id)
        said = ((reading[:3], reading.value) for _, reading in rows)
        found |= {one: source for one in said if one in wanted}
        room -= len(rows)
        if room <= 0 or len(found) == len(wanted):
            break
    return found
