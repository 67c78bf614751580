"""The operations database as one thing: its engine, its migrations, its parts."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from sqlalchemy import Connection, text

from gateway.operations.alerts.alerts import Alerts
from gateway.operations.alerts.judgements import Judgements
from gateway.operations.alerts.outbox import Outbox
from gateway.operations.audit import Audit
from gateway.operations.balances import Balances
from gateway.operations.box_states import BoxStates
from gateway.operations.connections import Connections
from gateway.operations.ledger.ledger import Ledger
from gateway.operations.meters.events import Events
from gateway.operations.meters.former_values import FormerValues
from gateway.operations.meters.notes import Notes
from gateway.operations.meters.photos import Photos
from gateway.operations.migrating import upgrade
from gateway.operations.tokens import Tokens


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Operations:
    """What people and the service did, in SQLite (a file) or PostgreSQL. Thread-safe.

    `url` is SQLAlchemy's (`sqlite:///path`, `postgresql+psycopg://…`). Call `upgrade()` before anything else. The
    clock stamps what people do; the evaluation brings its own instants.
    """

    def __init__(self, url: str, clock: Callable[[], datetime] = _utc_now) -> None:
        self._connections = Connections(url)
        self.alerts = Alerts(self._connections, clock)
        self.audit = Audit(self._connections, clock)
        self.balances = Balances(self._connections, clock)
        self.boxes = BoxStates(self._connections)
        self.events = Events(self._connections)
        self.former_values = FormerValues(self._connections)
        self.judgements = Judgements(self._connections)
        self.ledger = Ledger(self._connections)
        self.notes = Notes(self._connections)
        self.outbox = Outbox(self._connections)
        self.photos = Photos(self._connections)
        self.tokens = Tokens(self._connections, clock)

    def upgrade(self) -> None:
        """Bring the tables to the newest revision; harmless if they are, and if two processes do it at once."""
        with self._connections.writing() as connection:
            upgrade(connection)

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """Give one writing transaction over several parts: committed on leaving, rolled back on an error."""
        with self._connections.writing() as connection:
            yield connection

    def ready(self) -> None:
        """Return if the database answers; raises `Unreachable` otherwise."""
        with self._connections.reading() as connection:
            connection.execute(text("SELECT count(*) FROM judgement WHERE id = 0"))

    def close(self) -> None:
        """Release every connection."""
        self._connections.engine.dispose()
