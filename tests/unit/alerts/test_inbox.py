from dataclasses import replace

from alerts import inbox
from gateway.operations import AlertState, Operations
from tests.unit.alerts.district import NOW
from tests.unit.gateway.operations.rows import LEAK


def test_the_inbox_shows_urgent_and_dear_alerts_first_and_no_pending_ones(operations: Operations) -> None:
    for subject, cost, severity, state in (
        ("cheap", 1.0, "warning", AlertState.FIRING),
        ("unknown", None, "warning", AlertState.FIRING),
        ("dear", 90.0, "warning", AlertState.FIRING),
        ("urgent", 5.0, "urgent", AlertState.FIRING),
        ("pending", 99.0, "warning", AlertState.PENDING),
    ):
        new = replace(LEAK, subject=subject, cost_eur_per_day=cost, severity=severity)
        operations.alerts.open(new, state, at=NOW)
    assert [alert.subject for alert in inbox.open_alerts(operations)] == ["urgent", "dear", "cheap", "unknown"]


def test_an_answer_goes_into_state_and_log(operations: Operations) -> None:
    alert = operations.alerts.open(LEAK, AlertState.FIRING, at=NOW)
    inbox.acknowledge(operations, alert.id, by="Nord")
    inbox.comment(operations, alert.id, by="Nord", text="Firma kommt")
    inbox.answer(operations, alert.id, by="Nord", given="handwerker")
    inbox.resolve(operations, alert.id, by="Nord", comment="repariert")
    assert inbox.open_alerts(operations) == []
    assert [entry.action for entry in operations.alerts.log(alert.id)] == [
        "open",
        "acknowledge",
        "comment",
        "handwerker",
        "resolve",
    ]
