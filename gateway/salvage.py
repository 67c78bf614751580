"""Reads what can still be read of a damaged spool."""

import contextlib
import math
import sqlite3
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path

from gateway.durable_file import open_reader
from gateway.reading import Reading

AT_ONCE = 1000
_UPWARDS = "SELECT id, meter, quantity, time_ms, value FROM waiting ORDER BY id"
_DOWNWARDS = "SELECT id, meter, quantity, time_ms, value FROM waiting ORDER BY id DESC"


def salvaged(damaged: Path) -> Iterator[list[Reading]]:
    """Yield the readings before and behind the damage, in pieces; none where the file is no database any more.

    Pages carry no checksums: a row counts that has the form of a reading. Between the first and the last broken page
    nothing is read.
    """
    last_id = 0
    for piece in _pieces(damaged, _UPWARDS):
        last_id = max(last_id, *(row_id for row_id, _ in piece))
        yield [reading for _, reading in piece]
    behind: list[list[Reading]] = []
    for piece in _pieces(damaged, _DOWNWARDS):
        fresh = list(takewhile(lambda row: row[0] > last_id, piece))
        behind.append([reading for _, reading in reversed(fresh)])
        if len(fresh) < len(piece):
            break
    yield from filter(None, reversed(behind))


def _pieces(damaged: Path, query: str) -> Iterator[list[tuple[int, Reading]]]:
    rows: list[tuple[int, Reading]] = []
    with contextlib.suppress(sqlite3.Error), contextlib.closing(open_reader(damaged)) as connection:
        connection.text_factory = lambda raw: raw.decode("utf-8", "replace")
        for row_id, *columns in connection.execute(query):
            if _is_reading(columns):
                rows.append((row_id, Reading._make(columns)))
            if len(rows) >= AT_ONCE:
                yield rows
                rows = []
    if rows:
        yield rows


def _is_reading(columns: list[object]) -> bool:
    meter, quantity, time_ms, value = columns
    return (
        isinstance(meter, str)
        and isinstance(quantity, str)
        and isinstance(time_ms, int)
        and isinstance(value, float)
        and math.isfinite(value)
        and "\ufffd" not in meter + quantity
    )
