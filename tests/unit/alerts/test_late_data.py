"""Late data: judgements are put right quietly, and people hear only of what holds now."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from alerts.evaluation import evaluate_due
from alerts.evaluation_summary import EvaluationSummary
from alerts.findings import CLEAR, NO_DATA, Circumstances, Judged
from alerts.late_data import REFUTED, concerns, judge_again
from alerts.passes import judge_due
from alerts.periods import Period
from alerts.rules import RULES
from alerts.rules.measure_target_missed import MeasureTargetMissed
from alerts.rules.water_runs_at_night import WaterRunsAtNight
from analysis.books import Books
from analysis.days.daily_ledger import Caught
from config.meters.meter import Dated, Meter
from config.portfolio.properties import Measure
from config.portfolio.properties import Period as Days
from gateway.operations import AlertState, Operations, Outcome
from gateway.operations.ledger.rows import Derivation
from tests.unit.alerts.district import HOUR, NOW, ToldRule, books, found, meter, portfolio
from tests.unit.analysis.evidence import counter, event, utc
from tests.unit.analysis.evidence import meter as metered
from tests.unit.analysis.ledger_district import world_in

ONE = portfolio(meter("a"), meter("b"))
TODAY, DAY = date(2026, 3, 2), timedelta(days=1)


@dataclass
class HourRule(ToldRule):
    """Judges hours by what the test says of them now, and looks two days back."""

    looks_back: timedelta | None = timedelta(days=2)
    hours: Mapping[datetime, Judged] = field(default_factory=dict)
    otherwise: Judged = CLEAR

    def judge(self, books: Books, subject: str, period: Period, circumstances: Circumstances) -> Judged:
        return self.hours.get(period.start, self.otherwise) if subject == "a" else CLEAR


class Broken(HourRule):
    """Cannot judge anything."""

    def judge(self, books: Books, subject: str, period: Period, circumstances: Circumstances) -> Judged:
        raise ZeroDivisionError("no area")


def evaluated(operations: Operations, rule: HourRule, *, hours: int = 4) -> None:
    for number in range(hours):
        evaluate_due(books(ONE, operations), operations, now=NOW + number * HOUR, rules=[rule])


def changed(operations: Operations, first: date = TODAY, last: date = TODAY, *, of: str = "a") -> None:
    state = replace(operations.ledger.states([of])[of], derived_to=TODAY, settled_to=TODAY, derived_at=NOW)
    operations.ledger.write([Derivation(state, changed=[(first, last)])])


def again(operations: Operations, rule: HourRule, *, now: datetime = NOW + 3 * HOUR) -> int:
    return judge_again(books(ONE, operations), operations, now=now, rules=[rule])


def outcomes(operations: Operations) -> list[Outcome]:
    return [row.outcome for row in operations.judgements.since("told", "a", NOW - 10 * DAY)]


def test_an_alert_that_late_data_refute_closes_with_a_word_about_why(operations: Operations) -> None:
    evaluated(operations, HourRule(otherwise=found()))
    (alert,) = operations.alerts.list_open()
    changed(operations)
    assert again(operations, HourRule()) == 4
    assert operations.alerts.get(alert.id).state is AlertState.RESOLVED
    assert operations.alerts.log(alert.id)[-1].comment == REFUTED
    assert outcomes(operations) == [Outcome.CLEAR] * 4
    assert len(operations.outbox.list()) == 1


def test_what_only_concerns_the_past_is_put_right_and_told_to_nobody(operations: Operations) -> None:
    evaluated(operations, HourRule())
    changed(operations)
    first = NOW.replace(minute=0) - HOUR
    late = HourRule(hours={first: found(), first + HOUR: found()})
    assert again(operations, late) == 2
    evaluate_due(books(ONE, operations), operations, now=NOW + 3 * HOUR, rules=[late])
    assert outcomes(operations) == [Outcome.FIRING, Outcome.FIRING, Outcome.CLEAR, Outcome.CLEAR]
    assert operations.alerts.list() == []
    assert operations.outbox.list() == []


def test_what_still_holds_in_the_newest_period_opens_one_alert_with_one_mail(operations: Operations) -> None:
    evaluated(operations, HourRule())
    changed(operations)
    late = HourRule(otherwise=found())
    assert again(operations, late) == 4
    summary = evaluate_due(books(ONE, operations), operations, now=NOW + 3 * HOUR, rules=[late])
    assert (summary.judged, summary.fired, summary.messages) == (1, 1, 1)
    assert outcomes(operations) == [Outcome.FIRING] * 4
    assert len(operations.alerts.list_open()) == 1


def test_a_newest_period_that_stays_what_it_was_keeps_its_alert(operations: Operations) -> None:
    evaluated(operations, HourRule(otherwise=found()))
    changed(operations)
    last = NOW.replace(minute=0) + 2 * HOUR
    assert again(operations, HourRule(hours={last: found()})) == 3
    (alert,) = operations.alerts.list_open()
    assert alert.state is AlertState.FIRING
    assert len(operations.outbox.list()) == 1


def test_an_alert_without_data_closes_when_the_last_that_is_known_refutes_it(operations: Operations) -> None:
    first = NOW.replace(minute=0) - HOUR
    evaluated(operations, HourRule(hours={first: found()}, otherwise=NO_DATA))
    (alert,) = operations.alerts.list_open()
    assert alert.state is AlertState.NO_DATA
    changed(operations)
    assert again(operations, HourRule(hours={first: CLEAR}, otherwise=NO_DATA)) == 1
    assert operations.alerts.get(alert.id).state is AlertState.RESOLVED


def test_doing_it_twice_changes_nothing_more(operations: Operations) -> None:
    evaluated(operations, HourRule())
    changed(operations)
    late = HourRule(otherwise=found())
    again(operations, late)
    evaluate_due(books(ONE, operations), operations, now=NOW + 3 * HOUR, rules=[late])
    assert again(operations, late) == 0
    changed(operations)  # told again, as after a crash before it was marked
    assert again(operations, late) == 0
    assert len(operations.outbox.list()) == 1


def test_what_a_person_called_a_false_alarm_stays_dismissed(operations: Operations) -> None:
    rule = HourRule(otherwise=found())
    evaluated(operations, rule, hours=1)
    operations.alerts.answer(operations.alerts.list_open()[0].id, "Nord", "fehlalarm")
    evaluated(operations, rule)
    changed(operations)
    assert again(operations, rule) == 0
    assert outcomes(operations)[-1] is Outcome.DISMISSED


def test_changes_to_come_and_of_meters_that_are_gone_are_left_alone(operations: Operations) -> None:
    evaluated(operations, HourRule())
    changed(operations, of="gone")
    changed(operations)
    assert again(operations, HourRule(otherwise=found()), now=NOW - DAY) == 0
    assert len(operations.ledger.not_judged()) == 2
    assert again(operations, HourRule(otherwise=found())) == 4
    assert operations.ledger.not_judged() == []


def test_a_subject_that_cannot_be_judged_keeps_what_was_judged(operations: Operations) -> None:
    evaluated(operations, HourRule())
    changed(operations)

    assert again(operations, Broken()) == 0
    assert outcomes(operations) == [Outcome.CLEAR] * 4
    assert again(operations, HourRule(otherwise=found())) == 4


def test_what_cannot_be_judged_for_a_day_is_let_go(operations: Operations) -> None:
    evaluated(operations, HourRule())
    changed(operations)

    assert again(operations, Broken(), now=NOW + 2 * DAY) == 0
    assert operations.ledger.not_judged() == []


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_says_how_far_it_looks_back(rule: ToldRule) -> None:
    assert rule.looks_back is None or rule.looks_back >= timedelta(days=2)


def test_a_change_concerns_the_meter_what_is_worked_out_from_it_and_what_lies_with_it() -> None:
    net = replace(meter("netto"), formula=(Dated(None, "a - b"),))
    gas = Meter("gas", "gs", "natural_gas", "kWh", "active_energy_import")
    spans = Days(date(2024, 1, 1), date(2025, 1, 1)), Days(date(2025, 2, 1), date(2025, 3, 1))
    measure = Measure("led", "gs", "LED", "electricity_import", *spans, Decimal(12), "done")
    there = portfolio(meter("a"), meter("b"), meter("c", "kita"), net, gas)
    school = replace(there.properties[0], measures=(measure,))
    declared = replace(there, properties=(school, *there.properties[1:]))
    own, other = declared.meter("a"), declared.meter("c")
    assert [name for name in declared.meters if concerns(declared, ToldRule(), name, own)] == ["a", "netto"]
    assert [name for name in declared.meters if concerns(declared, ToldRule(), name, other)] == ["c"]
    of_measures = MeasureTargetMissed()
    assert [concerns(declared, of_measures, "led", one) for one in (own, other, gas)] == [True, False, False]


def test_nights_that_arrive_in_the_morning_are_judged_all_the_same(tmp_path: Path) -> None:
    """A gateway that was away over night: the leak was there, and the alert is no longer without data."""
    pipe = metered("wasser", "water", unit="m3", quantity="volume", interval=timedelta(minutes=15))
    runs = counter(utc(2026, 2, 20), timedelta(minutes=15), [0.1] * 96 * 12)
    with world_in(tmp_path) as world:

        def passed(now: datetime) -> list[Outcome]:
            there = world.at(now).books
            judge_due(there, world.operations, now=now, rules=[WaterRunsAtNight()])
            judged = world.operations.judgements.since("water_runs_at_night", "wasser", utc(2026, 2, 1))
            return [row.outcome for row in judged]

        world.declare(pipe).at(utc(2026, 2, 24, 18))
        world.arrive({at: value for at, value in runs.items() if at <= utc(2026, 2, 24, 18)}, "wasser")
        for day in (24, 25, 26):
            judged = passed(utc(2026, 2, day, 6))
        assert judged == [Outcome.FIRING, Outcome.NO_DATA, Outcome.NO_DATA]
        assert [alert.state for alert in world.operations.alerts.list()] == [AlertState.NO_DATA]
        world.at(utc(2026, 2, 26, 9)).arrive(
            {at: value for at, value in runs.items() if utc(2026, 2, 24, 18) < at < utc(2026, 2, 26, 9)}, "wasser"
        )
        assert passed(utc(2026, 2, 26, 9)) == [Outcome.FIRING] * 3
        assert [alert.state for alert in world.operations.alerts.list()] == [AlertState.FIRING]


def test_what_is_doubted_in_a_pass_is_out_of_the_books_before_the_rules_are_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, leap = utc(2026, 2, 27, 6), utc(2026, 2, 26, 2)
    pipe = metered("wasser", "water", unit="m3", quantity="volume", interval=timedelta(minutes=15))
    rests = counter(utc(2026, 2, 10), timedelta(minutes=15), [0.0, 0.0, 0.25, 0.0] * 24 * 17)
    with world_in(tmp_path) as world:

        def proposed(there: Books, operations: Operations, *, now: datetime) -> EvaluationSummary:
            operations.events.record(event("implausible_jump", leap, of="wasser", state="proposed"))
            return EvaluationSummary(proposed=1)

        monkeypatch.setattr("alerts.passes.propose_doubts", proposed)
        shown = {at: value + 900 * (at >= leap) for at, value in rests.items() if at <= now}
        world.declare(pipe).at(now).arrive(shown, "wasser")
        world.derive()
        booked = world.days("wasser")["2026-02-26"]
        judge_due(world.books, world.operations, now=now, rules=[])
        left = world.days("wasser")["2026-02-26"]
        assert int(booked.split("*")[0]) - int(left.split("*")[0]) >= 900_000_000


def test_who_fails_once_what_is_doubted_is_out_of_the_books_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    passes = iter([Caught(failures=(("a", "for a moment"),)), Caught(failures=(("b", "since the doubt"),))])
    monkeypatch.setattr("alerts.passes.catch_up", lambda *_, **__: next(passes))
    monkeypatch.setattr("alerts.passes.propose_doubts", lambda *_, **__: EvaluationSummary(proposed=1))
    with world_in(tmp_path) as world:
        summary = judge_due(world.books, world.operations, now=NOW, rules=[])
    assert [(one.subject, one.reason) for one in summary.failures] == [("b", "since the doubt")]
