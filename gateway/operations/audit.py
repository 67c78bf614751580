"""The audit trail: who did what, and when. It is only ever added to."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Select, or_, select

from gateway.operations.connections import Connections
from gateway.operations.rows import AuditRow
from gateway.operations.tables import audit

# What is done in one room and told in another; what people do to events is `Step` of the API.
EVENT_PROPOSED: Final = "event_proposed"
EVENT_WITHDRAWN: Final = "event_withdrawn"
DISPLAY_CHECKED: Final = "display_checked"


class Audit:
    """What people and machines did."""

    def __init__(self, connections: Connections, clock: Callable[[], datetime]) -> None:
        self._connections = connections
        self._clock = clock

    def record(
        self,
        author: str,
        action: str,
        subject: str,
        detail: Mapping[str, Any] | None = None,
        *,
        connection: Connection | None = None,
    ) -> None:
        """Add an entry; never put a secret into `detail`."""
        values = {
            "time": self._clock(),
            "author": author,
            "action": action,
            "subject": subject,
            "detail": dict(detail or {}),
        }
        with self._connections.writing(connection) as writing:
            writing.execute(audit.insert().values(values))

    def newest(self, limit: int = 100) -> list[AuditRow]:
        """Return the newest entries, newest first."""
        return self._rows(select(audit).order_by(audit.c.id.desc()).limit(limit))

    def of_subject(self, subject: str, *, connection: Connection | None = None) -> list[AuditRow]:
        """Return what was done to one thing, newest first."""
        return self._rows(select(audit).where(audit.c.subject == subject).order_by(audit.c.id.desc()), connection)

    def of_subjects(self, subjects: Collection[str]) -> dict[str, list[AuditRow]]:
        """Return what was done to each of some things, newest first; a thing that nothing was done to is left out."""
        found: dict[str, list[AuditRow]] = {}
        for row in self._rows(select(audit).where(audit.c.subject.in_(subjects)).order_by(audit.c.id.desc())):
            found.setdefault(row.subject, []).append(row)
        return found

    def of_meter(
        self, meter_id: str, event_ids: Collection[str], *, before: int | None = None, limit: int = 100
    ) -> list[AuditRow]:
        """Return what was done to a meter, newest first: to itself, and to its events, recorded or taken back.

        `event_ids` are those that are recorded; `before` leaves out that entry and the newer ones, None: nothing.
        """
        named = audit.c.subject == meter_id, audit.c.subject.startswith(f"{meter_id}:", autoescape=True)
        query = select(audit).where(or_(*named, audit.c.subject.in_(event_ids)))
        older = query if before is None else query.where(audit.c.id < before)
        return self._rows(older.order_by(audit.c.id.desc()).limit(limit))

    def _rows(self, query: Select[Any], connection: Connection | None = None) -> list[AuditRow]:
        with self._connections.reading(connection) as reading:
            rows = reading.execute(query).all()
        return [AuditRow(row.id, row.time, row.author, row.action, row.subject, row.detail) for row in rows]
