"""What a listener says about the messages while it does not listen."""

from datetime import UTC, datetime

import pytest

from collector.mqtt.connection.broker import Account, broker_address
from collector.mqtt.listener import Listener
from tests.unit.collector.lines import FakeLine
from tests.unit.collector.sinks import MemorySink


def listener() -> Listener:
    now = datetime(2026, 11, 22, 12, tzinfo=UTC)
    address = broker_address("mqtt://host")
    return Listener("broker", address, {}, MemorySink(), client_id="x", account=Account(), clock=lambda: now)


def test_a_broker_that_was_never_reached_is_not_said_to_keep_messages(caplog: pytest.LogCaptureFixture) -> None:
    listener().lose(ConnectionRefusedError("refused"), is_news=True)
    assert "it keeps the messages" not in caplog.text
    assert "only if it knows us from before" in caplog.text


def test_a_broker_that_is_lost_keeps_the_messages(caplog: pytest.LogCaptureFixture) -> None:
    one = listener()
    one.begin(FakeLine(), None)
    one.lose(ConnectionResetError("reset"), is_news=True)
    assert "it keeps the messages" in caplog.text
