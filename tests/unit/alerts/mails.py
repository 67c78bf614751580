"""Outbox rows and a channel, as the tests of the way out need them."""

from collections.abc import Sequence
from datetime import datetime
from email.message import EmailMessage
from typing import Any

from gateway.operations import Operations, OutboxMessage, OutboxRow, OutboxState
from tests.unit.alerts.district import NOW

CHART = {
    "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
    "data": {"values": [{"night": "1.", "flow": 0.42}]},
    "mark": "bar",
    "encoding": {
        "x": {"field": "night", "type": "nominal"},
        "y": {"field": "flow", "type": "quantitative", "title": "m³/h"},
    },
}

ALERT: dict[str, Any] = {
    "kind": "alert",
    "language": "de",
    "occasion": "firing",
    "alert": 17,
    "urgent": False,
    "person": "Hausmeister Nord",
    "property": "Grundschule Musterdorf",
    "is_manager": True,
    "title": "Wasser läuft nachts durch (0,42 m³/h, 3. Nacht)",
    "observed": "Es floss in jeder Stunde Wasser.",
    "cause": "Wahrscheinlich hängt eine Spülung.",
    "next_step": "Bitte die Spülkästen prüfen.",
    "since": "28.02.2026, 00:00 Uhr",
    "cost_per_day": "43 €",
    "cost_per_year": "15.800 €",
    "chart": CHART,
    "sample": True,
}

STORM: dict[str, Any] = {
    "kind": "storm",
    "language": "de",
    "person": "Hausmeister Nord",
    "title": "5 Zähler melden gleichzeitig nichts mehr",
    "observed": "Seit 28.02.2026, 00:00 Uhr melden 5 Ihrer Zähler nichts mehr.",
    "meters": [{"property": "Grundschule", "title": "Zähler „A“ meldet nicht mehr", "since": "x"}] * 5,
    "count": 5,
    "sample": False,
}


def row(content: dict[str, Any] | None = None, *, address: str = "nord@example.org") -> OutboxRow:
    return OutboxRow(
        id=1,
        key="alert-17-1772446800000-firing",
        person="nord",
        address=address,
        content=ALERT if content is None else content,
        created_at=NOW,
        state=OutboxState.WAITING,
        attempts=0,
        next_attempt_at=NOW,
        claimed_until=None,
        delivered_at=None,
        error="",
    )


def put(operations: Operations, *keys: str, at: datetime = NOW) -> None:
    with operations.begin() as connection:
        for key in keys:
            message = OutboxMessage(key, "nord", "nord@example.org", ALERT | {"chart": None}, at)
            operations.outbox.put(connection, message)


class HeldChannel:
    """Keeps the mails; raises the given errors first, one per attempt."""

    sender = "zaehlwerk@example.org"

    def __init__(self, errors: Sequence[Exception] = ()) -> None:
        self.errors = list(errors)
        self.mails: list[EmailMessage] = []

    def send(self, mail: EmailMessage) -> None:
        if self.errors:
            raise self.errors.pop(0)
        self.mails.append(mail)
