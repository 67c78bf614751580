"""The box's uplink over a line in memory: what it deletes and what it sends again."""

from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from collector.edge.uplink import Uplink
from collector.edge.wire import AGAIN, decode_status
from collector.mqtt.connection.broker import Account, broker_address
from collector.mqtt.connection.packet_stream import Message
from config.errors import StorageFull
from gateway.rationing import RationedSpool
from gateway.reading import Reading
from gateway.spool import Spool
from tests.unit.collector.lines import FakeLine

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    with closing(Spool(tmp_path / "spool.sqlite")) as spool:
        spool.append([Reading("strom", "volume", 60_000 * number, float(number)) for number in range(10)])
        yield spool


def uplink_of(spool: Spool) -> Uplink:
    return Uplink(
        "gs-test", broker_address("mqtt://broker"), Account(), spool, RationedSpool(spool), clock=lambda: NOON
    )


def said(payload: bytes) -> Message:
    return Message(b"zaehlwerk/v1/gs-test/stored", 5, 1, False, payload)


def batches(line: FakeLine) -> list[bytes]:
    return [payload for topic, payload in line.published if topic == "zaehlwerk/v1/gs-test/readings"]


def number_of(batch: bytes) -> bytes:
    return batch.split(b'"sequence":')[1].partition(b"}")[0]


def test_a_batch_is_deleted_when_exactly_it_is_confirmed(spool: Spool) -> None:
    uplink, line = uplink_of(spool), FakeLine()
    uplink.begin(line, None)
    uplink.turn(line)
    (batch,) = batches(line)
    line.turns = [[said(b"1")], [said(number_of(batch))]]

    uplink.turn(line)
    assert spool.depth() == 10
    uplink.turn(line)

    assert spool.depth() == 0
    assert uplink.statistics().confirmed == 10
    assert [what for what in line.done if what[0] == "acknowledged"] == [("acknowledged", 5)] * 2


def test_a_centre_that_asks_gets_the_same_batch_once_more(spool: Spool, caplog: pytest.LogCaptureFixture) -> None:
    uplink, line = uplink_of(spool), FakeLine()
    uplink.begin(line, None)
    uplink.turn(line)
    uplink.turn(line)
    (sent,) = batches(line)
    line.turns = [[said(AGAIN)]]

    uplink.turn(line)
    uplink.turn(line)
    uplink.turn(line)

    assert batches(line) == [sent, sent]
    assert not caplog.records


def test_a_word_that_is_neither_is_logged_and_changes_nothing(spool: Spool, caplog: pytest.LogCaptureFixture) -> None:
    uplink, line = uplink_of(spool), FakeLine([said(b"danke")])
    uplink.begin(line, None)
    uplink.turn(line)
    uplink.turn(line)
    assert spool.depth() == 10
    assert [record.getMessage() for record in caplog.records] == ["uplink gs-test: b'danke' is no confirmation"]


def test_a_box_whose_spool_refuses_says_that_it_is_full(tmp_path: Path) -> None:
    with closing(Spool(tmp_path / "small.sqlite", max_bytes=1)) as spool:
        rationed = RationedSpool(spool)
        with suppress(StorageFull):
            rationed.append([Reading("strom", "volume", 0, 1.0)])
        uplink = Uplink("gs-test", broker_address("mqtt://broker"), Account(), spool, rationed, clock=lambda: NOON)
        line = FakeLine()
        uplink.begin(line, None)
        uplink.turn(line)
    (payload,) = [payload for topic, payload in line.published if topic == "zaehlwerk/v1/gs-test/status"]
    assert decode_status(payload).problem == "spool_full"
