"""What SQLite says went wrong, by kind: the file is damaged, or the disk takes nothing."""

import sqlite3
from typing import Final

DAMAGED: Final = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
NO_ROOM: Final = frozenset(
    {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_PERM, sqlite3.SQLITE_READONLY}
)


def kind_of(error: BaseException | None) -> int:
    """Return the kind of an error: the low byte of its code; the rest says which operation met it."""
    return int(getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)) & 0xFF


def hint_of(error: BaseException | None) -> str:
    """Return what to look at where the disk takes nothing, to be put behind a message; else nothing."""
    return " (is there room on the disk, and may it be written?)" if kind_of(error) in NO_ROOM else ""
