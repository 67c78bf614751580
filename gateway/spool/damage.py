"""Opens a spool's file: a damaged one is moved beside itself, one of an earlier version is packed anew."""

import contextlib
import logging
import sqlite3
import time
from pathlib import Path
from typing import Final

from gateway import beside
from gateway import refused as refused_table
from gateway.durable_file import DamagedFile, DurableFile, check_whole_file
from gateway.reading import Reading
from gateway.spool import filling, origins, parcels

logger = logging.getLogger(__name__)

_VERSION = 4
_SCHEMA = f"""
{parcels.SCHEMA}
{filling.SCHEMA}
{origins.SCHEMA}
{beside.SCHEMA}
"""
# Up to version 2 every reading was a row of its own.
OLD_ROWS: Final = "SELECT id, meter, quantity, time_ms, value FROM waiting ORDER BY id"
_HAS_OLD_ROWS = "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'waiting'"
_OLD_LAST_ID = "INSERT INTO sqlite_sequence SELECT 'parcel', seq FROM sqlite_sequence WHERE name = 'waiting'"
_AT_ONCE = 10_000


def open_spool(path: Path) -> tuple[DurableFile, Path | None]:
    """Return the file of a spool, and where a damaged one lies now, if it was.

    New readings are worth more than a stop: it begins with an empty file then, and says so loudly.
    """
    try:
        if path.exists():
            check_whole_file(path)
        return _opened(path), None
    except DamagedFile as error:
        aside = _quarantine(path)
        logger.error("spool damaged, moved to %s; starting with an empty one: %s", aside, error)
    return _opened(path), aside


def _opened(path: Path) -> DurableFile:
    file = DurableFile(path, _SCHEMA, version=_VERSION, complete=refused_table.add_columns)
    with file.reading() as connection:
        (has_old_rows,) = connection.execute(_HAS_OLD_ROWS).fetchone()
    if has_old_rows:
        with file.writing() as connection:
            _pack(connection)
    return file


def _pack(connection: sqlite3.Connection) -> None:
    # Under the numbers that they have, for by these the file knows how long they wait.
    rows = connection.execute(OLD_ROWS)
    while piece := rows.fetchmany(_AT_ONCE):
        parcels.put_numbered(connection, [(row[0], Reading._make(row[1:])) for row in piece])
    connection.execute("DELETE FROM sqlite_sequence WHERE name = 'parcel'")
    connection.execute(_OLD_LAST_ID)
    connection.execute("DROP TABLE waiting")


def _quarantine(path: Path) -> Path:
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    names = (f"{path.name}.damaged-{stamp}{number}" for number in ("", *(f"-{n}" for n in range(2, 1000))))
    aside = next(free for name in names if not (free := path.with_name(name)).exists())
    # The log beside it may hold what the file lost: under these names SQLite still finds the two together.
    for suffix in ("", "-wal", "-shm"):
        with contextlib.suppress(FileNotFoundError):
            path.with_name(path.name + suffix).rename(aside.with_name(aside.name + suffix))
    return aside
