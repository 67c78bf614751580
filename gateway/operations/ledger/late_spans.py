"""Late spans that the store told of and that wait to be derived again, and up to where it was asked."""

from collections import defaultdict
from collections.abc import Collection
from typing import Final

from sqlalchemy import Connection, delete, select, tuple_
from sqlalchemy.exc import IntegrityError

from config.errors import Conflict
from gateway.operations.connections import Connections
from gateway.operations.ledger.tables import ledger_cursor, ledger_touched
from gateway.touched import Touched, TouchedSince

_ONLY = 1
_AT_ONCE = 500
_COLUMNS: Final = [ledger_touched.c[name] for name in Touched._fields]


class LateSpans:
    """What the store tells once, kept until each meter was derived again: `Ledger.write` takes it away."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def cursor(self) -> int:
        """Return the cursor to ask the store with; 0 at first."""
        query = select(ledger_cursor.c.cursor).where(ledger_cursor.c.id == _ONLY)
        with self._connections.reading() as reading:
            return int(reading.execute(query).scalar() or 0)

    def take(self, told: TouchedSince) -> None:
        """Keep what the store told, and its cursor, in one commit.

        Raises `Conflict` when somebody else keeps the same at this moment.
        """
        with self._connections.writing() as writing:
            try:
                for start in range(0, len(told.spans), _AT_ONCE):
                    _keep(writing, told.spans[start : start + _AT_ONCE])
                writing.execute(delete(ledger_cursor))
                writing.execute(ledger_cursor.insert().values(id=_ONLY, cursor=told.cursor))
            except IntegrityError as error:
                raise Conflict("another process takes the late spans over") from error

    def of(self, meters: Collection[str]) -> dict[str, list[Touched]]:
        """Return the late spans of meters, each as the store told it last."""
        query = select(*_COLUMNS).where(ledger_touched.c.meter.in_(meters))
        found: dict[str, list[Touched]] = defaultdict(list)
        with self._connections.reading() as reading:
            for row in reading.execute(query):
                found[row.meter].append(Touched._make(row))
        return found


def _keep(connection: Connection, spans: Collection[Touched]) -> None:
    newest: dict[tuple[str, int], Touched] = {}
    key = tuple_(ledger_touched.c.meter, ledger_touched.c.end_ms)
    keys = {(one.meter, one.end_ms) for one in spans}
    known = connection.execute(select(*_COLUMNS).where(key.in_(keys)))
    for one in (*(Touched._make(row) for row in known), *spans):
        before = newest.get((one.meter, one.end_ms), one)
        start_ms, arrival = min(before.start_ms, one.start_ms), max(before.arrival, one.arrival)
        newest[one.meter, one.end_ms] = one._replace(start_ms=start_ms, arrival=arrival)
    if newest:
        connection.execute(delete(ledger_touched).where(key.in_(keys)))
        connection.execute(ledger_touched.insert(), [one._asdict() for one in newest.values()])
