"""What is due and was not judged: until then, nobody can say that there is nothing to do."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from alerts.findings import Rule
from alerts.rules import RULES
from analysis.books import Books
from gateway.operations import Operations


@dataclass(frozen=True, slots=True)
class Waiting:
    """Periods wait to be judged, the longest since `since`; `is_first`: something was never judged at all."""

    since: datetime
    is_first: bool


def waiting(books: Books, operations: Operations, *, now: datetime, rules: Sequence[Rule] = RULES) -> Waiting | None:
    """Return what waits to be judged at `now`; None when all that is due was judged."""
    since, is_first = [], False
    for rule in rules:
        last_periods = operations.judgements.last_periods(rule.id, until=now)
        for subject in rule.subjects(books.portfolio):
            last = last_periods.get(subject)
            due = rule.due(books.portfolio, subject, last, now)
            since += [period.due for period in due]
            is_first |= bool(due) and last is None
    return Waiting(min(since), is_first) if since else None
