"""Alerts and their log. Every change of state goes through the life cycle and is logged with who and when."""

import builtins
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, select, update
from sqlalchemy.exc import IntegrityError

from config.errors import Conflict, NotFound
from gateway.operations.alerts.rows import AlertLogRow, AlertRow, AlertState, Answer, NewAlert
from gateway.operations.alerts.states import check_step
from gateway.operations.connections import Connections
from gateway.operations.tables import alert, alert_log

SERVICE = "Zählwerk"
_LARGEST_ID: Final = 2**63 - 1
_OPEN = alert.c.state != AlertState.RESOLVED.value


class Alerts:
    """Alerts by id. At most one is open per rule and subject; the database itself refuses a second."""

    def __init__(self, connections: Connections, clock: Callable[[], datetime]) -> None:
        self._connections = connections
        self._clock = clock

    # what the service does

    def open(
        self, new: NewAlert, state: AlertState, *, at: datetime, connection: Connection | None = None
    ) -> AlertRow:
        """Open an alert; raises `Conflict` when one of the same rule and subject is open."""
        values = asdict(new) | {
            "evidence": dict(new.evidence),
            "state": state.value,
            "opened_at": at,
            "last_seen_at": at,
            "fired_at": at if state is AlertState.FIRING else None,
            "dismissed": False,
        }
        with self._connections.writing(connection) as writing:
            try:
                row = writing.execute(alert.insert().values(values).returning(alert)).mappings().one()
            except IntegrityError as error:
                raise Conflict(f"an alert {new.rule} of {new.subject} is open already") from error
            opened = _row(row)
            _log(writing, opened, at, SERVICE, "open", "")
        return opened

    def see(
        self, alert_id: int, new: NewAlert, state: AlertState, *, at: datetime, connection: Connection | None = None
    ) -> AlertRow:
        """Bring an open alert up to date with what was found now, and to `state`."""
        fresh = asdict(new) | {"evidence": dict(new.evidence), "last_seen_at": at}
        return self._step(alert_id, state, SERVICE, "see", "", fresh, at=at, connection=connection)

    def lose_sight(self, alert_id: int, *, at: datetime, connection: Connection | None = None) -> AlertRow:
        """Note that there are no data to judge an open alert by; it stays open."""
        return self._step(alert_id, AlertState.NO_DATA, SERVICE, "no_data", "", {}, at=at, connection=connection)

    def close_dismissal(self, connection: Connection, rule: str, subject: str) -> None:
        """Forget that somebody called this a false alarm: it went away, so its return is news."""
        change = update(alert).where(alert.c.rule == rule, alert.c.subject == subject, alert.c.dismissed)
        connection.execute(change.values(dismissed=False))

    # what people and the service do

    def acknowledge(self, alert_id: int, by: str, comment: str = "") -> AlertRow:
        """Somebody looks after it. Doing it twice is harmless; raises `Conflict` for a resolved or pending one."""
        with self._connections.writing() as writing:
            now = self._clock()
            values = {"acknowledged_at": now, "acknowledged_by": by}
            return self._step(
                alert_id, AlertState.ACKNOWLEDGED, by, "acknowledge", comment, values, at=now, connection=writing
            )

    def answer(self, alert_id: int, by: str, answer: Answer | str, comment: str = "") -> AlertRow:
        """Take a person's answer: done and false alarm close the alert, a craftsman acknowledges it.

        After a false alarm the same thing is not reported again until it was seen to go away. Raises `Conflict` for
        a resolved alert, `ValueError` for an unknown answer and for "später", which needs `silence` and an instant.
        """
        given, now = Answer(answer), self._clock()
        if given is Answer.LATER:
            raise ValueError("an answer 'spaeter' needs an instant: use silence")
        values: dict[str, Any] = {"answer": given.value}
        state = AlertState.RESOLVED
        if given is Answer.CRAFTSMAN:
            state = AlertState.ACKNOWLEDGED
            values |= {"acknowledged_at": now, "acknowledged_by": by}
        elif given is Answer.FALSE_ALARM:
            values |= {"dismissed": True}
        return self._step(alert_id, state, by, given.value, comment, values, at=now)

    def resolve(
        self,
        alert_id: int,
        by: str = SERVICE,
        comment: str = "",
        *,
        at: datetime | None = None,
        connection: Connection | None = None,
    ) -> AlertRow:
        """Close an alert; raises `Conflict` if it is closed."""
        return self._step(alert_id, AlertState.RESOLVED, by, "resolve", comment, {}, at=at, connection=connection)

    def silence(self, alert_id: int, until: datetime, by: str, comment: str = "") -> AlertRow:
        """Send nothing about it before `until`; its state goes on as before. Raises `Conflict` if it is closed."""
        values = {"silenced_until": until, "answer": Answer.LATER.value}
        return self._step(alert_id, None, by, "silence", comment, values)

    def comment(self, alert_id: int, by: str, comment: str) -> AlertLogRow:
        """Add a remark to the log, of a closed alert too."""
        with self._connections.writing() as writing:
            return _log(writing, _locked(writing, alert_id), self._clock(), by, "comment", comment)

    # what can be read

    def list(self, state: AlertState | str | None = None) -> builtins.list[AlertRow]:
        """Return alerts in one state, or all; newest first."""
        query = select(alert).order_by(alert.c.id.desc())
        return self._rows(query if state is None else query.where(alert.c.state == AlertState(state).value))

    def list_open(self) -> builtins.list[AlertRow]:
        """Return every alert that is not resolved, newest first."""
        return self._rows(select(alert).where(_OPEN).order_by(alert.c.id.desc()))

    def get(self, alert_id: int) -> AlertRow:
        """Return one alert; raises `NotFound`."""
        with self._connections.reading() as reading:
            return _found(reading.execute(_chosen(alert_id)).mappings().first(), alert_id)

    def open_of(self, connection: Connection, rule: str, subject: str) -> AlertRow | None:
        """Return the open alert of a rule and subject as the caller's transaction sees it."""
        return _first(connection, alert.c.rule == rule, alert.c.subject == subject, _OPEN)

    def dismissed_of(self, connection: Connection, rule: str, subject: str) -> AlertRow | None:
        """Return the alert that was called a false alarm and whose matter has not gone away since."""
        return _first(connection, alert.c.rule == rule, alert.c.subject == subject, alert.c.dismissed)

    def log(self, alert_id: int) -> builtins.list[AlertLogRow]:
        """Return what happened to an alert, oldest first."""
        query = select(alert_log).where(alert_log.c.alert_id == alert_id).order_by(alert_log.c.id)
        with self._connections.reading() as reading:
            return [_log_row(row) for row in reading.execute(query).mappings()]

    def _rows(self, query: Any) -> builtins.list[AlertRow]:
        with self._connections.reading() as reading:
            return [_row(row) for row in reading.execute(query).mappings()]

    def _step(
        self,
        alert_id: int,
        state: AlertState | None,
        by: str,
        action: str,
        comment: str,
        values: dict[str, Any],
        *,
        at: datetime | None = None,
        connection: Connection | None = None,
    ) -> AlertRow:
        now = at or self._clock()
        with self._connections.writing(connection) as writing:
            before = _locked(writing, alert_id)
            after = state or before.state
            if before.state is AlertState.RESOLVED:
                raise Conflict(f"alert {alert_id} is resolved")
            check_step(alert_id, before.state, after)
            if after is AlertState.RESOLVED:
                values = values | {"resolved_at": now}
            if after is AlertState.FIRING and before.fired_at is None:
                values = values | {"fired_at": now}
            changed = _write(writing, alert_id, values | {"state": after.value})
            if action not in {"see", "no_data"} or before.state is not after:
                _log(writing, changed, now, by, action, comment)
        return changed


def _locked(connection: Connection, alert_id: int) -> AlertRow:
    return _found(connection.execute(_chosen(alert_id).with_for_update()).mappings().first(), alert_id)


def _chosen(alert_id: int) -> Select[Any]:
    if not 0 < alert_id <= _LARGEST_ID:  # a database would refuse the question itself
        raise NotFound("alert", str(alert_id))
    return select(alert).where(alert.c.id == alert_id)


def _found(row: RowMapping | None, alert_id: int) -> AlertRow:
    if row is None:
        raise NotFound("alert", str(alert_id))
    return _row(row)


def _first(connection: Connection, *conditions: ColumnElement[bool]) -> AlertRow | None:
    row = connection.execute(select(alert).where(*conditions).order_by(alert.c.id.desc())).mappings().first()
    return None if row is None else _row(row)


def _write(connection: Connection, alert_id: int, values: dict[str, Any]) -> AlertRow:
    change = update(alert).where(alert.c.id == alert_id).values(values).returning(alert)
    return _row(connection.execute(change).mappings().one())


def _log(
    connection: Connection, changed: AlertRow, at: datetime, author: str, action: str, comment: str
) -> AlertLogRow:
    values = {
        "alert_id": changed.id,
        "time": at,
        "author": author,
        "action": action,
        "state": changed.state.value,
        "comment": comment,
    }
    return _log_row(connection.execute(alert_log.insert().values(values).returning(alert_log)).mappings().one())


def _row(row: RowMapping) -> AlertRow:
    values: dict[str, Any] = dict(row)
    answer = None if values["answer"] is None else Answer(values["answer"])
    return AlertRow(**values | {"state": AlertState(values["state"]), "answer": answer})


def _log_row(row: RowMapping) -> AlertLogRow:
    values: dict[str, Any] = dict(row)
    return AlertLogRow(**values | {"state": AlertState(values["state"])})
