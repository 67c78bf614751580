"""Rows as tests need them."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from gateway.operations import JudgementRow, NewAlert, OutboxMessage, Outcome

NOW = datetime(2026, 3, 2, 6, 30, tzinfo=UTC)

LEAK = NewAlert(
    rule="water_runs_at_night",
    subject="gs-wasser",
    property="gs-musterdorf",
    severity="warning",
    since=NOW,
    title="Wasser läuft nachts durch (0,42 m³/h, 3. Nacht)",
    observed="Zwischen 01 und 05 Uhr fließen stets 0,42 m³/h.",
    cause="Wahrscheinlich ein Spülkasten.",
    next_step="Bitte Spülkästen prüfen.",
    value=0.42,
    expected=0.0,
    threshold=0.0,
    unit="m3/h",
    cost_eur_per_day=40.0,
    cost_eur_per_year=14600.0,
    evidence={"start": "2026-02-27", "end": "2026-03-02"},
    responsible="hausmeister",
)


def leak(**changes: Any) -> NewAlert:
    return replace(LEAK, **changes)


def judged(rule: str, subject: str, period_start: datetime, outcome: Outcome = Outcome.CLEAR) -> JudgementRow:
    return JudgementRow(rule, subject, period_start, outcome, NOW)


def message(key: str = "alert-1-firing") -> OutboxMessage:
    return OutboxMessage(key, "hausmeister", "nord@example.org", {"title": "Wasser läuft"}, NOW)
