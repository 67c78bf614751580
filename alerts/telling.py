"""Puts into the outbox what people are told of settled alerts: each for itself, those of a storm in one message."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from alerts.findings import Finding
from alerts.lifecycle import Occasion, Settled
from alerts.messages.content import alert_message, storm_message
from config.portfolio.portfolio import Portfolio
from gateway.operations import AlertRow, Operations

log = logging.getLogger(__name__)

Told = tuple[Settled, Finding]


@dataclass(frozen=True, slots=True)
class Telling:
    """Who is told what as of `now`."""

    portfolio: Portfolio
    operations: Operations
    now: datetime

    def put(self, connection: Connection, told: Iterable[Told], *, storm: str | None) -> int:
        """Put the messages in the caller's transaction, and return how many are new; `storm` is the key of theirs."""
        together: dict[str, list[tuple[AlertRow, Finding]]] = {}
        messages = 0
        for settled, finding in told:
            alert, occasion = settled.alert, settled.occasion
            if alert is None or occasion is None:
                continue
            if alert.responsible is None:
                log.warning("nobody is responsible for alert %s of %s: no mail", alert.id, alert.property)
            elif storm is not None and occasion is Occasion.FIRING:
                together.setdefault(alert.responsible, []).append((alert, finding))
            else:
                person = self.portfolio.person(alert.responsible)
                message = alert_message(self.portfolio, person, alert, finding, occasion, now=self.now)
                messages += self.operations.outbox.put(connection, message)
        theirs = (self._of_storm(connection, storm or "", name, alerts) for name, alerts in together.items())
        return messages + sum(theirs)

    def _of_storm(
        self, connection: Connection, storm: str, person_id: str, theirs: Sequence[tuple[AlertRow, Finding]]
    ) -> int:
        source = theirs[0][1].source or ""
        person = self.portfolio.person(person_id)
        message = storm_message(self.portfolio, person, storm, source, theirs, now=self.now)
        return int(self.operations.outbox.put(connection, message))
