"""Writes rows into the embedded store's table of readings, and says which values they took the place of."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

Row = tuple[int, int, float]  # series, time [ms since 1970 UTC], value
Step = tuple[int, int, float, float]  # series, time, the value before, the value behind it

_AT_ONCE: Final = 50_000
_INSERT = "INSERT INTO reading VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
_UPDATE = "UPDATE reading SET value = ? WHERE series = ? AND time_ms = ?"
_INCOMING = """
CREATE TEMP TABLE IF NOT EXISTS incoming (
    number INTEGER PRIMARY KEY, series INTEGER NOT NULL, time_ms INTEGER NOT NULL, value REAL NOT NULL
)
"""
_FILL = "INSERT INTO incoming (series, time_ms, value) VALUES (?, ?, ?)"
_EMPTY = "DELETE FROM incoming"
# All that is said of an instant, where any of it is not what stands there: the last word counts, not the odd one.
_CONTRADICTING = """
SELECT series, time_ms, incoming.value, reading.value FROM incoming JOIN reading USING (series, time_ms)
WHERE (series, time_ms) IN (
    SELECT series, time_ms FROM incoming JOIN reading USING (series, time_ms)
    WHERE incoming.value IS NOT reading.value
)
ORDER BY number
"""


@dataclass(slots=True)
class Upserted:
    """What became of rows: how many are new or changed a value, and every such change in its order."""

    changed: int
    steps: list[Step] = field(default_factory=list)


def upsert(connection: sqlite3.Connection, rows: Callable[[], Iterable[Row]], count: int) -> Upserted:
    """Write `count` rows within the caller's transaction, in their order; `rows` gives them, a second time if needed.

    Where all are new, which is what meters send, that is one statement. A trigger on the table would know what is
    replaced as well, and make every row half as dear again.
    """
    new = max(connection.executemany(_INSERT, rows()).rowcount, 0)
    upserted = Upserted(new)
    if new < count:
        connection.execute(_INCOMING)
        for chunk in _chunks(rows()):
            _replace(connection, chunk, upserted)
    return upserted


def _chunks(rows: Iterable[Row]) -> Iterator[list[Row]]:
    remaining = iter(rows)
    while chunk := list(islice(remaining, _AT_ONCE)):
        yield chunk


def _replace(connection: sqlite3.Connection, chunk: Sequence[Row], upserted: Upserted) -> None:
    connection.executemany(_FILL, chunk)
    contradicting = connection.execute(_CONTRADICTING).fetchall()
    connection.execute(_EMPTY)
    stands: dict[tuple[int, int], float] = {}
    for series, time_ms, value, stored in contradicting:
        before = stands.setdefault((series, time_ms), stored)
        if value != before:
            upserted.steps.append((series, time_ms, before, value))
            stands[series, time_ms] = value
            upserted.changed += 1
    connection.executemany(_UPDATE, [(value, *key) for key, value in stands.items()])
