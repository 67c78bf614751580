"""Values of readings that others took the place of: kept for good, so that a person can have them back."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, Select, select

from gateway.operations.connections import Connections
from gateway.operations.rows import FormerValueRow
from gateway.operations.tables import former_value

_COLUMNS = [column for column in former_value.c if column is not former_value.c.id]


class FormerValues:
    """Former values by the event that tells of them, in the order in which they were replaced."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def record(self, rows: Sequence[FormerValueRow], *, connection: Connection | None = None) -> None:
        """Keep former values."""
        if rows:
            with self._connections.writing(connection) as writing:
                writing.execute(former_value.insert(), [asdict(row) for row in rows])

    def unknown(
        self, rows: Sequence[FormerValueRow], *, connection: Connection | None = None
    ) -> list[FormerValueRow]:
        """Return those of one meter's rows that are not kept yet, whatever event they belong to."""
        if not rows:
            return []
        times = [row.time_ms for row in rows]
        of_meter = former_value.c.meter == rows[0].meter
        query = select(*_COLUMNS).where(of_meter, former_value.c.time_ms.between(min(times), max(times)))
        known = {_key(row) for row in self._rows(query, connection)}
        return [row for row in rows if _key(row) not in known]

    def of_event(self, event_id: str, *, connection: Connection | None = None) -> list[FormerValueRow]:
        """Return the former values that an event tells of."""
        return self._rows(select(*_COLUMNS).where(former_value.c.event == event_id), connection)

    def of_reading(self, meter: str, quantity: str, time_ms: int) -> list[FormerValueRow]:
        """Return what stood at the identity of a reading before."""
        return self._rows(
            select(*_COLUMNS).where(
                former_value.c.meter == meter,
                former_value.c.quantity == quantity,
                former_value.c.time_ms == time_ms,
            )
        )

    def _rows(self, query: Select[Any], connection: Connection | None = None) -> list[FormerValueRow]:
        ordered = query.order_by(former_value.c.replaced_at, former_value.c.id)
        with self._connections.reading(connection) as reading:
            return [FormerValueRow(**row) for row in reading.execute(ordered).mappings()]


def _key(row: FormerValueRow) -> tuple[object, ...]:
    return row.quantity, row.time_ms, row.former, row.value, row.replaced_at
