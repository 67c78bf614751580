from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from config.errors import Conflict, NotFound
from gateway.operations import MeterEventRow, Operations, ReadingNoteRow, Role
from gateway.operations.connections import Connections
from gateway.operations.tables import access_token
from gateway.reading import milliseconds
from tests.unit.gateway.operations.rows import NOW, judged

EXCHANGE = MeterEventRow(
    id="exchange-1",
    meter="gs-strom",
    kind="exchange",
    time=NOW,
    old_end=Decimal("40482.80"),
    new_start=Decimal("12.5"),
    serial="4711",
    digits=6,
    factor=Decimal(40),
    detail="Eichfrist",
    state="recorded",
    author="Hausmeister Nord",
    recorded_at=NOW,
)


def test_an_exchange_keeps_every_digit(operations: Operations) -> None:
    operations.events.record(EXCHANGE)
    (row,) = operations.events.of_meter("gs-strom")
    assert row == EXCHANGE
    assert str(row.old_end) == "40482.80"


def test_recording_the_same_event_again_changes_nothing(operations: Operations) -> None:
    operations.events.record(EXCHANGE)
    operations.events.record(replace(EXCHANGE, recorded_at=NOW + timedelta(days=1)))
    assert operations.events.of_meter("gs-strom") == [EXCHANGE]


def test_another_event_under_the_same_id_is_refused(operations: Operations) -> None:
    operations.events.record(EXCHANGE)
    with pytest.raises(Conflict):
        operations.events.record(replace(EXCHANGE, new_start=Decimal(0)))


def test_only_a_proposed_event_can_be_decided(operations: Operations) -> None:
    proposed = operations.events.record(replace(EXCHANGE, id="", state="proposed"))
    operations.events.decide(proposed.id, "accepted", "Klimaschutz")
    assert operations.events.get(proposed.id).state == "accepted"
    with pytest.raises(Conflict):
        operations.events.decide(proposed.id, "rejected", "Klimaschutz")


def test_what_is_proposed_can_be_withdrawn_and_proposed_again(operations: Operations) -> None:
    doubt = replace(EXCHANGE, kind="unit_change_suspected", state="proposed")
    operations.events.propose(doubt)
    operations.events.propose(replace(doubt, factor=Decimal(30)))
    assert operations.events.get(doubt.id).factor == Decimal(30)
    operations.events.withdraw(doubt.id)
    assert operations.events.get(doubt.id).state == "withdrawn"
    operations.events.propose(doubt)
    assert operations.events.of_meter("gs-strom") == [doubt]


@pytest.mark.parametrize("state", ["accepted", "rejected"])
def test_what_somebody_decided_is_neither_proposed_again_nor_withdrawn(operations: Operations, state: str) -> None:
    doubt = replace(EXCHANGE, kind="unit_change_suspected", state="proposed")
    operations.events.propose(doubt)
    operations.events.decide(doubt.id, state, "Klimaschutz")
    with pytest.raises(Conflict):
        operations.events.propose(doubt)
    with pytest.raises(Conflict):
        operations.events.withdraw(doubt.id)
    with pytest.raises(NotFound):
        operations.events.withdraw("nothing")


def test_a_token_opens_what_its_role_allows_and_is_not_stored(
    operations: Operations, tmp_path_factory: pytest.TempPathFactory
) -> None:
    token = operations.tokens.create("Gateway Nord", Role.DEVICE)
    row = operations.tokens.role_of(token)
    assert row is not None
    assert (row.name, row.role, row.last_four) == ("Gateway Nord", Role.DEVICE, token[-4:])
    with operations.begin() as connection:
        stored = connection.execute(access_token.select()).one()
    assert all(token not in str(column) for column in stored)


def test_an_unknown_or_revoked_token_opens_nothing(operations: Operations) -> None:
    token = operations.tokens.create("Gateway Nord", "device")
    operations.tokens.revoke(operations.tokens.list()[0].id)
    assert operations.tokens.role_of(token) is None
    assert operations.tokens.role_of("zw_guess") is None
    with pytest.raises(NotFound):
        operations.tokens.revoke(99)


def test_an_unknown_role_is_refused(operations: Operations) -> None:
    with pytest.raises(ValueError, match="emperor"):
        operations.tokens.create("x", "emperor")


def test_a_frozen_balance_does_not_change_when_another_version_follows(operations: Operations) -> None:
    first = operations.balances.freeze(2025, "bisko", {"total_mwh": 10.5}, "Klimaschutz")
    second = operations.balances.freeze(2025, "bisko", {"total_mwh": 11.0}, "Klimaschutz")
    assert operations.balances.of_year(2025, "bisko") == [second, first]
    assert first.sha256 != second.sha256
    assert operations.balances.of_year(2025, "uba") == []


def test_a_note_tells_how_a_reading_came_about(operations: Operations) -> None:
    note = ReadingNoteRow("gs-wasser", "volume", milliseconds(NOW), "read_by_hand", "Nord", "Monatsende", NOW)
    operations.notes.record(note)
    operations.notes.record(replace(note, reason="Zahlendreher"))
    notes = operations.notes.of_meter("gs-wasser", "volume", NOW, NOW + timedelta(seconds=1))
    assert [entry.reason for entry in notes] == ["Zahlendreher"]
    assert operations.notes.of_meter("gs-wasser", "volume", end=NOW) == []


def test_the_audit_trail_tells_the_newest_first(operations: Operations) -> None:
    operations.audit.record("Klimaschutz", "freeze", "2025", {"factor_set": "bisko"})
    operations.audit.record("Klimaschutz", "token", "Gateway Nord")
    assert [(entry.action, entry.time) for entry in operations.audit.newest()] == [("token", NOW), ("freeze", NOW)]


def test_the_newest_judged_period_is_remembered_when_old_ones_are_forgotten(operations: Operations) -> None:
    with operations.begin() as connection:
        for hours in range(3):
            operations.judgements.record(connection, judged("meter_silent", "a", NOW + timedelta(hours=hours)))
        operations.judgements.record(connection, judged("meter_silent", "b", NOW))
    assert operations.judgements.forget_before(NOW + timedelta(days=1)) == 2
    later = NOW + timedelta(days=1)
    assert operations.judgements.last_periods("meter_silent", until=later) == {
        "a": NOW + timedelta(hours=2),
        "b": NOW,
    }
    assert operations.judgements.last_periods("meter_silent", until=NOW) == {"b": NOW}


def test_a_naive_instant_never_gets_in(operations: Operations) -> None:
    with pytest.raises(Exception, match="naive"):
        operations.judgements.judged("meter_silent", "a", NOW.replace(tzinfo=None))


def test_foreign_keys_are_watched(operations: Operations) -> None:
    connections: Connections = operations._connections
    with connections.reading() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar_one() == 1
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"
