"""Batches, confirmations and states as they stand on the wire."""

import json
from datetime import UTC, datetime

import pytest

from collector.edge.wire import (
    AGAIN,
    BoxStatus,
    decode_batch,
    decode_confirmation,
    decode_status,
    encode_batch,
    encode_confirmation,
    encode_status,
)
from config.errors import InvalidReading
from config.mqtt.box_topics import box_topic, edge_and_kind
from gateway.reading import Reading, milliseconds
from tests.unit.collector.portfolio import modbus_meter, portfolio

NOW_MS = milliseconds(datetime(2026, 11, 22, 12, 0, tzinfo=UTC))
PLACE = portfolio([modbus_meter("strom", 1)])
READINGS = [
    Reading("strom", "active_energy_import", NOW_MS - 60_001, 40482.8),
    Reading("strom", "active_power.L1", NOW_MS - 60_000, -0.1 + 0.3),
]


def test_a_batch_is_a_list_of_readings_that_anybody_can_read() -> None:
    first, second = json.loads(encode_batch(17, READINGS))
    assert second == {
        "meter": "strom",
        "quantity": "active_power.L1",
        "time": "2026-11-22T11:59:00.000+00:00",
        "value": -0.1 + 0.3,
    }
    assert first.keys() - second.keys() == {"sequence"}


def test_readings_come_out_as_they_went_in_to_the_last_digit() -> None:
    arrived = decode_batch("schule", encode_batch(17, READINGS), PLACE, NOW_MS)
    assert (arrived.sequence, arrived.readings, arrived.refused) == (17, tuple(READINGS), ())


def test_a_list_without_a_number_is_stored_and_not_confirmed() -> None:
    rows = [{"meter": "strom", "quantity": "active_power", "time": "2026-11-22T11:00:00+00:00", "value": 1}]
    arrived = decode_batch("schule", json.dumps(rows).encode(), PLACE, NOW_MS)
    assert arrived.sequence is None
    assert [reading.value for reading in arrived.readings] == [1.0]


@pytest.mark.parametrize("sequence", ["17", True, -1, 1.5, None])
def test_a_number_that_is_none_is_not_confirmed(sequence: object) -> None:
    assert decode_batch("schule", json.dumps([{"sequence": sequence}]).encode(), PLACE, NOW_MS).sequence is None


def test_one_unknown_meter_is_parked_and_the_rest_stays_with_its_number() -> None:
    batch = [READINGS[0]._replace(meter="gas"), READINGS[1]]
    arrived = decode_batch("schule", encode_batch(17, batch), PLACE, NOW_MS)
    (refused,) = arrived.refused
    assert (arrived.sequence, arrived.readings) == (17, (READINGS[1],))
    assert (refused.source, refused.place, refused.reason) == ("edge schule", "gas", "unknown_meter")
    assert refused.time_ms == READINGS[0].time_ms


def test_a_parked_reading_that_is_sent_again_is_parked_as_the_same() -> None:
    batch = [READINGS[0]._replace(meter="gas")]
    first = decode_batch("schule", encode_batch(17, batch), PLACE, NOW_MS)
    again = decode_batch("schule", encode_batch(99, batch), PLACE, NOW_MS + 5_000)
    assert first.refused == again.refused


@pytest.mark.parametrize(
    ("payload", "reason"), [(b"{", "not_json"), (b"\xff", "not_json"), (b"{}", "not_a_list"), (b"7", "not_a_list")]
)
def test_what_is_no_list_is_parked_as_a_whole(payload: bytes, reason: str) -> None:
    arrived = decode_batch("schule", payload, PLACE, NOW_MS)
    assert (arrived.sequence, arrived.readings) == (None, ())
    assert [(one.reason, one.content) for one in arrived.refused] == [(reason, payload)]


@pytest.mark.parametrize("row", [None, 7, "x", [], {}, {"meter": {"a": 1}, "time": [], "value": "x"}])
def test_an_element_that_is_no_reading_is_parked(row: object) -> None:
    arrived = decode_batch("schule", json.dumps([row]).encode(), PLACE, NOW_MS)
    assert len(arrived.refused) == 1


def test_confirmations_name_a_batch_and_anything_else_is_none() -> None:
    assert decode_confirmation(encode_confirmation(2**48)) == 2**48
    assert [decode_confirmation(text) for text in (b"", AGAIN, b"x", b"-1", b"1.5", b"9" * 40, "²".encode())] == [
        None
    ] * 7


def test_the_state_of_a_box_comes_out_as_it_went_in() -> None:
    status = BoxStatus(True, "2026-11-22T12:00:00+00:00", 5, 60, 93, {"spool_full_gauge": 7}, "spool_filling")
    assert decode_status(encode_status(status)) == status


@pytest.mark.parametrize(
    "payload", [b"[]", b'{"online":true,"since":"gestern"}', b'{"online":true,"since":"2026-11-22"}']
)
def test_a_state_without_a_moment_that_all_understand_is_none(payload: bytes) -> None:
    with pytest.raises(InvalidReading):
        decode_status(payload)


def test_topics_are_put_together_and_taken_apart() -> None:
    assert box_topic("gs-musterdorf", "readings") == "zaehlwerk/v1/gs-musterdorf/readings"
    assert edge_and_kind("zaehlwerk/v1/gs-musterdorf/status") == ("gs-musterdorf", "status")
