"""Which photo shows what: a display at an exchange or beside a hand reading. The pictures lie in a folder."""

from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, Select, select

from gateway.operations.connections import Connections
from gateway.operations.rows import PhotoRow
from gateway.operations.tables import photo

_COLUMNS = [column for column in photo.c if column is not photo.c.id]


class Photos:
    """Photos by meter and by what they show."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def record(self, row: PhotoRow, *, connection: Connection | None = None) -> None:
        """Add a photo."""
        with self._connections.writing(connection) as writing:
            writing.execute(photo.insert().values(asdict(row)))

    def forget(self, subject: str, *, connection: Connection | None = None) -> None:
        """Let nothing stand beside a subject any more; the trail names what stood there."""
        with self._connections.writing(connection) as writing:
            writing.execute(photo.delete().where(photo.c.subject == subject))

    def of_meter(self, meter: str) -> list[PhotoRow]:
        """Return the photos of a meter in the order in which they came."""
        return self._rows(select(*_COLUMNS).where(photo.c.meter == meter).order_by(photo.c.id))

    def is_known(self, sha256: str) -> bool:
        """Whether a photo of that content was recorded."""
        return bool(self._rows(select(*_COLUMNS).where(photo.c.sha256 == sha256).limit(1)))

    def _rows(self, query: Select[Any]) -> list[PhotoRow]:
        with self._connections.reading() as reading:
            return [PhotoRow(**row) for row in reading.execute(query).mappings()]


def reading_subject(meter: str, time_ms: int) -> str:
    """Return what a photo of a reading belongs to."""
    return f"{meter}:reading:{time_ms}"
