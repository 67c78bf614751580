"""Connections to the operations database: reading ones, and writing ones that queue for their turn at once."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from config.errors import ConfigurationError, Unreachable
from gateway.sqlite_errors import DAMAGED, hint_of, kind_of

_BUSY_TIMEOUT_MS = 15_000
_WRITING = "zaehlwerk_writing"


class Connections:
    """The engine and its two kinds of transaction. Thread-safe."""

    def __init__(self, url: str) -> None:
        self.engine = _engine(url)
        self._writer = self.engine.execution_options(**{_WRITING: True})

    @contextmanager
    def reading(self, connection: Connection | None = None) -> Iterator[Connection]:
        """Give the transaction at hand, or a reading one of its own that sees one state throughout.

        Raises `Unreachable` if the database does not answer, `ConfigurationError` if the file is none.
        """
        if connection is not None:
            yield connection
            return
        with _in_our_words(), self.engine.begin() as own:
            yield own

    @contextmanager
    def writing(self, connection: Connection | None = None) -> Iterator[Connection]:
        """Give the transaction at hand, or one of its own that is committed on leaving, rolled back on an error.

        Raises like `reading`; a disk that is full makes the database `Unreachable` too.
        """
        if connection is not None:
            yield connection
            return
        with _in_our_words(), self._writer.begin() as own:
            yield own


@contextmanager
def _in_our_words() -> Iterator[None]:
    try:
        yield
    except NoConnectionFree as error:
        raise Unreachable(f"the operations database is asked by too many at once: {error}") from error
    except OperationalError as error:
        message = f"the operations database does not answer: {error.orig}{hint_of(error.orig)}"
        raise Unreachable(message) from error
    except DatabaseError as error:
        if kind_of(error.orig) not in DAMAGED:
            raise
        message = f"the operations database cannot be read ({error.orig}): restore it from a backup or move it away"
        raise ConfigurationError(message) from error


def _engine(url: str) -> Engine:
    try:
        return _engine_of(make_url(url))
    except (ArgumentError, ImportError) as error:
        # Not the URL itself: it may hold a password.
        raise ConfigurationError(f"ZAEHLWERK_DATABASE_URL names no database that can be used: {error}") from None
    except OSError as error:
        raise ConfigurationError(f"there is no room for the operations database: {error}") from error


def _engine_of(parsed: URL) -> Engine:
    if parsed.get_backend_name() != "sqlite":
        return create_engine(parsed, pool_pre_ping=True)
    if parsed.database in {None, "", ":memory:"}:
        raise ConfigurationError("ZAEHLWERK_DATABASE_URL names no file: what people record would be lost in the end")
    Path(str(parsed.database)).parent.mkdir(parents=True, exist_ok=True)
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
