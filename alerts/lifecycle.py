"""Brings a judgement into the life of its alert, and says whether somebody is to be told."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection

from alerts.findings import Finding, Judged
from alerts.messages.language import DEFAULT
from gateway.operations import AlertRow, AlertState, JudgementRow, NewAlert, Operations, Outcome

URGENT = "urgent"


class Occasion(StrEnum):
    """Why a message is due."""

    FIRING = "firing"
    URGENT = "urgent"
    REMINDER = "reminder"


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of a judgement: the outcome as recorded, the alert if one is concerned, and why to tell of it."""

    outcome: Outcome
    alert: AlertRow | None = None
    occasion: Occasion | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """One judged period of one subject, ready to be settled."""

    rule: str
    subject: str
    property_id: str
    period_start: datetime
    judged: Judged
    evidence: Mapping[str, Any]
    responsible: str | None


def settle(operations: Operations, connection: Connection, case: Case, *, now: datetime) -> Settled:
    """Record a judgement with its effect on the alert, in the caller's transaction.

    Raises `Conflict` when the period was judged by somebody else.
    """
    settled = _effect(operations, connection, case, now)
    row = JudgementRow(case.rule, case.subject, case.period_start, settled.outcome, now)
    operations.judgements.record(connection, row)
    return settled


def new_alert(case: Case, finding: Finding) -> NewAlert:
    """Return the finding as the operations database keeps it: in German."""
    words = finding.words[DEFAULT]
    return NewAlert(
        rule=case.rule,
        subject=case.subject,
        property=case.property_id,
        severity=finding.severity,
        since=finding.since,
        title=words.title,
        observed=words.observed,
        cause=words.cause,
        next_step=words.next_step,
        value=finding.value,
        expected=finding.expected,
        threshold=finding.threshold,
        unit=finding.unit,
        cost_eur_per_day=finding.cost_eur_per_day,
        cost_eur_per_year=finding.cost_eur_per_year,
        evidence=case.evidence,
        responsible=case.responsible,
    )


def _effect(operations: Operations, connection: Connection, case: Case, now: datetime) -> Settled:
    alerts = operations.alerts
    open_alert = alerts.open_of(connection, case.rule, case.subject)
    outcome, finding = case.judged.outcome, case.judged.finding
    if finding is not None:
        return _found(operations, connection, case, new_alert(case, finding), open_alert, now)
    if outcome is Outcome.CLEAR:
        alerts.close_dismissal(connection, case.rule, case.subject)
        if open_alert is not None:
            return Settled(outcome, alerts.resolve(open_alert.id, at=now, connection=connection))
    if outcome is Outcome.NO_DATA and open_alert is not None:
        return Settled(outcome, alerts.lose_sight(open_alert.id, at=now, connection=connection))
    return Settled(outcome)


def _found(
    operations: Operations,
    connection: Connection,
    case: Case,
    new: NewAlert,
    before: AlertRow | None,
    now: datetime,
) -> Settled:
    outcome = case.judged.outcome
    if before is None:
        dismissed = operations.alerts.dismissed_of(connection, case.rule, case.subject)
        if dismissed is not None and not _is_worse(new.severity, dismissed.severity):
            return Settled(Outcome.DISMISSED)
        opened = operations.alerts.open(new, AlertState(outcome.value), at=now, connection=connection)
        return Settled(outcome, opened, Occasion.FIRING if opened.state is AlertState.FIRING else None)
    after = operations.alerts.see(before.id, new, _state(before, outcome), at=now, connection=connection)
    return Settled(outcome, after, _occasion(before, after, now))


def _state(before: AlertRow, outcome: Outcome) -> AlertState:
    """Where an open alert goes when it is seen again: never back, and from no data to where it was."""
    if before.acknowledged_at is not None:
        return AlertState.ACKNOWLEDGED
    if before.fired_at is not None or outcome is Outcome.FIRING:
        return AlertState.FIRING
    return AlertState.PENDING


def _occasion(before: AlertRow, after: AlertRow, now: datetime) -> Occasion | None:
    if after.is_silenced(now) or after.fired_at is None:
        return None
    if before.silenced_until is not None and before.last_seen_at < before.silenced_until:
        return Occasion.REMINDER
    if before.fired_at is None:
        return Occasion.FIRING
    return Occasion.URGENT if _is_worse(after.severity, before.severity) else None


def _is_worse(now: str, before: str) -> bool:
    return now == URGENT and before != URGENT
