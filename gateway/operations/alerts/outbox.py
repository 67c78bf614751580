"""The outbox: a message is put in the transaction that decides on it, and leaves when somebody has taken it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, or_, select, update

from gateway.operations.alerts.rows import OutboxMessage, OutboxRow, OutboxState
from gateway.operations.connections import Connections
from gateway.operations.tables import outbox


class Outbox:
    """Messages that wait, were delivered, or could not be."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def put(self, connection: Connection, message: OutboxMessage) -> bool:
        """Put a message in the caller's transaction; False if its key stands there already: nothing is put then."""
        if connection.execute(select(outbox.c.id).where(outbox.c.key == message.key)).first() is not None:
            return False
        values = {
            "key": message.key,
            "person": message.person,
            "address": message.address,
            "content": dict(message.content),
            "created_at": message.created_at,
            "state": OutboxState.WAITING.value,
            "attempts": 0,
            "next_attempt_at": message.created_at,
            "error": "",
        }
        connection.execute(outbox.insert().values(values))
        return True

    def due(self, now: datetime, limit: int = 100) -> list[OutboxRow]:
        """Return waiting messages whose time has come and that nobody is sending, oldest first."""
        query = select(outbox).where(_due(now)).order_by(outbox.c.id).limit(limit)
        with self._connections.reading() as reading:
            return [_row(row) for row in reading.execute(query).mappings()]

    def claim(self, now: datetime, *, lease: timedelta, limit: int = 20) -> list[OutboxRow]:
        """Return due messages and keep them from every other deliverer until `now + lease`."""
        query = select(outbox).where(_due(now)).order_by(outbox.c.id).limit(limit).with_for_update(skip_locked=True)
        with self._connections.writing() as writing:
            rows = [_row(row) for row in writing.execute(query).mappings()]
            ids = [row.id for row in rows]
            writing.execute(update(outbox).where(outbox.c.id.in_(ids)).values(claimed_until=now + lease))
        return rows

    def delivered(self, message_id: int, at: datetime) -> None:
        """Mark a message as taken by the mail server."""
        self._change(message_id, {"state": OutboxState.DELIVERED.value, "delivered_at": at, "error": ""})

    def failed(self, message_id: int, error: str, next_attempt: datetime | None) -> None:
        """Note a failed attempt; it is tried again at `next_attempt`, and never again if that is None."""
        if next_attempt is None:
            self._change(message_id, {"state": OutboxState.FAILED.value, "error": error})
        else:
            self._change(message_id, {"next_attempt_at": next_attempt, "error": error})

    def list(self, state: OutboxState | None = None, limit: int = 200) -> Sequence[OutboxRow]:
        """Return messages, newest first; those that could not be delivered have the state `failed`."""
        query = select(outbox).order_by(outbox.c.id.desc()).limit(limit)
        if state is not None:
            query = query.where(outbox.c.state == state.value)
        with self._connections.reading() as reading:
            return [_row(row) for row in reading.execute(query).mappings()]

    def _change(self, message_id: int, values: dict[str, Any]) -> None:
        attempt = {"attempts": outbox.c.attempts + 1, "claimed_until": None}
        with self._connections.writing() as writing:
            writing.execute(update(outbox).where(outbox.c.id == message_id).values(attempt | values))


def _due(now: datetime) -> ColumnElement[bool]:
    free = or_(outbox.c.claimed_until.is_(None), outbox.c.claimed_until <= now)
    return and_(outbox.c.state == OutboxState.WAITING.value, outbox.c.next_attempt_at <= now, free)


def _row(row: RowMapping) -> OutboxRow:
    values: dict[str, Any] = dict(row)
    return OutboxRow(**values | {"state": OutboxState(row["state"])})
