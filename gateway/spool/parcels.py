"""How readings lie in a spool's file: numbered one by one, packed in parcels of a page or so.

A row a reading costs three times the CPU: every column of every row is bound, stored, looked up and deleted by
itself, where a parcel is one value. A parcel is never larger than what a broken page of the file may take along.
"""

import sqlite3
import zlib
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

import msgspec

from gateway.reading import Reading

LARGEST: Final = 100

# A reading's number is never given twice, so a late `delete` can never meet a newer one: AUTOINCREMENT remembers the
# largest that ever was. Numbers of a parcel end with `last_id` and have no hole.
SCHEMA = """
CREATE TABLE IF NOT EXISTS parcel (
    last_id INTEGER PRIMARY KEY AUTOINCREMENT,
    count INTEGER NOT NULL,
    checksum INTEGER NOT NULL,
    readings BLOB NOT NULL
);
"""
COUNT = "SELECT coalesce(sum(count), 0) FROM parcel"
NEWEST_ID = "SELECT coalesce(max(last_id), 0) FROM parcel"
_LAST_ID = "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'parcel'"
_INSERT = "INSERT INTO parcel VALUES (?, ?, ?, ?)"
_COLUMNS = "SELECT last_id, count, checksum, readings FROM parcel"
_AFTER = f"{_COLUMNS} WHERE last_id > ? ORDER BY last_id"
# The bounds of `last_id` say nothing new, but only they are found without a walk through the whole table.
_IS_TOUCHED = f"last_id BETWEEN :first AND :last + {LARGEST} AND last_id - count < :last"
_IS_WHOLE = "last_id BETWEEN :first AND :last AND last_id - count >= :first - 1"
_TOUCHED = f"{_COLUMNS} WHERE {_IS_TOUCHED} ORDER BY last_id"
_COUNT_WHOLE = f"SELECT coalesce(sum(count), 0) FROM parcel WHERE {_IS_WHOLE}"  # noqa: S608 - a constant
_DELETE_WHOLE = f"DELETE FROM parcel WHERE {_IS_WHOLE}"  # noqa: S608 - a constant
_DELETE = "DELETE FROM parcel WHERE last_id = ?"

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(list[Reading]).decode

Row = tuple[int, Reading]
Parcel = tuple[int, int, int, bytes]


class DamagedParcel(Exception):
    """A parcel is not what was stored: `parcel` is what lies there now."""

    def __init__(self, parcel: Parcel, why: str) -> None:
        super().__init__(f"{parcel[1]} readings up to number {parcel[0]} cannot be read: {why}")
        self.parcel = parcel


def put(connection: sqlite3.Connection, readings: Sequence[Reading]) -> None:
    """Number readings on and store them, within the caller's transaction."""
    if not readings:
        return
    (last_id,) = connection.execute(_LAST_ID).fetchone()
    connection.executemany(_INSERT, list(_parcels(last_id, readings)))


def put_numbered(connection: sqlite3.Connection, rows: Sequence[Row]) -> None:
    """Store readings under the numbers that they have, ascending."""
    for first, behind in pairwise(_run_starts([row_id for row_id, _ in rows])):
        run = rows[first:behind]
        connection.executemany(_INSERT, list(_parcels(run[0][0] - 1, [reading for _, reading in run])))


def after(connection: sqlite3.Connection, row_id: int, limit: int, up_to: int) -> list[Row]:
    """Return at most `limit` readings with `row_id` < number <= `up_to`, ascending.

    Raises `DamagedParcel`.
    """
    found: list[Row] = []
    for parcel in connection.execute(_AFTER, (row_id,)):
        rows = unpacked(parcel)
        if rows[0][0] <= row_id or rows[-1][0] > up_to:
            rows = [row for row in rows if row_id < row[0] <= up_to]
        found += rows
        if len(found) >= limit or not rows:
            break
    return found[:limit]


def delete(connection: sqlite3.Connection, row_ids: Sequence[int]) -> int:
    """Forget readings by their numbers (ascending, each once); return how many there were.

    A run of numbers takes the parcels that lie in it whole; one that it touches is packed again without it. Raises
    `DamagedParcel`.
    """
    runs = pairwise(_run_starts(row_ids))
    return sum(_delete_run(connection, row_ids[first], row_ids[behind - 1]) for first, behind in runs)


def discard(connection: sqlite3.Connection, parcel: Parcel) -> int:
    """Forget a whole parcel; return how many readings it had, 0 if it is gone already."""
    return parcel[1] * connection.execute(_DELETE, parcel[:1]).rowcount


def unpacked(parcel: Parcel) -> list[Row]:
    """Return a parcel's readings with their numbers; raises `DamagedParcel`."""
    last_id, count, checksum, content = parcel
    if zlib.crc32(content) != checksum:
        raise DamagedParcel(parcel, "its checksum is wrong")
    try:
        readings = _decode(content)
    except msgspec.DecodeError as error:
        raise DamagedParcel(parcel, str(error)) from error
    return list(zip(range(last_id - count + 1, last_id + 1), readings, strict=True))


def _parcels(last_id: int, readings: Sequence[Reading]) -> Iterator[Parcel]:
    for start in range(0, len(readings), LARGEST):
        packed = readings[start : start + LARGEST]
        last_id += len(packed)
        content = _encode(packed)
        yield last_id, len(packed), zlib.crc32(content), content


def _run_starts(numbers: Sequence[int]) -> list[int]:
    """Return the indices at which a run of ascending numbers without a hole begins, and the end of the last."""
    if not numbers:
        return []
    if numbers[-1] - numbers[0] + 1 == len(numbers):
        return [0, len(numbers)]
    inner = [index for index in range(1, len(numbers)) if numbers[index] != numbers[index - 1] + 1]
    return [0, *inner, len(numbers)]


def _delete_run(connection: sqlite3.Connection, first: int, last: int) -> int:
    bounds = {"first": first, "last": last}
    deleted: int = connection.execute(_COUNT_WHOLE, bounds).fetchone()[0]
    connection.execute(_DELETE_WHOLE, bounds)
    for parcel in connection.execute(_TOUCHED, bounds).fetchall():
        rows = unpacked(parcel)
        kept = [row for row in rows if not first <= row[0] <= last]
        discard(connection, parcel)
        put_numbered(connection, kept)
        deleted += len(rows) - len(kept)
    return deleted
