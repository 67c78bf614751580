from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from alerts.evaluation import evaluate_due
from alerts.findings import CLEAR, NO_DATA, Circumstances, Judged
from alerts.periods import Period
from analysis.books import Books
from config.errors import InsufficientData, Unreachable
from gateway.operations import AlertState, Operations, Outcome
from tests.unit.alerts.district import HOUR, NOW, ToldRule, books, found, meter, portfolio

ONE = portfolio(meter("a"))
TEN_O_CLOCK = NOW.replace(minute=0)


def test_the_first_start_judges_only_the_newest_period(operations: Operations) -> None:
    rule = ToldRule()
    evaluate_due(books(ONE, operations), operations, now=NOW, rules=[rule])
    assert rule.asked == [("a", TEN_O_CLOCK - HOUR)]


def test_a_pass_again_judges_nothing_again(operations: Operations) -> None:
    rule = ToldRule({"a": found()})
    evaluate_due(books(ONE, operations), operations, now=NOW, rules=[rule])
    again = evaluate_due(books(ONE, operations), operations, now=NOW, rules=[rule])
    assert again.judged == 0
    assert len(operations.outbox.list()) == 1


def test_after_two_days_away_every_missed_period_is_judged_in_order(operations: Operations) -> None:
    rule = ToldRule()
    evaluate_due(books(ONE, operations), operations, now=NOW, rules=[rule])
    back = evaluate_due(books(ONE, operations), operations, now=NOW + timedelta(days=2), rules=[rule])
    assert back.judged == 48
    assert [start for _, start in rule.asked] == [TEN_O_CLOCK - HOUR + index * HOUR for index in range(49)]


def test_what_is_found_becomes_one_alert_and_one_message(operations: Operations) -> None:
    summary = evaluate_due(books(ONE, operations), operations, now=NOW, rules=[ToldRule({"a": found()})])
    (alert,) = operations.alerts.list_open()
    assert (alert.state, alert.title, alert.responsible) == (AlertState.FIRING, "de: Titel", "nord")
    (message,) = operations.outbox.list()
    assert (message.address, message.content["title"]) == ("nord@example.org", "de: Titel")
    assert (summary.judged, summary.fired, summary.messages) == (1, 1, 1)


def test_two_triggers_in_the_same_moment_give_one_alert_and_one_message(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/shared.sqlite"
    one, other = Operations(url), Operations(url)
    one.upgrade()

    class Meanwhile(ToldRule):
        """While this process still judges, the other one finishes the same period."""

        def judge(self, books: Books, subject: str, period: Period, circumstances: Circumstances) -> Judged:
            if not one.alerts.list():
                evaluate_due(books, one, now=NOW, rules=[ToldRule({"a": found()})])
            return super().judge(books, subject, period, circumstances)

    summary = evaluate_due(books(ONE, other), other, now=NOW, rules=[Meanwhile({"a": found()})])
    assert summary.judged == 0
    assert len(other.alerts.list()) == 1
    assert len(other.outbox.list()) == 1
    one.close()
    other.close()


def test_what_goes_on_is_told_once(operations: Operations) -> None:
    for hours in range(3):
        evaluate_due(books(ONE, operations), operations, now=NOW + hours * HOUR, rules=[ToldRule({"a": found()})])
    assert len(operations.alerts.list()) == 1
    assert len(operations.outbox.list()) == 1
    assert operations.alerts.list()[0].last_seen_at == NOW + 2 * HOUR


def test_a_pending_alert_tells_nobody_until_it_fires(operations: Operations) -> None:
    pending = ToldRule({"a": found(Outcome.PENDING)})
    evaluate_due(books(ONE, operations), operations, now=NOW, rules=[pending])
    assert operations.outbox.list() == []
    evaluate_due(books(ONE, operations), operations, now=NOW + HOUR, rules=[ToldRule({"a": found()})])
    assert len(operations.outbox.list()) == 1
    assert operations.alerts.list()[0].fired_at == NOW + HOUR


def test_an_alert_closes_by_itself_when_data_say_so(operations: Operations) -> None:
    evaluate_due(books(ONE, operations), operations, now=NOW, rules=[ToldRule({"a": found()})])
    summary = evaluate_due(books(ONE, operations), operations, now=NOW + HOUR, rules=[ToldRule({"a": CLEAR})])
    assert summary.resolved == 1
    assert operations.alerts.list()[0].state is AlertState.RESOLVED


@pytest.mark.parametrize("nothing", [NO_DATA, InsufficientData("night 2026-03-02")])
def test_an_alert_never_clears_by_lack_of_data(operations: Operations, nothing: object) -> None:
    evaluate_due(books(ONE, operations), operations, now=NOW, rules=[ToldRule({"a": found()})])
    rule = ToldRule({"a": nothing})  # type: ignore[dict-item]
    evaluate_due(books(ONE, operations), operations, now=NOW + HOUR, rules=[rule])
    (alert,) = operations.alerts.list_open()
    assert alert.state is AlertState.NO_DATA
    evaluate_due(books(ONE, operations), operations, now=NOW + 2 * HOUR, rules=[ToldRule({"a": found()})])
    assert operations.alerts.get(alert.id).state is AlertState.FIRING
    assert len(operations.outbox.list()) == 1


def test_an_acknowledged_alert_stays_acknowledged_over_a_gap(operations: Operations) -> None:
    evaluate_due(books(ONE, operations), operations, now=NOW, rules=[ToldRule({"a": found()})])
    alert = operations.alerts.acknowledge(operations.alerts.list()[0].id, "Nord")
    for hours, verdict in ((1, NO_DATA), (2, found())):
        evaluate_due(books(ONE, operations), operations, now=NOW + hours * HOUR, rules=[ToldRule({"a": verdict})])
    assert operations.alerts.get(alert.id).state is AlertState.ACKNOWLEDGED


def test_getting_worse_is_told_once_more(operations: Operations) -> None:
    for hours, severity in ((0, "warning"), (1, "urgent"), (2, "urgent")):
        rule = ToldRule({"a": found(severity=severity)})
        evaluate_due(books(ONE, operations), operations, now=NOW + hours * HOUR, rules=[rule])
    assert [row.content["occasion"] for row in operations.outbox.list()] == ["urgent", "firing"]


def test_later_means_silence_and_then_one_reminder(operations: Operations) -> None:
    rule = ToldRule({"a": found()})
    evaluate_due(books(ONE, operations), operations, now=NOW, rules=[rule])
    operations.alerts.silence(operations.alerts.list()[0].id, NOW + 90 * timedelta(minutes=1), "Nord")
    occasions = []
    for hours in (1, 2, 3):
        evaluate_due(books(ONE, operations), operations, now=NOW + hours * HOUR, rules=[rule])
        occasions.append(len(operations.outbox.list()))
    assert occasions == [1, 2, 2]
    assert operations.outbox.list()[0].content["occasion"] == "reminder"


def test_a_false_alarm_is_not_raised_again_until_it_went_away(operations: Operations) -> None:
    firing = ToldRule({"a": found()})
    evaluate_due(books(ONE, operations), operations, now=NOW, rules=[firing])
    operations.alerts.answer(operations.alerts.list()[0].id, "Nord", "fehlalarm")
    evaluate_due(books(ONE, operations), operations, now=NOW + HOUR, rules=[firing])
    assert operations.alerts.list_open() == []
    assert operations.judgements.newest(1)[0].outcome is Outcome.DISMISSED
    evaluate_due(books(ONE, operations), operations, now=NOW + 2 * HOUR, rules=[ToldRule()])
    evaluate_due(books(ONE, operations), operations, now=NOW + 3 * HOUR, rules=[firing])
    assert len(operations.alerts.list_open()) == 1


def test_a_false_alarm_that_turns_urgent_is_news(operations: Operations) -> None:
    evaluate_due(books(ONE, operations), operations, now=NOW, rules=[ToldRule({"a": found()})])
    operations.alerts.answer(operations.alerts.list()[0].id, "Nord", "fehlalarm")
    worse = ToldRule({"a": found(severity="urgent")})
    evaluate_due(books(ONE, operations), operations, now=NOW + HOUR, rules=[worse])
    assert len(operations.alerts.list_open()) == 1


def test_one_subject_that_fails_stops_no_other_and_is_tried_again(operations: Operations) -> None:
    declared = portfolio(meter("a"), meter("b"))
    broken = ToldRule({"a": ZeroDivisionError("no area"), "b": found()})
    summary = evaluate_due(books(declared, operations), operations, now=NOW, rules=[broken])
    assert [(failure.subject, failure.reason) for failure in summary.failures] == [
        ("a", "ZeroDivisionError: no area")
    ]
    assert [alert.subject for alert in operations.alerts.list()] == ["b"]
    healed = evaluate_due(books(declared, operations), operations, now=NOW, rules=[ToldRule({"a": found()})])
    assert (healed.judged, healed.failures) == (1, ())


def test_a_subject_that_fails_is_judged_in_order_once_it_works(operations: Operations) -> None:
    evaluate_due(books(ONE, operations), operations, now=NOW, rules=[ToldRule()])
    broken = ToldRule({"a": ZeroDivisionError()})
    evaluate_due(books(ONE, operations), operations, now=NOW + 3 * HOUR, rules=[broken])
    assert len(broken.asked) == 1
    healed = ToldRule()
    evaluate_due(books(ONE, operations), operations, now=NOW + 3 * HOUR, rules=[healed])
    assert [start for _, start in healed.asked] == [TEN_O_CLOCK, TEN_O_CLOCK + HOUR, TEN_O_CLOCK + 2 * HOUR]


def test_a_period_that_fails_for_a_day_is_given_up_and_the_next_are_judged(operations: Operations) -> None:
    evaluate_due(books(ONE, operations), operations, now=NOW, rules=[ToldRule()])
    late = NOW + timedelta(hours=26)
    broken = ToldRule({"a": ZeroDivisionError()})
    for _ in range(5):
        evaluate_due(books(ONE, operations), operations, now=late, rules=[broken])
    failed = [row for row in operations.judgements.newest() if row.outcome is Outcome.FAILED]
    assert [row.period_start for row in reversed(failed)] == [TEN_O_CLOCK, TEN_O_CLOCK + HOUR]


def test_an_alert_of_a_meter_that_left_the_portfolio_is_closed(operations: Operations) -> None:
    rule = ToldRule({"a": found()})
    evaluate_due(books(ONE, operations), operations, now=NOW, rules=[rule])
    without = portfolio(meter("b"))
    summary = evaluate_due(books(without, operations), operations, now=NOW + HOUR, rules=[rule])
    assert summary.resolved == 1
    assert operations.alerts.list_open() == []


def test_a_message_that_cannot_be_written_stops_no_other(operations: Operations) -> None:
    finding = found().finding
    assert finding is not None
    wrong = Judged(Outcome.FIRING, replace(finding, words={}))
    rule = ToldRule({"a": wrong, "b": found()})
    two = portfolio(meter("a"), meter("b"))
    summary = evaluate_due(books(two, operations), operations, now=NOW, rules=[rule])
    assert [failure.subject for failure in summary.failures] == ["a"]
    assert [alert.subject for alert in operations.alerts.list_open()] == ["b"]


def test_a_store_that_is_away_leaves_everything_for_later(operations: Operations) -> None:
    rule = ToldRule({"a": Unreachable("influx")})
    with pytest.raises(Unreachable):
        evaluate_due(books(ONE, operations), operations, now=NOW, rules=[rule])
    assert operations.judgements.newest() == []


def test_without_anybody_responsible_the_alert_stands_and_says_so(
    operations: Operations, caplog: pytest.LogCaptureFixture
) -> None:
    nobody = portfolio(meter("a"), people=())
    evaluate_due(books(nobody, operations), operations, now=NOW, rules=[ToldRule({"a": found()})])
    assert operations.alerts.list_open()[0].responsible is None
    assert operations.outbox.list() == []
    assert "nobody is responsible" in caplog.text


def test_an_alert_outlives_the_people_who_were_told_of_it(operations: Operations) -> None:
    evaluate_due(books(ONE, operations), operations, now=NOW, rules=[ToldRule({"a": found()})])
    nobody_left = books(portfolio(meter("a"), meter("b"), people=()), operations)
    worse = ToldRule({"a": found(severity="urgent"), "b": found()})
    summary = evaluate_due(nobody_left, operations, now=NOW + HOUR, rules=[worse])
    assert (summary.judged, summary.failures) == (2, ())
    assert [alert.responsible for alert in operations.alerts.list_open()] == [None, None]


def test_a_property_without_manager_is_told_to_the_first_of_the_people(operations: Operations) -> None:
    declared = portfolio(meter("a", place="depot"))
    evaluate_due(books(declared, operations), operations, now=NOW, rules=[ToldRule({"a": found()})])
    (message,) = operations.outbox.list()
    assert (message.person, message.content["is_manager"]) == ("nord", False)


def test_an_english_reader_is_told_in_english(operations: Operations) -> None:
    declared = portfolio(meter("k", place="kita"))
    evaluate_due(books(declared, operations), operations, now=NOW, rules=[ToldRule({"k": found()})])
    (message,) = operations.outbox.list()
    assert (message.content["language"], message.content["title"]) == ("en", "en: Titel")
    assert operations.alerts.list()[0].title == "de: Titel"


def test_a_clock_that_was_ahead_hides_nothing_once_it_is_right(operations: Operations) -> None:
    rule = ToldRule()
    evaluate_due(books(ONE, operations), operations, now=NOW, rules=[rule])
    evaluate_due(books(ONE, operations), operations, now=NOW + timedelta(days=400), rules=[ToldRule()])
    rule.asked.clear()
    evaluate_due(books(ONE, operations), operations, now=NOW + timedelta(hours=2), rules=[rule])
    assert ("a", TEN_O_CLOCK + HOUR) in rule.asked
