"""What lies beside the readings in a sink's file: refused things and replaced values, and how far they were told."""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Final

from gateway import refused as refused_table
from gateway import replaced as replaced_table
from gateway.durable_file import DurableFile
from gateway.reading import Refused
from gateway.replaced import Replaced

_VERSION: Final = 1
_AT_ONCE: Final = 10_000

SCHEMA: Final = f"""
{refused_table.SCHEMA};
{replaced_table.SCHEMA};
CREATE TABLE IF NOT EXISTS told (what TEXT PRIMARY KEY, number INTEGER NOT NULL) WITHOUT ROWID
"""
_TOLD = "SELECT coalesce(max(number), 0) FROM told WHERE what = ?"
_TELL = "INSERT INTO told VALUES (?, ?) ON CONFLICT DO UPDATE SET number = excluded.number"

Origins = Callable[[sqlite3.Connection, Sequence[Replaced]], Sequence[Replaced]]


class Beside:
    """Reads and settles what a sink keeps beside its readings; threads may share it.

    `origins` fills in the sources of values about to be replaced, where only the file knows them. `has_news` is set
    by whoever adds something, and from the start on, for a process that was killed may have left something.
    """

    def __init__(self, file: DurableFile, *, origins: Origins | None = None) -> None:
        self._file = file
        self._origins = origins
        self.has_news = True

    def refused(self, limit: int = 100) -> list[Refused]:
        """Return the newest refused things, newest first."""
        with self._file.reading() as connection:
            return refused_table.select(connection, limit)

    def refused_counts(self) -> dict[str, int]:
        """Return how many things were refused ever, by reason."""
        with self._file.reading() as connection:
            return refused_table.counts(connection)

    def note(self, replaced: Sequence[Replaced]) -> None:
        """Keep what is about to be replaced in a store; the same again changes nothing. Raises `StorageFull`."""
        with self._file.writing() as connection:
            named = replaced if self._origins is None else self._origins(connection, replaced)
            replaced_table.note(connection, named)

    def under_way(self) -> list[tuple[int, Replaced]]:
        """Return what was noted and not settled yet, numbered."""
        return self._replaced(_AT_ONCE, stands=False)

    def settle(self, standing: Iterable[int], fallen: Iterable[int] = ()) -> None:
        """Say of notes, by number, that the store has the new value, or that it did not take it."""
        with self._file.writing() as connection:
            replaced_table.settle(connection, standing)
            replaced_table.forget(connection, fallen)
        self.has_news = True

    def replaced(self, limit: int = _AT_ONCE) -> list[tuple[int, Replaced]]:
        """Return the oldest replaced values that nobody has taken over, numbered."""
        return self._replaced(limit, stands=True)

    def forget_replaced(self, numbers: Iterable[int]) -> None:
        """Forget replaced values that the operations database keeps now."""
        with self._file.writing() as connection:
            replaced_table.forget(connection, numbers)

    def untold(self, reason: str, limit: int = _AT_ONCE) -> list[tuple[int, Refused]]:
        """Return what was refused for a reason since `tell` named the last of it, oldest first, numbered."""
        with self._file.reading() as connection:
            (number,) = connection.execute(_TOLD, (reason,)).fetchone()
            return refused_table.select_after(connection, reason, number, limit)

    def tell(self, reason: str, number: int) -> None:
        """Remember that everything refused for a reason was told, up to a number."""
        with self._file.writing() as connection:
            connection.execute(_TELL, (reason, number))

    def _replaced(self, limit: int, *, stands: bool) -> list[tuple[int, Replaced]]:
        with self._file.reading() as connection:
            return replaced_table.select(connection, limit, stands=stands)


class BesideFile(Beside):
    """A file of its own, where the sink in front of a store has none."""

    def __init__(self, path: Path) -> None:
        self._own = DurableFile(path, SCHEMA, version=_VERSION, complete=refused_table.add_columns)
        super().__init__(self._own)

    def refuse(self, refused: Sequence[Refused]) -> None:
        """Keep refused things; raises `StorageFull`."""
        with self._own.writing() as connection:
            refused_table.insert(connection, refused)
        self.has_news = True

    def close(self) -> None:
        """Close the file."""
        self._own.close()
