from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import String

from config.errors import Conflict, NotFound
from gateway.operations import MeterEventRow, Operations, PhotoRow, ReadingNoteRow, Role
from gateway.operations.connections import Connections
from gateway.operations.tables import access_token, meter_event
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


def test_an_event_that_is_told_finer_than_a_millisecond_is_the_same_again_too(operations: Operations) -> None:
    finer = replace(EXCHANGE, id="fine", time=EXCHANGE.time + timedelta(microseconds=123_456))
    first = operations.events.record(finer)
    assert operations.events.record(finer) == first
    assert operations.events.of_meter(EXCHANGE.meter) == [first]


def test_another_event_under_the_same_id_is_refused(operations: Operations) -> None:
    operations.events.record(EXCHANGE)
    with pytest.raises(Conflict):
        operations.events.record(replace(EXCHANGE, new_start=Decimal(0)))


def test_a_decided_event_stands_in_place_of_the_proposed_one(operations: Operations) -> None:
    proposed = operations.events.record(replace(EXCHANGE, id="", state="proposed"))
    operations.events.put(replace(proposed, state="accepted"))
    assert [row.state for row in operations.events.of_meter("gs-strom")] == ["accepted"]
    operations.events.remove(proposed.id)
    assert operations.events.find(proposed.id) is None


def test_the_id_of_a_noticed_event_has_room_for_a_long_meter(operations: Operations) -> None:
    long = f"{'m' * 120}:unit_change_suspected:1767225600000"
    operations.events.record(replace(EXCHANGE, id=long))
    assert operations.events.get(long).id == long
    assert isinstance(meter_event.c.id.type, String)
    assert (meter_event.c.id.type.length or 0) >= len(long)


def test_photos_are_listed_by_meter_in_the_order_in_which_they_came(operations: Operations) -> None:
    rows = [
        PhotoRow("gs-strom", "exchange-1", shows, digit * 64, "image/jpeg", "Nord", NOW)
        for shows, digit in (("old", "1"), ("new", "2"))
    ]
    for row in rows:
        operations.photos.record(row)
    assert operations.photos.of_meter("gs-strom") == rows
    assert operations.photos.of_meter("gs-gas") == []
    assert operations.photos.is_known("1" * 64)
    assert not operations.photos.is_known("3" * 64)


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
    operations.events.put(replace(doubt, state=state, author="Klimaschutz"))
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


def test_the_trail_of_one_thing_is_at_hand(operations: Operations) -> None:
    for number in range(3):
        operations.audit.record("Klimaschutz", "event_accepted", f"event-{number % 2}", {"number": number})
    assert [entry.detail["number"] for entry in operations.audit.of_subject("event-0")] == [2, 0]


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


def test_a_period_that_was_judged_again_does_not_hide_which_one_is_the_newest(operations: Operations) -> None:
    first, second = judged("night_use", "gs", NOW), judged("night_use", "gs", NOW + timedelta(days=1))
    with operations.begin() as connection:
        operations.judgements.record(connection, first)
        operations.judgements.record(connection, second)
        operations.judgements.take_back(connection, first)
        operations.judgements.record(connection, first)

    assert operations.judgements.forget_before(NOW + timedelta(days=900)) == 1

    last = operations.judgements.last_periods("night_use", until=NOW + timedelta(days=900))
    assert last == {"gs": second.period_start}


def test_a_naive_instant_never_gets_in(operations: Operations) -> None:
    with pytest.raises(Exception, match="naive"):
        operations.judgements.judged("meter_silent", "a", NOW.replace(tzinfo=None))


def test_foreign_keys_are_watched(operations: Operations) -> None:
    connections: Connections = operations._connections
    with connections.reading() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar_one() == 1
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"
