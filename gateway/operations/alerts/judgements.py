"""Which periods were judged: the memory that lets nothing be missed and nothing be judged twice."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, delete, exists, func, select, update
from sqlalchemy.exc import IntegrityError

from config.errors import Conflict
from gateway.operations.alerts.rows import JudgementRow, Outcome
from gateway.operations.connections import Connections
from gateway.operations.tables import judgement


class Judgements:
    """Judged periods by rule and subject."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def judged(
        self, rule: str, subject: str, period_start: datetime, *, connection: Connection | None = None
    ) -> bool:
        """Whether that period of that subject was judged by that rule."""
        query = select(judgement.c.id).where(
            judgement.c.rule == rule, judgement.c.subject == subject, judgement.c.period_start == period_start
        )
        with self._connections.reading(connection) as reading:
            return reading.execute(query).first() is not None

    def last_periods(self, rule: str, *, until: datetime) -> dict[str, datetime]:
        """Return the start of the newest judged period of every subject of a rule, none after `until`."""
        query = (
            select(judgement.c.subject, func.max(judgement.c.period_start))
            .where(judgement.c.rule == rule, judgement.c.period_start <= until)
            .group_by(judgement.c.subject)
        )
        with self._connections.reading() as reading:
            return {row[0]: row[1] for row in reading.execute(query)}

    def record(self, connection: Connection, judged: JudgementRow) -> None:
        """Record a judged period in the caller's transaction.

        Raises `Conflict` when another process recorded it first: the caller lets its whole transaction go.
        """
        values = {
            "rule": judged.rule,
            "subject": judged.subject,
            "period_start": judged.period_start,
            "outcome": judged.outcome.value,
            "judged_at": judged.judged_at,
        }
        try:
            connection.execute(judgement.insert().values(values))
        except IntegrityError as error:
            raise Conflict(f"{judged.rule} of {judged.subject} was judged for {judged.period_start}") from error

    def since(self, rule: str, subject: str, period_start: datetime) -> list[JudgementRow]:
        """Return the judgements of one subject on a period and on all that begin after it, ascending."""
        query = select(judgement).where(
            judgement.c.rule == rule, judgement.c.subject == subject, judgement.c.period_start >= period_start
        )
        with self._connections.reading() as reading:
            return [_row(row) for row in reading.execute(query.order_by(judgement.c.period_start))]

    def change(self, connection: Connection, judged: JudgementRow) -> None:
        """Put another outcome in the place of an earlier judgement, in the caller's transaction."""
        values = {"outcome": judged.outcome.value, "judged_at": judged.judged_at}
        connection.execute(update(judgement).where(*_is(judged)).values(values))

    def take_back(self, connection: Connection, judged: JudgementRow) -> None:
        """Forget a judgement in the caller's transaction: the period is judged again when it is its turn."""
        connection.execute(delete(judgement).where(*_is(judged)))

    def newest(self, limit: int = 100) -> list[JudgementRow]:
        """Return the newest judgements, newest first."""
        query = select(judgement).order_by(judgement.c.id.desc()).limit(limit)
        with self._connections.reading() as reading:
            return [_row(row) for row in reading.execute(query)]

    def forget_before(self, period_start: datetime) -> int:
        """Drop judgements of older periods, but never that of the newest period of a rule and subject.

        Returns how many.
        """
        later = judgement.alias()
        has_later = exists().where(
            later.c.rule == judgement.c.rule,
            later.c.subject == judgement.c.subject,
            later.c.period_start > judgement.c.period_start,
        )
        drop = delete(judgement).where(judgement.c.period_start < period_start, has_later)
        with self._connections.writing() as writing:
            return writing.execute(drop).rowcount


def _is(judged: JudgementRow) -> tuple[ColumnElement[bool], ...]:
    return (
        judgement.c.rule == judged.rule,
        judgement.c.subject == judged.subject,
        judgement.c.period_start == judged.period_start,
    )


def _row(row: Row[Any]) -> JudgementRow:
    return JudgementRow(row.rule, row.subject, row.period_start, Outcome(row.outcome), row.judged_at)
