"""Notes on readings: how one came about that no device sent, who entered it and why."""

from collections.abc import Collection
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, select

from gateway.operations.connections import Connections
from gateway.operations.rows import ReadingNoteRow
from gateway.operations.tables import reading_note
from gateway.reading import milliseconds


class Notes:
    """Notes by (meter, quantity, time), the identity of a reading."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def record(self, note: ReadingNoteRow, *, connection: Connection | None = None) -> None:
        """Keep a note; a later one on the same reading replaces it."""
        drop = delete(reading_note).where(
            reading_note.c.meter == note.meter,
            reading_note.c.quantity == note.quantity,
            reading_note.c.time_ms == note.time_ms,
        )
        with self._connections.writing(connection) as writing:
            writing.execute(drop)
            writing.execute(reading_note.insert().values(asdict(note)))

    def of_meter(
        self, meter: str, quantity: str, start: datetime | None = None, end: datetime | None = None
    ) -> list[ReadingNoteRow]:
        """Return notes on readings with start <= time < end, ascending; None: unbounded."""
        query = select(reading_note).where(reading_note.c.meter == meter, reading_note.c.quantity == quantity)
        if start is not None:
            query = query.where(reading_note.c.time_ms >= milliseconds(start))
        if end is not None:
            query = query.where(reading_note.c.time_ms < milliseconds(end))
        with self._connections.reading() as reading:
            rows = reading.execute(query.order_by(reading_note.c.time_ms)).mappings().all()
        return [_row(dict(row)) for row in rows]

    def of_meters(self, meters: Collection[str]) -> dict[str, list[ReadingNoteRow]]:
        """Return the notes on readings of several meters, each ascending; a meter without any is left out."""
        query = select(reading_note).where(reading_note.c.meter.in_(meters)).order_by(reading_note.c.time_ms)
        found: dict[str, list[ReadingNoteRow]] = {}
        with self._connections.reading() as reading:
            for row in reading.execute(query).mappings():
                found.setdefault(row["meter"], []).append(_row(dict(row)))
        return found


def _row(values: dict[Any, Any]) -> ReadingNoteRow:
    return ReadingNoteRow(**values)
