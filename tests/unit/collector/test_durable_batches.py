"""Durable first, acknowledged second: what becomes of messages between a line and a sink."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from collector.mqtt.connection.packet_stream import Message
from collector.mqtt.durable_batches import MOST_MESSAGES, MOST_READINGS, Gathered, Gathering
from config.errors import StorageFull
from gateway.reading import Reading, Receipt, Refused
from tests.unit.collector.lines import FakeLine, message, ticking_clock
from tests.unit.collector.sinks import MemorySink

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


class ToldSink(MemorySink):
    """Writes its appends beside what is done over the line."""

    def __init__(self, line: FakeLine) -> None:
        super().__init__()
        self.line = line

    def append(self, readings: Sequence[Reading], refused: Sequence[Refused] = ()) -> Receipt:
        receipt = super().append(readings, refused)
        self.line.done.append(("durable", [round(reading.value) for reading in readings]))
        return receipt


def take(taken: Message, gathered: Gathered) -> None:
    """Make of each message a reading with its number, and an answer."""
    gathered.readings.append(Reading("strom", "active_energy_import", taken.mid * 60_000, float(taken.mid)))
    gathered.answers.append(("stored", str(taken.mid).encode()))


def gathering_of(sink: MemorySink) -> Gathering:
    return Gathering(sink, take, lambda: NOON)


def test_readings_are_durable_before_their_sender_is_answered_and_before_the_broker_may_forget_them() -> None:
    line = FakeLine([message(1), message(2)])
    one = gathering_of(ToldSink(line))
    one.turn(line)
    one.turn(line)
    assert line.done == [
        ("durable", [1, 2]),
        ("published", ("stored", b"1")),
        ("published", ("stored", b"2")),
        ("acknowledged", 1),
        ("acknowledged", 2),
    ]
    assert one.durable == 2


def test_what_a_full_disk_refuses_is_neither_answered_nor_acknowledged() -> None:
    line, sink = FakeLine([message(1)]), MemorySink()
    one = gathering_of(sink)
    one.turn(line)
    sink.is_full = True
    with pytest.raises(StorageFull):
        one.turn(line)
    assert line.done == []
    assert one.durable == 0


def test_the_numbers_of_a_lost_line_mean_nothing_to_the_next() -> None:
    sink, next_line = MemorySink(), FakeLine([message(7)])
    one = gathering_of(sink)
    one.turn(FakeLine([message(1), message(2)]))

    assert one.abandon()
    assert not one.abandon()
    one.turn(next_line)
    one.turn(next_line)

    assert [what for what in next_line.done if what[0] == "acknowledged"] == [("acknowledged", 7)]
    assert sink.of("strom") == [7.0]


def test_a_burst_is_settled_in_pieces_and_its_end_when_it_is_quiet() -> None:
    line, sink = FakeLine([message(number) for number in range(2 * MOST_MESSAGES + 10)]), MemorySink()
    one = gathering_of(sink)
    one.turn(line)
    assert (sink.commits, len(sink.values)) == (2, 2 * MOST_MESSAGES)
    one.turn(line)
    assert (sink.commits, len(sink.values)) == (3, 2 * MOST_MESSAGES + 10)


def test_few_messages_with_many_readings_each_are_a_burst_as_well() -> None:
    def take_many(taken: Message, gathered: Gathered) -> None:
        first = taken.mid * 1000
        gathered.readings += [Reading("strom", "volume", number, 0.0) for number in range(first, first + 1000)]

    line, sink = FakeLine([message(number) for number in range(6)]), MemorySink()
    Gathering(sink, take_many, lambda: NOON).turn(line)
    assert len(sink.values) == MOST_READINGS


def test_in_a_stream_that_never_rests_nothing_waits_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    ticking_clock(monkeypatch)
    line, sink = FakeLine(*([message(number)] for number in range(20))), MemorySink()
    one = gathering_of(sink)
    for _ in range(20):
        one.turn(line)
    assert 2 < sink.commits < 20


def test_a_message_that_asks_for_no_acknowledgement_gets_none() -> None:
    line, sink = FakeLine([message(0, qos=0)]), MemorySink()
    one = gathering_of(sink)
    one.turn(line)
    one.turn(line)
    assert sink.of("strom") == [0.0]
    assert not [what for what in line.done if what[0] == "acknowledged"]


def test_who_leaves_a_share_gives_it_back_first_and_takes_what_still_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    ticking_clock(monkeypatch)
    line, sink = FakeLine([message(1)], [], [message(2)], []), MemorySink()
    gathering_of(sink).hand_over(line, ["$share/a/t"])
    assert line.done[0] == ("unsubscribed", ["$share/a/t"])
    assert sink.of("strom") == [1.0, 2.0]
    assert [number for what, number in line.done if what == "acknowledged"] == [1, 2]


def test_readings_carry_the_time_at_which_their_turn_began() -> None:
    seen: list[int] = []
    line = FakeLine([message(1)])
    Gathering(MemorySink(), lambda _, gathered: seen.append(gathered.now_ms), lambda: NOON).turn(line)
    assert seen == [int(NOON.timestamp() * 1000)]
