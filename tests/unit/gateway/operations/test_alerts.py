from datetime import UTC, datetime, timedelta

import pytest

from config.errors import Conflict, NotFound
from gateway.operations import AlertRow, AlertState, Operations
from tests.unit.gateway.operations.rows import NOW, leak

LATER = NOW + timedelta(days=1)


def firing(operations: Operations) -> AlertRow:
    return operations.alerts.open(leak(), AlertState.FIRING, at=NOW)


def test_an_alert_comes_back_as_it_was_opened(operations: Operations) -> None:
    opened = firing(operations)
    again = operations.alerts.get(opened.id)
    assert again == opened
    assert (again.value, again.unit, again.evidence["start"]) == (0.42, "m3/h", "2026-02-27")
    assert again.opened_at == datetime(2026, 3, 2, 6, 30, tzinfo=UTC)


def test_only_one_alert_of_a_rule_and_subject_is_open(operations: Operations) -> None:
    firing(operations)
    with pytest.raises(Conflict):
        firing(operations)
    assert len(operations.alerts.list()) == 1


def test_after_resolving_the_next_one_may_open(operations: Operations) -> None:
    first = firing(operations)
    operations.alerts.resolve(first.id, "Hausmeister Nord", "Ventil getauscht")
    assert firing(operations).id != first.id


def test_a_pending_alert_cannot_be_acknowledged(operations: Operations) -> None:
    pending = operations.alerts.open(leak(), AlertState.PENDING, at=NOW)
    with pytest.raises(Conflict):
        operations.alerts.acknowledge(pending.id, "Hausmeister Nord")


@pytest.mark.parametrize("answer", ["erledigt", "fehlalarm"])
def test_done_and_false_alarm_close_an_alert(operations: Operations, answer: str) -> None:
    closed = operations.alerts.answer(firing(operations).id, "Hausmeister Nord", answer)
    assert closed.state is AlertState.RESOLVED
    assert closed.answer == answer
    assert closed.dismissed is (answer == "fehlalarm")


def test_a_craftsman_acknowledges_an_alert(operations: Operations) -> None:
    answered = operations.alerts.answer(firing(operations).id, "Hausmeister Nord", "handwerker", "Firma kommt am 5.")
    assert answered.state is AlertState.ACKNOWLEDGED
    assert answered.acknowledged_by == "Hausmeister Nord"


def test_a_resolved_alert_takes_no_answer(operations: Operations) -> None:
    opened = firing(operations)
    operations.alerts.answer(opened.id, "Hausmeister Nord", "erledigt")
    with pytest.raises(Conflict):
        operations.alerts.answer(opened.id, "x", "handwerker")
    with pytest.raises(Conflict):
        operations.alerts.acknowledge(opened.id, "x")
    with pytest.raises(Conflict):
        operations.alerts.resolve(opened.id, "x")
    with pytest.raises(Conflict):
        operations.alerts.silence(opened.id, LATER, "x")


def test_every_change_is_logged_with_who_and_when(operations: Operations) -> None:
    opened = firing(operations)
    operations.alerts.acknowledge(opened.id, "Hausmeister Nord", "schaue nach")
    operations.alerts.comment(opened.id, "Klimaschutz", "Danke")
    operations.alerts.answer(opened.id, "Hausmeister Nord", "erledigt", "Schwimmer")
    log = operations.alerts.log(opened.id)
    assert [(entry.author, entry.action, entry.state.value) for entry in log] == [
        ("Zählwerk", "open", "firing"),
        ("Hausmeister Nord", "acknowledge", "acknowledged"),
        ("Klimaschutz", "comment", "acknowledged"),
        ("Hausmeister Nord", "erledigt", "resolved"),
    ]
    assert {entry.time for entry in log} == {NOW}


def test_silence_keeps_the_state_and_ends(operations: Operations) -> None:
    silenced = operations.alerts.silence(firing(operations).id, LATER, "Hausmeister Nord")
    assert silenced.state is AlertState.FIRING
    assert silenced.is_silenced(NOW)
    assert not silenced.is_silenced(LATER)


def test_later_needs_an_instant(operations: Operations) -> None:
    with pytest.raises(ValueError, match="silence"):
        operations.alerts.answer(firing(operations).id, "x", "spaeter")


def test_without_data_an_alert_stays_open_and_returns_to_where_it_was(operations: Operations) -> None:
    opened = firing(operations)
    assert operations.alerts.lose_sight(opened.id, at=LATER).state is AlertState.NO_DATA
    assert [alert.id for alert in operations.alerts.list_open()] == [opened.id]
    assert operations.alerts.see(opened.id, leak(), AlertState.FIRING, at=LATER).state is AlertState.FIRING


def test_seeing_the_same_again_is_not_logged(operations: Operations) -> None:
    opened = firing(operations)
    seen = operations.alerts.see(opened.id, leak(value=0.5), AlertState.FIRING, at=LATER)
    assert (seen.value, seen.last_seen_at, seen.opened_at) == (0.5, LATER, NOW)
    assert len(operations.alerts.log(opened.id)) == 1


def test_an_unknown_alert_is_not_found(operations: Operations) -> None:
    with pytest.raises(NotFound):
        operations.alerts.get(17)
