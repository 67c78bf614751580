"""Events of meters: exchanges and the like, recorded by people; noticed ones that people accepted or rejected."""

from collections.abc import Collection
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, RowMapping, delete, select

from config.errors import Conflict, NotFound
from gateway.operations.connections import Connections
from gateway.operations.rows import MeterEventRow
from gateway.operations.tables import meter_event
from gateway.reading import instant, milliseconds


class Events:
    """What happened to meters."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def record(self, event: MeterEventRow, *, connection: Connection | None = None) -> MeterEventRow:
        """Record an event and return it as it is kept, with its id. The same event again changes nothing.

        Raises `Conflict` when the id stands for another event already.
        """
        recorded = replace(event, id=event.id or uuid4().hex, time=instant(milliseconds(event.time)))
        with self._connections.writing(connection) as writing:
            known = _find(writing, recorded.id)
            if known is None:
                writing.execute(meter_event.insert().values(asdict(recorded)))
            elif replace(known, recorded_at=recorded.recorded_at) != recorded:
                raise Conflict(f"event {recorded.id!r} is recorded already, with other contents")
        return recorded

    def propose(self, event: MeterEventRow, *, connection: Connection | None = None) -> None:
        """Record a proposal, in place of one under its id that is open still or was withdrawn. Leave a trail of it.

        Raises `Conflict` when a person decided what stands under the id.
        """
        with self._connections.writing(connection) as writing:
            known = _find(writing, event.id)
            if known is not None and known.state not in {"proposed", "withdrawn"}:
                raise Conflict(f"event {event.id!r} is {known.state}: it is not proposed again")
            self.put(event, connection=writing)

    def withdraw(self, event_id: str, *, connection: Connection | None = None) -> None:
        """Take a proposal back that is refuted; raises `NotFound`, or `Conflict` if a person decided it."""
        with self._connections.writing(connection) as writing:
            known = _find(writing, event_id)
            if known is None:
                raise NotFound("event", event_id)
            if known.state != "proposed":
                raise Conflict(f"event {event_id!r} is {known.state}, not proposed")
            self.put(replace(known, state="withdrawn"), connection=writing)

    def of_meter(self, meter: str, *, connection: Connection | None = None) -> list[MeterEventRow]:
        """Return the events of a meter in ascending time."""
        query = select(meter_event).where(meter_event.c.meter == meter).order_by(meter_event.c.time, meter_event.c.id)
        with self._connections.reading(connection) as reading:
            return [_row(row) for row in reading.execute(query).mappings()]

    def of_meters(self, meters: Collection[str]) -> dict[str, list[MeterEventRow]]:
        """Return the events of several meters, each in ascending time; a meter without any is left out."""
        query = select(meter_event).where(meter_event.c.meter.in_(meters))
        found: dict[str, list[MeterEventRow]] = {}
        with self._connections.reading() as reading:
            for row in reading.execute(query.order_by(meter_event.c.time, meter_event.c.id)).mappings():
                found.setdefault(row["meter"], []).append(_row(row))
        return found

    def proposed(self, until: datetime) -> list[MeterEventRow]:
        """Return what nobody decided yet about any meter up to an instant."""
        query = select(meter_event).where(meter_event.c.state == "proposed", meter_event.c.time <= until)
        with self._connections.reading() as reading:
            return [_row(row) for row in reading.execute(query).mappings()]

    def known(self, event_ids: Collection[str]) -> set[str]:
        """Return which of some ids are recorded."""
        query = select(meter_event.c.id).where(meter_event.c.id.in_(event_ids))
        with self._connections.reading() as reading:
            return set(reading.execute(query).scalars())

    def of_kind(self, kind: str, since: datetime) -> list[MeterEventRow]:
        """Return the events of one kind of all meters from an instant on, in ascending time."""
        query = select(meter_event).where(meter_event.c.kind == kind, meter_event.c.time >= since)
        with self._connections.reading() as reading:
            rows = reading.execute(query.order_by(meter_event.c.time, meter_event.c.id)).mappings()
            return [_row(row) for row in rows]

    def get(self, event_id: str) -> MeterEventRow:
        """Return one event; raises `NotFound`."""
        found = self.find(event_id)
        if found is None:
            raise NotFound("event", event_id)
        return found

    def find(self, event_id: str, *, connection: Connection | None = None) -> MeterEventRow | None:
        """Return one event; None where nothing is recorded under the id."""
        with self._connections.reading(connection) as reading:
            return _find(reading, event_id)

    def put(self, event: MeterEventRow, *, connection: Connection | None = None) -> None:
        """Record an event in place of what stands under its id: a decision or a correction. Leave a trail of it."""
        with self._connections.writing(connection) as writing:
            writing.execute(delete(meter_event).where(meter_event.c.id == event.id))
            writing.execute(meter_event.insert().values(asdict(event)))

    def remove(self, event_id: str, *, connection: Connection | None = None) -> None:
        """Forget an event that was taken back. Leave a trail of it."""
        with self._connections.writing(connection) as writing:
            writing.execute(delete(meter_event).where(meter_event.c.id == event_id))


def _find(connection: Connection, event_id: str) -> MeterEventRow | None:
    row = connection.execute(select(meter_event).where(meter_event.c.id == event_id)).mappings().first()
    return None if row is None else _row(row)


def _row(row: RowMapping) -> MeterEventRow:
    values: dict[str, Any] = dict(row)
    return MeterEventRow(**values)
