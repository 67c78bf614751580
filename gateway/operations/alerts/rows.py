"""What the operations database says of alerts: states, answers, judgements, messages. Instants are aware, UTC."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class AlertState(StrEnum):
    """Where an alert stands in its life; see `gateway.operations.alerts.states` for the ways between."""

    PENDING = "pending"
    FIRING = "firing"
    ACKNOWLEDGED = "acknowledged"
    NO_DATA = "no_data"
    RESOLVED = "resolved"


class Answer(StrEnum):
    """What a person says to an alert. `LATER` goes with an instant and is given by `silence`."""

    DONE = "erledigt"
    FALSE_ALARM = "fehlalarm"
    CRAFTSMAN = "handwerker"
    LATER = "spaeter"


class Outcome(StrEnum):
    """What judging one period of one subject came to."""

    CLEAR = "clear"
    PENDING = "pending"
    FIRING = "firing"
    NO_DATA = "no_data"
    DISMISSED = "dismissed"  # it fires, but a person called the same thing a false alarm and it never went away
    FAILED = "failed"  # the rule could not be worked out; the log says why


class OutboxState(StrEnum):
    """Where a message stands."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class JudgementRow:
    """One period of one subject that one rule has judged."""

    rule: str
    subject: str
    period_start: datetime
    outcome: Outcome
    judged_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAlert:
    """What a rule found, in the words a person reads.

    `subject` is the id of the meter or measure, `severity` "warning" or "urgent", `since` when the thing itself
    began. `value`, `expected` and `threshold` are in `unit`; costs are None where no tariff is declared. `evidence`
    has `start`, `end` (ISO 8601) and `chart`, a Vega-Lite specification, and `storm` where many fell silent at once.
    `responsible` is the id of the person who was told; None: nobody is responsible.
    """

    rule: str
    subject: str
    property: str
    severity: str
    since: datetime
    title: str
    observed: str
    cause: str
    next_step: str
    value: float | None
    expected: float | None
    threshold: float | None
    unit: str
    cost_eur_per_day: float | None
    cost_eur_per_year: float | None
    evidence: Mapping[str, Any] = field(default_factory=dict)
    responsible: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRow(NewAlert):
    """An alert as it stands now. `dismissed`: called a false alarm, and not seen to go away since."""

    id: int
    state: AlertState
    opened_at: datetime
    last_seen_at: datetime
    fired_at: datetime | None
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    resolved_at: datetime | None
    answer: Answer | None
    dismissed: bool
    silenced_until: datetime | None

    def is_silenced(self, now: datetime) -> bool:
        """Whether somebody asked not to hear of it until later than `now`."""
        return self.silenced_until is not None and now < self.silenced_until


@dataclass(frozen=True, slots=True)
class AlertLogRow:
    """One change of an alert: who, when, what, and the state after it."""

    id: int
    alert_id: int
    time: datetime
    author: str
    action: str
    state: AlertState
    comment: str


@dataclass(frozen=True, slots=True)
class OutboxMessage:
    """A message to be sent. `key` makes it one message however often it is put; `content` is JSON."""

    key: str
    person: str
    address: str
    content: Mapping[str, Any]
    created_at: datetime


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """A message in the outbox; `error` is what the last attempt ended with, empty if there was none."""

    id: int
    key: str
    person: str
    address: str
    content: dict[str, Any]
    created_at: datetime
    state: OutboxState
    attempts: int
    next_attempt_at: datetime
    claimed_until: datetime | None
    delivered_at: datetime | None
    error: str
