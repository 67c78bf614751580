"""Connections to the operations database: reading ones, and writing ones that queue for their turn at once."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url

_BUSY_TIMEOUT_MS = 15_000
_WRITING = "zaehlwerk_writing"


class Connections:
    """The engine and its two kinds of transaction. Thread-safe."""

    def __init__(self, url: str) -> None:
        self.engine = _engine(url)
        self._writer = self.engine.execution_options(**{_WRITING: True})

    @contextmanager
    def reading(self, connection: Connection | None = None) -> Iterator[Connection]:
        """Give the transaction at hand, or a reading one of its own that sees one state throughout."""
        if connection is not None:
            yield connection
            return
        with self.engine.begin() as own:
            yield own

    @contextmanager
    def writing(self, connection: Connection | None = None) -> Iterator[Connection]:
        """Give the transaction at hand, or one of its own that is committed on leaving, rolled back on an error."""
        if connection is not None:
            yield connection
            return
        with self._writer.begin() as own:
            yield own


def _engine(url: str) -> Engine:
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return create_engine(parsed, pool_pre_ping=True)
    if parsed.database:
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(parsed)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # The driver's own transaction handling begins too late; `_begin_sqlite` says BEGIN instead.
    connection.isolation_level = None
    for pragma in (f"busy_timeout={_BUSY_TIMEOUT_MS}", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that reads first and writes later would be refused instead of waiting; so writers queue at once.
    writing = connection.get_execution_options().get(_WRITING, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
