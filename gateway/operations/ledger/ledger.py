"""The daily ledger: days derived from readings, and what is known about how far they can be trusted to stand."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import astuple, fields
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, Table, bindparam, delete, func, select, update
from sqlalchemy.exc import IntegrityError

from config.errors import Conflict
from gateway.operations.connections import Connections
from gateway.operations.ledger.late_spans import LateSpans
from gateway.operations.ledger.rows import (
    Derivation,
    LedgerBlock,
    LedgerChange,
    LedgerDay,
    LedgerNotice,
    LedgerState,
    LedgerSubstitution,
)
from gateway.operations.ledger.tables import (
    ledger_block,
    ledger_change,
    ledger_day,
    ledger_notice,
    ledger_state,
    ledger_substitution,
    ledger_touched,
)

_STATE_COLUMNS: Final = [ledger_state.c[one.name] for one in fields(LedgerState)]
_CHANGE_COLUMNS: Final = [ledger_change.c[name] for name in LedgerChange._fields]


class Ledger:
    """Derived days, notices and blocks by meter. Everything here can be derived again from readings."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections
        self.late = LateSpans(connections)

    # what can be read

    def states(self, meters: Collection[str]) -> dict[str, LedgerState]:
        """Return how far each meter is derived; a new one has a state without anything."""
        query = select(*_STATE_COLUMNS).where(ledger_state.c.meter.in_(meters))
        with self._connections.reading() as reading:
            known = {row[0]: LedgerState(*row) for row in reading.execute(query).all()}
        return {meter: known.get(meter) or LedgerState(meter) for meter in meters}

    def days(self, meter: str, start: date | None = None, end: date | None = None) -> list[LedgerDay]:
        """Return the days of `[start, end)` of which something is known, ascending; None: unbounded."""
        query = select(ledger_day).where(ledger_day.c.meter == meter).order_by(ledger_day.c.day)
        if start is not None:
            query = query.where(ledger_day.c.day >= start)
        if end is not None:
            query = query.where(ledger_day.c.day < end)
        with self._connections.reading() as reading:
            return [LedgerDay._make(row) for row in reading.execute(query).all()]

    def days_since(self, meters: Collection[str], start: date) -> dict[str, list[LedgerDay]]:
        """Return the days of several meters from `start` on."""
        query = select(ledger_day).where(ledger_day.c.meter.in_(meters), ledger_day.c.day >= start)
        with self._connections.reading() as reading:
            return _by_meter(LedgerDay._make(row) for row in reading.execute(query).all())

    def notices(self, meter: str, start_ms: int, end_ms: int) -> list[LedgerNotice]:
        """Return what was noticed in `[start_ms, end_ms)` of a meter, ascending."""
        inside = (ledger_notice.c.time_ms >= start_ms, ledger_notice.c.time_ms < end_ms)
        query = select(ledger_notice).where(ledger_notice.c.meter == meter, *inside)
        with self._connections.reading() as reading:
            rows = reading.execute(query.order_by(ledger_notice.c.time_ms, ledger_notice.c.id))
            return [LedgerNotice._make(row) for row in rows]

    def proposed_since(self, start_ms: int) -> list[LedgerNotice]:
        """Return what was noticed of any meter from `start_ms` on and left to people to decide."""
        query = select(ledger_notice).where(ledger_notice.c.state == "proposed", ledger_notice.c.time_ms >= start_ms)
        with self._connections.reading() as reading:
            return [LedgerNotice._make(row) for row in reading.execute(query)]

    def notices_since(self, meters: Collection[str], start_ms: int) -> dict[str, list[LedgerNotice]]:
        """Return what was noticed of several meters from `start_ms` on."""
        query = select(ledger_notice).where(ledger_notice.c.meter.in_(meters), ledger_notice.c.time_ms >= start_ms)
        with self._connections.reading() as reading:
            return _by_meter(LedgerNotice._make(row) for row in reading.execute(query))

    def substitutions(self, meter: str, start_ms: int, end_ms: int) -> list[LedgerSubstitution]:
        """Return what stands in for readings at some time of `[start_ms, end_ms)`, ascending."""
        inside = (ledger_substitution.c.end_ms > start_ms, ledger_substitution.c.start_ms < end_ms)
        query = select(ledger_substitution).where(ledger_substitution.c.meter == meter, *inside)
        with self._connections.reading() as reading:
            rows = reading.execute(query.order_by(ledger_substitution.c.start_ms))
            return [LedgerSubstitution._make(row) for row in rows]

    def substitutions_since(self, meters: Collection[str], start_ms: int) -> dict[str, list[LedgerSubstitution]]:
        """Return what stands in for readings of several meters, beginning at `start_ms` or later."""
        of_them = (ledger_substitution.c.meter.in_(meters), ledger_substitution.c.start_ms >= start_ms)
        with self._connections.reading() as reading:
            rows = reading.execute(select(ledger_substitution).where(*of_them))
            return _by_meter(LedgerSubstitution._make(row) for row in rows)

    def blocks_since(self, meters: Collection[str], first: date) -> dict[str, list[LedgerBlock]]:
        """Return the blocks of several meters from `first` on, ascending."""
        query = select(ledger_block).where(ledger_block.c.meter.in_(meters), ledger_block.c.first >= first)
        with self._connections.reading() as reading:
            return _by_meter(LedgerBlock._make(row) for row in reading.execute(query.order_by(ledger_block.c.first)))

    def first_change(self, meters: Collection[str], start: date, end: date, *, after: datetime) -> datetime | None:
        """Return when a day of `[start, end)` of one of the meters first changed after an instant; None: never."""
        query = select(func.min(ledger_change.c.at)).where(
            ledger_change.c.meter.in_(meters),
            ledger_change.c.first < end,
            ledger_change.c.last >= start,
            ledger_change.c.at > after,
        )
        with self._connections.reading() as reading:
            found: datetime | None = reading.execute(query).scalar()
        return found

    def not_judged(self) -> list[LedgerChange]:
        """Return the changes that nobody has judged again yet, oldest first."""
        query = select(*_CHANGE_COLUMNS).where(ledger_change.c.judged_at.is_(None)).order_by(ledger_change.c.id)
        with self._connections.reading() as reading:
            return [LedgerChange._make(row) for row in reading.execute(query).all()]

    # what is written

    def write(self, derivations: Sequence[Derivation]) -> frozenset[str]:
        """Keep derivations, and return the meters that somebody else derived meanwhile: nothing is kept of these.

        Raises `Conflict` when somebody else derived one of them for the first time; then nothing is kept at all.
        """
        with self._connections.writing() as writing:
            kept = _unchanged(writing, derivations)
            try:
                _write_states(writing, [one.state for one in kept])
            except IntegrityError as error:
                raise Conflict("another process derives the same meters") from error
            _write_rows(writing, kept)
            _write_changes(writing, kept)
        return frozenset(one.state.meter for one in derivations) - {one.state.meter for one in kept}

    def mark_judged(self, connection: Connection, changes: Iterable[int], at: datetime) -> None:
        """Note in the caller's transaction that changes were judged again."""
        change = update(ledger_change).where(ledger_change.c.id == bindparam("one"))
        _many(connection, change.values(judged_at=at), [{"one": one} for one in changes])


def _by_meter(rows: Iterable[Any]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.meter].append(row)
    return found


def _unchanged(connection: Connection, derivations: Sequence[Derivation]) -> list[Derivation]:
    """Return the derivations of meters that are as they were when they were read, locked until the end."""
    meters = [one.state.meter for one in derivations]
    query = select(ledger_state.c.meter, ledger_state.c.version).where(ledger_state.c.meter.in_(meters))
    versions = {row.meter: row.version for row in connection.execute(query.with_for_update())}
    return [one for one in derivations if versions.get(one.state.meter, 0) == one.state.version]


def _write_states(connection: Connection, states: Sequence[LedgerState]) -> None:
    names = [one.name for one in fields(LedgerState)]
    rows = [dict(zip(names, astuple(one), strict=True)) for one in states]
    for row in rows:
        row["version"] += 1
    _many(connection, ledger_state.insert(), [row for row in rows if row["version"] == 1])
    values: dict[str, Any] = {name: bindparam(name) for name in names if name != "meter"}
    change = update(ledger_state).where(ledger_state.c.meter == bindparam("of")).values(values)
    _many(connection, change, [{**row, "of": row.pop("meter")} for row in rows if row["version"] > 1])


def _write_rows(connection: Connection, derivations: Sequence[Derivation]) -> None:
    days = [(one.state.meter, day) for one in derivations for day in one.dropped_days]
    _drop(connection, ledger_day, ("meter", "day"), days)
    _put(connection, ledger_day, [row for one in derivations for row in one.days])
    _drop(connection, ledger_notice, ("id",), [(notice,) for one in derivations for notice in one.dropped_notices])
    _put(connection, ledger_notice, [row for one in derivations for row in one.notices])
    starts = [(one.state.meter, start_ms) for one in derivations for start_ms in one.dropped_substitutions]
    _drop(connection, ledger_substitution, ("meter", "start_ms"), starts)
    _put(connection, ledger_substitution, [row for one in derivations for row in one.substitutions])
    firsts = [(one.state.meter, first) for one in derivations for first in one.dropped_blocks]
    _drop(connection, ledger_block, ("meter", "first"), firsts)
    _put(connection, ledger_block, [row for one in derivations for row in one.blocks])


def _write_changes(connection: Connection, derivations: Sequence[Derivation]) -> None:
    rows = [
        {"meter": one.state.meter, "first": first, "last": last, "at": one.state.derived_at}
        for one in derivations
        for first, last in one.changed
    ]
    _many(connection, ledger_change.insert(), rows)
    done = delete(ledger_touched).where(
        ledger_touched.c.meter == bindparam("of"), ledger_touched.c.arrival <= bindparam("upto")
    )
    arrivals = [{"of": one.state.meter, "upto": one.arrival} for one in derivations if one.arrival]
    _many(connection, done, arrivals)


def _drop(connection: Connection, table: Table, key: tuple[str, ...], rows: Sequence[tuple[Any, ...]]) -> None:
    statement = delete(table).where(*(table.c[name] == bindparam(f"of_{name}") for name in key))
    names = [f"of_{name}" for name in key]
    _many(connection, statement, [dict(zip(names, row, strict=True)) for row in rows])


def _put(connection: Connection, table: Table, rows: Sequence[Any]) -> None:
    _many(connection, table.insert(), [row._asdict() for row in rows])


def _many(connection: Connection, statement: Any, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        connection.execute(statement, rows)
