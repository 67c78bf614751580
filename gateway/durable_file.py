"""An SQLite file whose commits survive a power cut: one writer under a lock, any number of readers beside it."""

import contextlib
import shutil
import sqlite3
import threading
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path

from config.errors import ConfigurationError, StorageFull, Unreachable
from gateway.sqlite_errors import DAMAGED, NO_ROOM, hint_of, kind_of

BUSY_TIMEOUT_S = 5.0
# Below this a commit may still succeed and the next checkpoint fail; stop while everything can still be moved out.
RESERVE_BYTES = 16 * 2**20
WAL_KEPT_BYTES = 64 * 2**20
_DISK = DAMAGED | NO_ROOM | {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


class DamagedFile(ConfigurationError):
    """The file is no database any more."""


Completion = Callable[[sqlite3.Connection], None]


class DurableFile:
    """One SQLite database in WAL mode with `synchronous=FULL`; threads and processes may share it.

    A file of an earlier version gets what `schema` says, then `complete` does what statements cannot say, both in
    one commit. Raises `DamagedFile` if `path` is something else, `ConfigurationError` if a later version wrote it,
    `StorageFull` if it cannot be opened for writing.
    """

    def __init__(self, path: Path, schema: str, *, version: int, complete: Completion | None = None) -> None:
        self.path = Path(path)
        self._lock = threading.Lock()
        self._idle_readers: deque[sqlite3.Connection] = deque()
        self._writer = self._open_writer(schema, version, complete)

    @contextlib.contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Give the writer for one commit: durable when the block ends, undone if it raises.

        SQLite's errors come out as `StorageFull`, whatever keeps the commit from the disk.
        """
        with self._lock:
            try:
                with _transaction(self._writer):
                    yield self._writer
            except sqlite3.Error as error:
                if kind_of(error) not in _DISK:
                    raise
                raise StorageFull(f"{self.path} takes nothing now: {error}") from error

    @contextlib.contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Give a connection that reads a consistent state and waits for no writer; raises `Unreachable`."""
        try:
            with self._reader() as connection:
                yield connection
        except sqlite3.Error as error:
            raise Unreachable(f"{self.path} cannot be read: {error}") from error

    def ready(self) -> None:
        """Return if a commit would work now; raises `StorageFull` otherwise."""
        with self.writing():
            pass
        free_bytes = shutil.disk_usage(self.path.parent).free
        if free_bytes < RESERVE_BYTES:
            raise StorageFull(f"{self.path.parent} has {free_bytes // 2**20} MiB left")

    def close(self) -> None:
        """Close the writer and every reader that is not in use."""
        with self._lock:
            while self._idle_readers:
                self._idle_readers.pop().close()
            self._writer.close()

    @contextlib.contextmanager
    def _reader(self) -> Iterator[sqlite3.Connection]:
        try:
            connection = self._idle_readers.pop()
        except IndexError:
            connection = open_reader(self.path)
        try:
            yield connection
        finally:
            self._idle_readers.append(connection)

    def _open_writer(self, schema: str, version: int, complete: Completion | None) -> sqlite3.Connection:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            connection = _connect(self.path)
        except (OSError, sqlite3.Error) as error:
            raise StorageFull(f"{self.path} cannot be opened: {error}{hint_of(error)}") from error
        try:
            _prepare(connection, schema, version, complete)
        except sqlite3.Error as error:
            connection.close()
            raise _opening_error(self.path, error) from error
        except ConfigurationError:
            connection.close()
            raise
        return connection


def open_reader(path: Path) -> sqlite3.Connection:
    """Open a database of another process for reading; raises `sqlite3.Error` if it is not there."""
    connection = _connect(path, mode="rw")
    connection.execute("PRAGMA query_only=ON")
    return connection


def check_whole_file(path: Path) -> None:
    """Read every page of a database; raises `DamagedFile` if one is broken. Takes a second for some gigabytes."""
    try:
        with contextlib.closing(open_reader(path)) as connection:
            (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.DatabaseError as error:
        raise _opening_error(path, error) from error
    if verdict != "ok":
        raise DamagedFile(f"{path} is damaged: {verdict}")


def _connect(path: Path, *, mode: str = "rwc") -> sqlite3.Connection:
    uri = f"{Path(path).absolute().as_uri()}?mode={mode}"
    return sqlite3.connect(uri, uri=True, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False)


def _prepare(connection: sqlite3.Connection, schema: str, version: int, complete: Completion | None) -> None:
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute(f"PRAGMA journal_size_limit={WAL_KEPT_BYTES}")
    if _version(connection) == version:
        return
    with _transaction(connection):
        found = _version(connection)
        if found > version:
            raise ConfigurationError(f"{_name(connection)} was written by a later version of Zählwerk")
        if found < version:
            for statement in schema.split(";"):
                connection.execute(statement)
            if complete is not None:
                complete(connection)
            connection.execute(f"PRAGMA user_version={version}")


def _version(connection: sqlite3.Connection) -> int:
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return version


def _name(connection: sqlite3.Connection) -> str:
    name: str = connection.execute("PRAGMA database_list").fetchone()[2]
    return name


def _opening_error(path: Path, error: sqlite3.Error) -> ConfigurationError | StorageFull:
    if kind_of(error) in DAMAGED:
        return DamagedFile(f"{path} is no readable database ({error}): restore it from a backup or move it away")
    return StorageFull(f"{path} cannot be opened: {error}{hint_of(error)}")


@contextlib.contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
