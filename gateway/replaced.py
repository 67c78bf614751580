"""Values that another one replaced: kept in the file beside the readings until the operations database has them."""

import math
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from gateway.reading import Identity, Reading

# What the ledger's millionths do not show, and what a float of any size rounds off, is the same value.
SAME: Final = 5e-7
SAME_SHARE: Final = 1e-15
# The source of former values that a person wants back.
RESTORED: Final = "restored"

# `stands` 0: the new value is on its way into the store, and not sure to be there.
SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS replaced (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    meter TEXT NOT NULL,
    quantity TEXT NOT NULL,
    time_ms INTEGER NOT NULL,
    former REAL NOT NULL,
    value REAL NOT NULL,
    source TEXT NOT NULL DEFAULT '',
    at_ms INTEGER NOT NULL DEFAULT 0,
    stands INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS replaced_under_way ON replaced (id) WHERE stands = 0;
CREATE INDEX IF NOT EXISTS replaced_of_reading ON replaced (meter, quantity, time_ms)
"""
_COLUMNS = "meter, quantity, time_ms, former, value, source, at_ms"
_OF_READING = "meter = ?1 AND quantity = ?2 AND time_ms = ?3"
# On its way already, or the last that was said of this reading: then a batch is written for the second time.
_INSERT = f"""
INSERT INTO replaced ({_COLUMNS}) SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7 WHERE NOT EXISTS (
    SELECT 1 FROM replaced WHERE {_OF_READING} AND former = ?4 AND value = ?5
    AND (stands = 0 OR id = (SELECT max(id) FROM replaced WHERE {_OF_READING}))
)
"""  # noqa: S608 - a constant
_SELECT = f"SELECT id, {_COLUMNS} FROM replaced WHERE stands = ? ORDER BY id LIMIT ?"  # noqa: S608 - a constant
_KEEP = f"INSERT INTO replaced ({_COLUMNS}, stands) VALUES (?, ?, ?, ?, ?, ?, ?, 1)"  # noqa: S608 - a constant
_STANDS = "UPDATE replaced SET stands = 1 WHERE id = ?"
_FORGET = "DELETE FROM replaced WHERE id = ?"


class Replaced(NamedTuple):
    """`value` took the place of `former` at the identity of a reading, both in the quantity's canonical unit.

    `source` is who brought the new value: a file, a token, a person; empty: the source that the meter has. `at_ms` is
    when that happened [ms since 1970 UTC].
    """

    meter: str
    quantity: str
    time_ms: int
    former: float
    value: float
    source: str = ""
    at_ms: int = 0

    @property
    def identity(self) -> Identity:
        """The identity of both readings."""
        return self[:3]


def differs(former: float, value: float) -> bool:
    """Tell whether two values say something different, more than a float's rounding."""
    return abs(value - former) > max(SAME, SAME_SHARE * abs(former))


def replacements(
    readings: Sequence[Reading], standing: Mapping[Identity, float], among: set[Identity]
) -> list[Replaced]:
    """Return what readings replace as they are written in their order, of the identities `among`.

    Where the last of them stands in the store already, they may have been written before and their process been
    killed: then only what they replace among themselves counts, so that the same batch again says the same.
    """
    said: dict[Identity, list[float]] = {}
    for reading in readings:
        if reading[:3] in among and math.isfinite(reading.value):
            said.setdefault(reading[:3], []).append(reading.value)
    return [one for identity, values in said.items() for one in _steps(identity, standing.get(identity), values)]


def note(connection: sqlite3.Connection, rows: Iterable[Replaced]) -> None:
    """Keep what is about to be replaced, within the caller's transaction; the same again changes nothing."""
    connection.executemany(_INSERT, rows)


def keep(connection: sqlite3.Connection, rows: Iterable[Replaced]) -> None:
    """Keep what was replaced in the same transaction."""
    connection.executemany(_KEEP, rows)


def select(connection: sqlite3.Connection, limit: int, *, stands: bool) -> list[tuple[int, Replaced]]:
    """Return the oldest replaced values with the numbers that `settle` and `forget` take.

    `stands`: whether those whose new value is in the store, or those on the way there.
    """
    return [(row[0], Replaced._make(row[1:])) for row in connection.execute(_SELECT, (stands, limit))]


def settle(connection: sqlite3.Connection, numbers: Iterable[int]) -> None:
    """Say that the store has the new values."""
    connection.executemany(_STANDS, [(number,) for number in numbers])


def forget(connection: sqlite3.Connection, numbers: Iterable[int]) -> None:
    """Forget what somebody else keeps now, or what did not come about."""
    connection.executemany(_FORGET, [(number,) for number in numbers])


def _steps(identity: Identity, before: float | None, values: list[float]) -> list[Replaced]:
    chain = values if before is None or not differs(before, values[-1]) else [before, *values]
    return [Replaced(*identity, former, value) for former, value in pairwise(chain) if differs(former, value)]
