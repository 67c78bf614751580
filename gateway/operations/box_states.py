"""What the boxes in the buildings say of themselves: the newest word of each."""

from collections.abc import Sequence
from dataclasses import asdict, replace

from sqlalchemy import Connection, delete, select
from sqlalchemy.exc import IntegrityError

from config.errors import Conflict
from gateway.operations.connections import Connections
from gateway.operations.rows import BoxStateRow
from gateway.operations.tables import box_state


class BoxStates:
    """One row per box. Where several centres hear a box, what was heard last counts."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def record(self, heard: Sequence[BoxStateRow]) -> None:
        """Keep what is newer than what stands there; `since` stays while the problem stays the same.

        Raises `Conflict` when somebody else keeps a new box at this moment, and `Unreachable`.
        """
        with self._connections.writing() as writing:
            known = {row.edge: row for row in _rows(writing)}
            for row in heard:
                _keep(writing, row, known.get(row.edge))

    def all(self) -> list[BoxStateRow]:
        """Return the boxes by name."""
        with self._connections.reading() as reading:
            return _rows(reading)


def _keep(writing: Connection, row: BoxStateRow, before: BoxStateRow | None) -> None:
    if before is not None and before.heard_at >= row.heard_at:
        return
    if before is not None and before.problem == row.problem:
        row = replace(row, since=before.since)
    try:
        writing.execute(delete(box_state).where(box_state.c.edge == row.edge))
        writing.execute(box_state.insert().values(asdict(row)))
    except IntegrityError as error:
        raise Conflict(f"box {row.edge}: another process keeps what it says") from error


def _rows(reading: Connection) -> list[BoxStateRow]:
    found = reading.execute(select(box_state).order_by(box_state.c.edge))
    return [BoxStateRow(**row) for row in found.mappings()]
