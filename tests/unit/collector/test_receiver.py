"""The centre's receiver of boxes over a line in memory: what it confirms, what it asks for, what it shares."""

from datetime import UTC, datetime, timedelta

import pytest

from collector.edge.receiver import Receiver
from collector.edge.wire import BoxStatus, encode_batch, encode_status
from collector.mqtt.connection.broker import Account, broker_address
from collector.mqtt.connection.packet_stream import Message
from config.errors import StorageFull
from gateway.reading import Reading, milliseconds
from tests.unit.collector.lines import FakeLine, ticking_clock
from tests.unit.collector.portfolio import modbus_meter, portfolio
from tests.unit.collector.sinks import MemorySink

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
QUANTITY = "active_energy_import"


def batch_of(sequence: int, *, edge: str = "gs-test", mid: int = 1) -> Message:
    reading = Reading("strom", QUANTITY, milliseconds(NOW - timedelta(hours=sequence)), float(sequence))
    return Message(f"zaehlwerk/v1/{edge}/readings".encode(), mid, 1, False, encode_batch(sequence, [reading]))


def state_of(edge: str, *, online: bool = True, retained: bool = True) -> Message:
    status = BoxStatus(online, "2026-11-22T11:00:00+00:00", problem=None if online else "offline")
    return Message(f"zaehlwerk/v1/{edge}/status".encode(), 9, 1, retained, encode_status(status))


def receiver_at(sink: MemorySink, url: str = "mqtt://broker") -> Receiver:
    place = portfolio([modbus_meter("strom", 1)])
    return Receiver(
        "broker", broker_address(url), place, sink, client_id="test", account=Account(), clock=lambda: NOW
    )


def take(receiver: Receiver, line: FakeLine) -> None:
    receiver.begin(line, None)
    while line.turns:
        receiver.turn(line)
    receiver.turn(line)


def test_a_batch_is_confirmed_by_its_number_to_the_box_that_sent_it() -> None:
    sink, line = MemorySink(), FakeLine([batch_of(7), batch_of(8, edge="gs-wald", mid=2)])
    take(receiver_at(sink), line)
    assert sink.of("strom") == [8.0, 7.0]
    assert line.published == [("zaehlwerk/v1/gs-test/stored", b"7"), ("zaehlwerk/v1/gs-wald/stored", b"8")]


def test_what_is_not_durable_is_confirmed_by_nobody() -> None:
    sink, line = MemorySink(), FakeLine([batch_of(7)])
    sink.is_full = True
    with pytest.raises(StorageFull):
        take(receiver_at(sink), line)
    assert [did for did, _ in line.done] == ["subscribed"]


def test_a_batch_that_came_twice_is_stored_once_and_confirmed_twice() -> None:
    sink, line = MemorySink(), FakeLine([batch_of(7)], [], [batch_of(7, mid=2)])
    take(receiver_at(sink), line)
    assert sink.of("strom") == [7.0]
    assert line.published == [("zaehlwerk/v1/gs-test/stored", b"7")] * 2


def test_receivers_of_a_share_divide_the_batches_and_all_hear_every_state() -> None:
    line = FakeLine()
    take(receiver_at(MemorySink(), "mqtt://broker?share=kreis"), line)
    assert line.done == [("subscribed", ["$share/kreis/zaehlwerk/v1/+/readings", "zaehlwerk/v1/+/status"])]


def test_without_a_share_one_receiver_hears_everything() -> None:
    line = FakeLine()
    take(receiver_at(MemorySink()), line)
    assert line.done == [("subscribed", ["zaehlwerk/v1/+/readings", "zaehlwerk/v1/+/status"])]


def test_a_receiver_for_whom_nothing_was_kept_asks_the_boxes_that_are_there_once_more() -> None:
    line = FakeLine([state_of("gs-test"), state_of("gs-weg", online=False), state_of("gs-neu", retained=False)])
    take(receiver_at(MemorySink()), line)
    assert line.published == [("zaehlwerk/v1/gs-test/stored", b"again")]


def test_a_receiver_whose_session_was_kept_asks_for_nothing() -> None:
    line = FakeLine([state_of("gs-test")])
    line.has_kept_session = True
    take(receiver_at(MemorySink()), line)
    assert line.published == []


def test_one_that_stops_gives_its_share_back_and_confirms_what_it_has(monkeypatch: pytest.MonkeyPatch) -> None:
    ticking_clock(monkeypatch)
    sink, line = MemorySink(), FakeLine([batch_of(7)], [], [batch_of(8, mid=2)])
    receiver = receiver_at(sink, "mqtt://broker?share=kreis")
    receiver.begin(line, None)
    receiver.end(line)
    assert line.done[1] == ("unsubscribed", ["$share/kreis/zaehlwerk/v1/+/readings"])
    assert line.published == [("zaehlwerk/v1/gs-test/stored", b"7"), ("zaehlwerk/v1/gs-test/stored", b"8")]


def test_what_every_box_says_of_itself_is_known() -> None:
    receiver = receiver_at(MemorySink())
    take(receiver, FakeLine([state_of("gs-test"), state_of("gs-weg", online=False)]))
    assert {one.edge: one.status.online for one in receiver.heard()} == {"gs-test": True, "gs-weg": False}
