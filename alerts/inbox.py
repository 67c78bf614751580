"""What the pages and the API do with alerts: see the open ones, answer them, see what could not be delivered."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from gateway.operations import AlertLogRow, AlertRow, AlertState, Answer, Operations, OutboxRow, OutboxState

_REASONS: Final = {
    "away": "Der Mailserver ist nicht erreichbar.",
    "login": "Der Mailserver lehnt die Anmeldung ab: Benutzer oder Passwort stimmen nicht.",
    "unwritten": "Adresse oder Inhalt ergeben keine Mail.",
    "refused": "Der Mailserver lehnt die Nachricht oder den Empfänger ab.",
}


@dataclass(frozen=True, slots=True)
class Undelivered:
    """A message that is late or given up. `reason` is German, `detail` what was said in English, for experts."""

    person: str
    address: str
    title: str
    since: datetime
    attempts: int
    given_up: bool
    reason: str
    detail: str


def open_alerts(operations: Operations) -> list[AlertRow]:
    """Return what needs somebody: every alert that fired and is not resolved, urgent and dear ones first."""
    shown = [alert for alert in operations.alerts.list_open() if alert.state is not AlertState.PENDING]
    return sorted(
        shown, key=lambda alert: (alert.severity != "urgent", -(alert.cost_eur_per_day or 0.0), alert.since)
    )


def acknowledge(operations: Operations, alert_id: int, *, by: str, comment: str = "") -> AlertRow:
    """Take an alert on; raises `NotFound`, `Conflict`."""
    return operations.alerts.acknowledge(alert_id, by, comment)


def answer(operations: Operations, alert_id: int, *, by: str, given: Answer | str, comment: str = "") -> AlertRow:
    """Answer "erledigt", "fehlalarm" or "handwerker"; raises `NotFound`, `Conflict`, `ValueError`."""
    return operations.alerts.answer(alert_id, by, given, comment)


def resolve(operations: Operations, alert_id: int, *, by: str, comment: str = "") -> AlertRow:
    """Close an alert; raises `NotFound`, `Conflict`."""
    return operations.alerts.resolve(alert_id, by, comment)


def comment(operations: Operations, alert_id: int, *, by: str, text: str) -> AlertLogRow:
    """Remark on an alert; raises `NotFound`."""
    return operations.alerts.comment(alert_id, by, text)


def silence(operations: Operations, alert_id: int, *, until: datetime, by: str, comment: str = "") -> AlertRow:
    """Send nothing of an alert until then ("später"); one reminder follows if it still holds. Raises as above."""
    return operations.alerts.silence(alert_id, until, by, comment)


def undelivered(operations: Operations) -> list[Undelivered]:
    """Return the messages that were given up or failed at least once and still wait, newest first."""
    rows = [*operations.outbox.list(OutboxState.FAILED), *operations.outbox.list(OutboxState.WAITING)]
    rows.sort(key=lambda row: row.id, reverse=True)
    return [_undelivered(row) for row in rows if row.error]


def _undelivered(row: OutboxRow) -> Undelivered:
    code, _, detail = row.error.partition(": ")
    return Undelivered(
        person=row.person,
        address=row.address,
        title=str(row.content.get("title", "")),
        since=row.created_at,
        attempts=row.attempts,
        given_up=row.state is OutboxState.FAILED,
        reason=_REASONS.get(code, _REASONS["away"]),
        detail=detail,
    )
