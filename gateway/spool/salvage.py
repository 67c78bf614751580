"""Reads what can still be read of a damaged spool."""

import contextlib
import math
import sqlite3
from collections.abc import Callable, Iterator
from itertools import takewhile
from pathlib import Path
from typing import Any

from gateway.durable_file import open_reader
from gateway.reading import Reading
from gateway.spool.parcels import DamagedParcel, Row, unpacked

_PARCELS = "SELECT last_id, count, checksum, readings FROM parcel ORDER BY last_id"
_ROWS = "SELECT id, meter, quantity, time_ms, value FROM waiting ORDER BY id"  # up to version 2


def salvaged(damaged: Path) -> Iterator[list[Reading]]:
    """Yield the readings before and behind the damage, in pieces; none where the file is no database any more.

    Pages carry no checksums: a parcel counts whose own is right, and a row of an earlier version that has the form of
    a reading. Between the first and the last broken page nothing is read.
    """
    yield from _before_and_behind(damaged, _PARCELS, _of_parcel)
    yield from _before_and_behind(damaged, _ROWS, _of_row)


def _before_and_behind(damaged: Path, query: str, rows_of: Callable[[Any], list[Row]]) -> Iterator[list[Reading]]:
    last_id = 0
    for rows in _read(damaged, query, rows_of):
        last_id = rows[-1][0]
        yield [reading for _, reading in rows]
    behind = list(takewhile(lambda rows: rows[0][0] > last_id, _read(damaged, f"{query} DESC", rows_of)))
    for rows in reversed(behind):
        yield [reading for _, reading in rows]


def _read(damaged: Path, query: str, rows_of: Callable[[Any], list[Row]]) -> Iterator[list[Row]]:
    with contextlib.suppress(sqlite3.Error), contextlib.closing(open_reader(damaged)) as connection:
        connection.text_factory = lambda raw: raw.decode("utf-8", "replace")
        for found in connection.execute(query):
            if rows := rows_of(found):
                yield rows


def _of_parcel(found: Any) -> list[Row]:
    try:
        return unpacked(found)
    except (DamagedParcel, TypeError):
        return []


def _of_row(found: Any) -> list[Row]:
    row_id, *columns = found
    return [(row_id, Reading._make(columns))] if _is_reading(columns) else []


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
