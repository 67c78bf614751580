"""Judges every due period of every subject once, oldest first, and puts what is to be said into the outbox."""

import logging
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from alerts.evaluation_summary import EvaluationSummary, Failure
from alerts.evidence import evidence_of
from alerts.findings import NO_DATA, Circumstances, Finding, Rule
from alerts.lifecycle import Case, Occasion, Settled, settle
from alerts.messages.content import responsible
from alerts.periods import Period
from alerts.rules import RULES
from alerts.storms import storms_among
from alerts.telling import Telling
from analysis.books import Books
from config.errors import Conflict, InsufficientData, Unreachable
from gateway.operations import AlertRow, AlertState, JudgementRow, Operations, Outcome

log = logging.getLogger(__name__)

_AWAY: Final = timedelta(hours=2)
_FAILING_LONG_ENOUGH: Final = timedelta(days=1)
_JUDGEMENTS_ARE_KEPT: Final = timedelta(days=800)


def evaluate_due(
    books: Books, operations: Operations, *, now: datetime, rules: Sequence[Rule] = RULES
) -> EvaluationSummary:
    """Judge what is due and not judged. Safe to call at any time and from several processes at once.

    A subject that is new begins with its newest due period: nobody is told of years past. A subject that fails is
    left for the next pass and stops no other; raises `Unreachable` when the store does not answer at all.
    """
    summary = _close_orphans(books, operations, rules, now)
    blocked: set[tuple[str, str]] = set()
    for rule in rules:
        # A period to come was judged when the clock was wrong; it must not hide those that come due until then.
        last_periods = operations.judgements.last_periods(rule.id, until=now)
        evaluation = _Evaluation(books, operations, rule, now, _is_just_back(books, rule, last_periods.values(), now))
        for period, subjects in _due_subjects(books, rule, last_periods, now):
            wanted = [subject for subject in subjects if (rule.id, subject) not in blocked]
            done = evaluation.judge(period, wanted)
            blocked |= {(failure.rule, failure.subject) for failure in done.failures}
            summary += done
    operations.judgements.forget_before(now - _JUDGEMENTS_ARE_KEPT)
    return summary


def _close_orphans(books: Books, operations: Operations, rules: Sequence[Rule], now: datetime) -> EvaluationSummary:
    """Close alerts whose subject left the portfolio: nobody would ever judge them again."""
    subjects = {rule.id: set(rule.subjects(books.portfolio)) for rule in rules}
    orphans = [
        alert
        for alert in operations.alerts.list_open()
        if alert.subject not in subjects.get(alert.rule, {alert.subject})
    ]
    closed = 0
    for alert in orphans:
        with suppress(Conflict):  # another process was first
            operations.alerts.resolve(alert.id, comment="nicht mehr im Bestand", at=now)
            closed += 1
    return EvaluationSummary(resolved=closed)


def _due_subjects(
    books: Books, rule: Rule, last_periods: dict[str, datetime], now: datetime
) -> Iterable[tuple[Period, list[str]]]:
    due: dict[Period, list[str]] = {}
    for subject in rule.subjects(books.portfolio):
        for period in rule.due(books.portfolio, subject, last_periods.get(subject), now):
            due.setdefault(period, []).append(subject)
    return sorted(due.items())


def _is_just_back(books: Books, rule: Rule, last_periods: Iterable[datetime], now: datetime) -> bool:
    """Whether this service was away and nothing has been heard since: then silence is ours, not the meters'."""
    newest_judged = max(last_periods, default=None)
    if rule.id != "meter_silent" or newest_judged is None or now - newest_judged < _AWAY + timedelta(hours=1):
        return False
    newest = [reading.time for (meter, _), reading in books.store.newest().items() if meter in books.portfolio.meters]
    # What lies in the store with a time to come was not heard just now: a clock was wrong when it came.
    heard = [time for time in newest if time <= now]
    return not heard or max(heard) < now - _AWAY


@dataclass(frozen=True, slots=True)
class _Evaluation:
    books: Books
    operations: Operations
    rule: Rule
    now: datetime
    just_back: bool

    def judge(self, period: Period, subjects: Sequence[str]) -> EvaluationSummary:
        """Judge one period of many subjects, settle each in a transaction of its own, storms in one together."""
        open_alerts = {
            alert.subject: alert for alert in self.operations.alerts.list_open() if alert.rule == self.rule.id
        }
        cases, failures = self._cases(period, subjects, open_alerts)
        stormy = storms_among(cases, open_alerts) if self.rule.id == "meter_silent" else {}
        summary = EvaluationSummary(failures=tuple(failures))
        for storm in dict.fromkeys(stormy[case.subject] for case in cases if case.subject in stormy):
            together = [case for case in cases if stormy.get(case.subject) == storm]
            summary += self._settle(together, storm)
        for case in cases:
            if case.subject not in stormy:
                summary += self._settle([case], None)
        return summary

    def _cases(
        self, period: Period, subjects: Sequence[str], open_alerts: dict[str, AlertRow]
    ) -> tuple[list[Case], list[Failure]]:
        cases: list[Case] = []
        failures: list[Failure] = []
        for subject in subjects:
            try:
                cases.append(self._case(period, subject, open_alerts.get(subject)))
            except Unreachable:
                raise
            except Exception as error:  # noqa: BLE001 - one subject's mistake must not silence the others
                failures.append(self._fail(period, subject, error))
        return cases, failures

    def _case(self, period: Period, subject: str, open_alert: AlertRow | None) -> Case:
        circumstances = Circumstances(open_alert.opened_at if open_alert else None, self.just_back)
        try:
            judged = self.rule.judge(self.books, subject, period, circumstances)
        except InsufficientData:
            judged = NO_DATA
        property_id = self.rule.property_of(self.books.portfolio, subject)
        person = responsible(self.books.portfolio, property_id)
        evidence = evidence_of(judged.finding, judged.outcome, open_alert, self.now)
        told = None if person is None else person.id
        return Case(self.rule.id, subject, property_id, period.start, judged, evidence, told)

    def _fail(self, period: Period, subject: str, error: Exception) -> Failure:
        if self.now - period.due >= _FAILING_LONG_ENOUGH:
            # Given up, so that the periods after it are judged; the record shows it.
            row = JudgementRow(self.rule.id, subject, period.start, Outcome.FAILED, self.now)
            self._record_failed(row)
        return self._failed(subject, period.start, error)

    def _failed(self, subject: str, period_start: datetime, error: Exception) -> Failure:
        return Failure(self.rule.id, subject, period_start, f"{type(error).__name__}: {error}")

    def _record_failed(self, row: JudgementRow) -> None:
        try:
            with self.operations.begin() as connection:
                self.operations.judgements.record(connection, row)
        except Conflict:
            log.debug("%s of %s was judged meanwhile", row.rule, row.subject)

    def _settle(self, cases: Sequence[Case], storm: str | None) -> EvaluationSummary:
        """Settle in one transaction: judgement, alert and message stand or fall together."""
        try:
            with self.operations.begin() as connection:
                return self._settle_in(connection, cases, storm)
        except Conflict:
            log.debug("%s of %s was judged by another process", self.rule.id, cases[0].subject)
            return EvaluationSummary()
        except SQLAlchemyError:
            raise  # the database is away: for all, not for this subject
        except Exception as error:  # noqa: BLE001 - one subject's mistake must not silence the others
            period = [(case.subject, case.period_start) for case in cases]
            return EvaluationSummary(failures=tuple(self._failed(subject, start, error) for subject, start in period))

    def _settle_in(self, connection: Connection, cases: Sequence[Case], storm: str | None) -> EvaluationSummary:
        summary = EvaluationSummary()
        told: list[tuple[Settled, Finding]] = []
        for case in cases:
            if self.operations.judgements.judged(case.rule, case.subject, case.period_start, connection=connection):
                continue
            case_now = case if storm is None else replace(case, evidence={**case.evidence, "storm": storm})
            settled = settle(self.operations, connection, case_now, now=self.now)
            summary += _counted(settled)
            if settled.occasion is not None and case.judged.finding is not None:
                told.append((settled, case.judged.finding))
        telling = Telling(self.books.portfolio, self.operations, self.now)
        return replace(summary, messages=telling.put(connection, told, storm=storm))


def _counted(settled: Settled) -> EvaluationSummary:
    return EvaluationSummary(
        judged=1,
        fired=int(settled.occasion is Occasion.FIRING),
        resolved=int(settled.alert is not None and settled.alert.state is AlertState.RESOLVED),
    )
