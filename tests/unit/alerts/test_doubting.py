"""Doubts become proposed events: once, until somebody decides, and as long as data do not refute them."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from alerts.doubting import HISTORIES_AT_ONCE, TURNS, propose_doubts
from alerts.evaluation_summary import EvaluationSummary
from alerts.passes import judge_due
from analysis.books import Books
from config.errors import Unreachable
from config.meters.meter import Meter
from gateway.operations import MeterEventRow, Operations
from gateway.reading import Reading, milliseconds
from tests.unit.alerts.district import NOW, ToldRule, books, found, meter, portfolio

DAY = timedelta(days=1)
KIND = "unit_change_suspected"
BEGAN = NOW - 40 * DAY


def doubt(name: str = "a", kind: str = KIND, at: datetime = BEGAN, factor: str | None = "0.1") -> MeterEventRow:
    return MeterEventRow(
        id=f"{name}:{kind}:{milliseconds(at)}",
        meter=name,
        kind=kind,
        time=at,
        old_end=None,
        new_start=None,
        serial=None,
        digits=None,
        factor=None if factor is None else Decimal(factor),
        detail="Verbrauch steigt",
        state="proposed",
        author="zaehlwerk",
        recorded_at=NOW,
    )


@dataclass
class Told:
    """Detectors that say what the test tells them, and remember what they were asked."""

    doubts: dict[str, Sequence[MeterEventRow] | Exception] = field(default_factory=dict)
    asked: list[tuple[str, date | None]] = field(default_factory=list)

    def __call__(
        self, books: Books, meter: Meter, /, *, now: datetime, since: date | None
    ) -> Sequence[MeterEventRow]:
        self.asked.append((meter.id, since))
        told = self.doubts.get(meter.id, ())
        if isinstance(told, Exception):
            raise told
        return told


def district(operations: Operations, *names: str, begins: datetime = NOW - 400 * DAY) -> Books:
    readings = [
        Reading(name, "active_energy_import", milliseconds(at), value)
        for name in names
        for at, value in ((begins, 0.0), (NOW, 9.0))
    ]
    return books(portfolio(*(meter(name) for name in names)), operations, readings)


def passed(operations: Operations, told: Told, *names: str, days: int = 0) -> EvaluationSummary:
    there = district(operations, *(names or ("a",)))
    return propose_doubts(there, operations, now=NOW + days * DAY, detect=told)


def states(operations: Operations, name: str = "a") -> list[tuple[str, str]]:
    return [(event.id, event.state) for event in operations.events.of_meter(name)]


def test_doubt_is_proposed_once_with_a_trail(operations: Operations) -> None:
    told = Told({"a": [doubt()]})
    assert passed(operations, told).proposed == 1
    assert [passed(operations, told, days=days).proposed for days in (0, 1, 2)] == [0, 0, 0]
    assert operations.events.of_meter("a") == [doubt()]
    (entry,) = operations.audit.newest()
    assert (entry.author, entry.action, entry.subject) == ("zaehlwerk", "event_proposed", doubt().id)
    assert entry.detail["after"]["factor"] == "0.1"


def test_meter_is_asked_once_a_day(operations: Operations) -> None:
    told = Told()
    for days in (0, 0, 0, 1, 1):
        passed(operations, told, days=days)
    assert len(told.asked) == 2


def test_history_is_looked_at_whole_once_and_then_in_turns(operations: Operations) -> None:
    told = Told()
    for days in range(2 * TURNS):
        passed(operations, told, days=days)
    since = [day for _, day in told.asked]
    assert since[0] is None
    assert since.count(None) == 3
    later = [(day, at) for at, day in enumerate(since) if day is not None]
    assert all(day == (NOW + (at - 1) * DAY).date() for day, at in later)


def test_older_readings_that_come_later_are_looked_at_whole(operations: Operations) -> None:
    told = Told()
    passed(operations, told)
    older = district(operations, "a", begins=NOW - 1500 * DAY)
    propose_doubts(older, operations, now=NOW + DAY, detect=told)
    assert told.asked[-1] == ("a", None)


def test_meter_without_readings_is_not_asked_until_they_come(operations: Operations) -> None:
    told = Told()
    empty = books(portfolio(meter("a")), operations)
    propose_doubts(empty, operations, now=NOW, detect=told)
    assert told.asked == []
    passed(operations, told)
    assert told.asked == [("a", None)]


@pytest.mark.parametrize("state", ["accepted", "rejected"])
def test_what_somebody_decided_is_never_proposed_again(operations: Operations, state: str) -> None:
    told = Told({"a": [doubt()]})
    passed(operations, told)
    operations.events.put(replace(doubt(), state=state, author="Klimaschutz"))
    told.doubts = {"a": [doubt(at=BEGAN + 2 * DAY)]}
    assert passed(operations, told, days=1).proposed == 0
    assert states(operations) == [(doubt().id, state)]


def test_doubt_that_data_refute_is_withdrawn_with_a_trail(operations: Operations) -> None:
    told = Told({"a": [doubt()]})
    passed(operations, told)
    told.doubts = {}
    assert passed(operations, told, days=1).withdrawn == 1
    assert states(operations) == [(doubt().id, "withdrawn")]
    assert operations.audit.newest()[0].action == "event_withdrawn"
    assert passed(operations, told, days=2).withdrawn == 0


def test_doubt_that_comes_back_takes_its_place_again(operations: Operations) -> None:
    told = Told({"a": [doubt()]})
    passed(operations, told)
    told.doubts = {}
    passed(operations, told, days=1)
    told.doubts = {"a": [doubt()]}
    assert passed(operations, told, days=2).proposed == 1
    assert states(operations) == [(doubt().id, "proposed")]


def test_open_doubt_is_judged_from_its_beginning_on(operations: Operations) -> None:
    told = Told({"a": [doubt()]})
    passed(operations, told)
    passed(operations, told, days=1)
    assert told.asked[-1] == ("a", BEGAN.date())


def test_what_is_asked_of_people_otherwise_costs_no_longer_look_back(operations: Operations) -> None:
    told = Told()
    operations.events.record(doubt(kind="serial_changed", factor=None))
    passed(operations, told)
    passed(operations, told, days=1)
    assert told.asked[-1] == ("a", NOW.date())


def test_open_doubt_keeps_its_place_while_its_factor_follows_the_data(operations: Operations) -> None:
    told = Told({"a": [doubt()]})
    passed(operations, told)
    told.doubts = {"a": [doubt(at=BEGAN + 2 * DAY, factor="0.09")]}
    passed(operations, told, days=1)
    (event,) = operations.events.of_meter("a")
    assert (event.id, event.time, event.factor) == (doubt().id, BEGAN, Decimal("0.09"))


def test_two_changes_near_each_other_are_two_events(operations: Operations) -> None:
    pair = [doubt(), doubt(at=BEGAN + 9 * DAY, factor="1")]
    told = Told({"a": pair})
    assert passed(operations, told).proposed == 2
    assert passed(operations, told, days=1).proposed == 0
    assert operations.events.of_meter("a") == pair


def test_leaps_are_the_same_only_at_the_same_reading(operations: Operations) -> None:
    told = Told({"a": [doubt(kind="implausible_jump", factor=None)]})
    passed(operations, told)
    told.doubts = {"a": [doubt(kind="implausible_jump", at=BEGAN + DAY, factor=None)]}
    summary = passed(operations, told, days=1)
    assert (summary.proposed, summary.withdrawn) == (1, 1)


def test_what_others_propose_is_left_alone(operations: Operations) -> None:
    by_hand = replace(doubt(), author="hausmeister")
    operations.events.record(by_hand)
    passed(operations, Told())
    assert operations.events.of_meter("a") == [by_hand]


def test_meter_that_fails_stops_no_other_and_is_tried_again(operations: Operations) -> None:
    told = Told({"a": ZeroDivisionError("no days"), "b": [doubt("b")]})
    summary = passed(operations, told, "a", "b")
    assert [(failure.subject, failure.reason) for failure in summary.failures] == [
        ("a", "ZeroDivisionError: no days")
    ]
    assert states(operations, "b") == [(doubt("b").id, "proposed")]
    told.doubts = {"a": [doubt()]}
    assert passed(operations, told, "a", "b").proposed == 1


def test_store_that_is_away_is_told_and_nothing_is_judged(operations: Operations) -> None:
    told = Told({"a": Unreachable("influx")})
    with pytest.raises(Unreachable):
        passed(operations, told)
    told.doubts = {"a": [doubt()]}
    assert passed(operations, told).proposed == 1


def test_many_new_histories_take_several_passes(operations: Operations) -> None:
    told = Told()
    names = [f"m{number:03d}" for number in range(HISTORIES_AT_ONCE + 5)]
    passed(operations, told, *names)
    assert len(told.asked) == HISTORIES_AT_ONCE
    passed(operations, told, *names)
    assert sorted(name for name, _ in told.asked) == names


def test_nothing_is_asked_before_the_morning(operations: Operations) -> None:
    told = Told()
    there = district(operations, "a")
    early = NOW.replace(hour=2)
    propose_doubts(there, operations, now=early, detect=told)
    propose_doubts(there, operations, now=early.replace(hour=4), detect=told)
    assert len(told.asked) == 1  # for the night before
    propose_doubts(there, operations, now=NOW, detect=told)
    assert len(told.asked) == 2


def test_a_pass_asks_the_detectors_and_then_the_rules(operations: Operations) -> None:
    there = district(operations, "a")
    summary = judge_due(there, operations, now=NOW, rules=[ToldRule({"a": found()})])
    assert (summary.judged, summary.fired, summary.proposed, summary.failures) == (1, 1, 0, ())
    assert operations.judgements.last_periods("doubts", until=NOW).keys() == {"a"}
