"""Judges again what late data change: quietly, for nobody wants a mail about a night of last month.

Judgements on the past are put right where they stand. Only what the newest of them comes to matters to people: an
alert that is refuted closes with a word about why, and a newest period that fires now is taken back, so that the
evaluation judges and tells it like any other.
"""

import logging
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from alerts.findings import Circumstances, Rule
from alerts.periods import Period
from alerts.rules import RULES
from analysis.books import Books
from analysis.ledger.conversion import midnight_ms
from analysis.virtual.formula_parts import parts_of
from config.errors import Conflict, InsufficientData, Unreachable
from config.meters.meter import Meter
from config.portfolio.portfolio import Portfolio
from gateway.operations import JudgementRow, Operations, Outcome
from gateway.operations.ledger.rows import LedgerChange
from gateway.reading import instant

log = logging.getLogger(__name__)

REFUTED: Final = "durch nachgelieferte Daten widerlegt"
_LONGEST_PERIOD: Final = timedelta(days=32)
_TRIED_FOR: Final = timedelta(days=1)
_DAY: Final = timedelta(days=1)
_OPEN_QUESTION: Final = frozenset({Outcome.NO_DATA, Outcome.FAILED})


@dataclass(frozen=True, slots=True)
class _Span:
    """Time of a meter in which days came out otherwise, `[start, end)`."""

    meter: Meter
    start: datetime
    end: datetime


def judge_again(books: Books, operations: Operations, *, now: datetime, rules: Sequence[Rule] = RULES) -> int:
    """Judge again what the daily ledger changed up to `now`; return how many judgements came out otherwise.

    Doing it twice changes nothing more. What a subject cannot be judged by is tried again in the passes of a day.
    Raises `Unreachable`.
    """
    changes = [change for change in operations.ledger.not_judged() if change.at <= now]
    if not changes:
        return 0
    judging = _Judging(books, operations, now)
    differing, failed = 0, set[str]()
    for span in _spans(books, changes):
        for rule in rules:
            for subject in rule.subjects(books.portfolio):
                if concerns(books.portfolio, rule, subject, span.meter):
                    count = judging.judge(rule, subject, span)
                    differing += count or 0
                    failed |= {span.meter.id} if count is None else set()
    done = [one.id for one in changes if one.meter not in failed or now - one.at >= _TRIED_FOR]
    with operations.begin() as connection:
        operations.ledger.mark_judged(connection, done, now)
    return differing


def concerns(portfolio: Portfolio, rule: Rule, subject: str, meter: Meter) -> bool:
    """Whether a subject of a rule is judged by a meter: it is that meter, is worked out from it, or lies with it."""
    if subject in portfolio.meters:
        return subject == meter.id or meter.id in parts_of(portfolio.meters, portfolio.meter(subject))
    measure = portfolio.measures.get(subject)
    if measure is not None and measure.medium_id != meter.medium_id:
        return False
    return rule.property_of(portfolio, subject) == meter.property_id


def _spans(books: Books, changes: Iterable[LedgerChange]) -> list[_Span]:
    """Return one span a meter; what happened to a meter that is gone concerns nobody."""
    days: dict[str, list[LedgerChange]] = {}
    for change in changes:
        if change.meter in books.portfolio.meters:
            days.setdefault(change.meter, []).append(change)
    return [
        _Span(
            books.portfolio.meter(meter_id),
            instant(midnight_ms(min(one.first for one in found), books.zone)),
            instant(midnight_ms(max(one.last for one in found) + _DAY, books.zone)),
        )
        for meter_id, found in days.items()
    ]


@dataclass(frozen=True, slots=True)
class _Judging:
    books: Books
    operations: Operations
    now: datetime

    def judge(self, rule: Rule, subject: str, span: _Span) -> int | None:
        """Return how many judgements came out otherwise; None where the subject cannot be judged."""
        periods = self._periods(rule, subject, span)
        if not periods:
            return 0
        judged = self.operations.judgements.since(rule.id, subject, min(periods))
        wanted = {row.period_start: row for row in judged if row.period_start in periods}
        try:
            again = self._outcomes(rule, subject, [periods[start] for start in wanted])
        except Unreachable:
            raise
        except Exception:  # the evaluation tells of a subject that cannot be judged
            log.debug("%s of %s cannot be judged again", rule.id, subject, exc_info=True)
            return None
        differing = [
            JudgementRow(rule.id, subject, start, outcome, self.now)
            for start, outcome in again.items()
            if outcome is not wanted[start].outcome and wanted[start].outcome is not Outcome.DISMISSED
        ]
        if differing:
            _put_right(self.operations, judged, differing, self.now)
        return len(differing)

    def _periods(self, rule: Rule, subject: str, span: _Span) -> dict[datetime, Period]:
        """Return the periods by their start that what changed can matter to, as far back as periods are caught up."""
        until = datetime.max.replace(tzinfo=UTC) if rule.looks_back is None else span.end + rule.looks_back
        due = rule.due(self.books.portfolio, subject, span.start - _LONGEST_PERIOD, self.now)
        return {period.start: period for period in due if period.end > span.start and period.start < until}

    def _outcomes(self, rule: Rule, subject: str, periods: Iterable[Period]) -> dict[datetime, Outcome]:
        opened = (one for one in self.operations.alerts.list_open() if (one.rule, one.subject) == (rule.id, subject))
        circumstances = Circumstances(next((one.opened_at for one in opened), None))
        found = {}
        for period in periods:
            try:
                found[period.start] = rule.judge(self.books, subject, period, circumstances).outcome
            except InsufficientData:
                found[period.start] = Outcome.NO_DATA
        return found


def _put_right(
    operations: Operations, judged: Sequence[JudgementRow], differing: Sequence[JudgementRow], now: datetime
) -> None:
    """Write the outcomes, and draw the conclusion for an alert from the newest that is one."""
    changed = {row.period_start: row for row in differing}
    timeline = [changed.get(row.period_start, row) for row in judged]
    newest, conclusive = timeline[-1], [row for row in timeline if row.outcome not in _OPEN_QUESTION]
    refuted = bool(conclusive) and conclusive[-1].outcome is Outcome.CLEAR
    with suppress(Conflict), operations.begin() as connection:
        for row in differing:
            operations.judgements.change(connection, row)
        alert = operations.alerts.open_of(connection, newest.rule, newest.subject)
        if refuted:
            operations.alerts.close_dismissal(connection, newest.rule, newest.subject)
        if refuted and alert is not None:
            operations.alerts.resolve(alert.id, comment=REFUTED, at=now, connection=connection)
        elif newest.period_start in changed and newest.outcome is not Outcome.CLEAR:
            operations.judgements.take_back(connection, newest)
