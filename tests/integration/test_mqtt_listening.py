"""The listener against a real mosquitto: durable before acknowledged, nothing lost, bad things kept."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from collector.mqtt.connection.broker import Account, broker_address
from collector.mqtt.listener import Beside, Listener
from collector.mqtt.routing.aside import Aside
from collector.mqtt.routing.routes import routes_of
from config.meters.meter import Meter
from tests.servers.mosquitto import ACCEPTED, Broker, MosquittoProgram
from tests.servers.search import LOOPBACK
from tests.unit.collector.portfolio import mqtt_meter, portfolio
from tests.unit.collector.sinks import MemorySink

pytestmark = pytest.mark.real_server


def until(condition: Callable[[], bool], *, within_s: float = 20.0) -> None:
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)


@contextmanager
def listening(
    url: str, meters: Sequence[Meter], sink: MemorySink, *, client_id: str | None = None, query: str = ""
) -> Iterator[Listener]:
    aside = Aside()
    listener = Listener(
        "broker",
        broker_address(url + query),
        routes_of(portfolio(meters), "broker", aside),
        sink,
        client_id=client_id or f"test-{uuid4().hex}",
        account=Account(),
        clock=lambda: datetime.now(UTC),
        beside=Beside(aside),
    )
    thread = threading.Thread(target=listener.run)
    thread.start()
    try:
        yield listener
    finally:
        listener.stop()
        thread.join(10)


@contextmanager
def publisher(broker: Broker | MosquittoProgram) -> Iterator[Callable[..., None]]:
    client = paho.Client(CallbackAPIVersion.VERSION2)
    client.connect(broker.host, broker.port)
    client.loop_start()

    def publish(topic: str, payload: Any, *, retain: bool = False) -> None:
        client.publish(topic, payload, qos=1, retain=retain).wait_for_publish(10)

    yield publish
    client.disconnect()
    client.loop_stop()
    client._reset_sockets()  # paho leaves the pair open with which it wakes its thread


def telegram(minute: int, kwh: float) -> str:
    moment = datetime(2026, 3, 1, tzinfo=UTC) + timedelta(minutes=minute)
    return json.dumps({"ts": moment.isoformat(), "kwh": kwh})


@pytest.fixture
def topic() -> str:
    return f"test/{uuid4().hex}/strom"


@pytest.mark.parametrize("query", ["", "?protocol=5"])
def test_a_message_becomes_a_reading_with_its_own_time(mosquitto: Broker, topic: str, query: str) -> None:
    sink = MemorySink()
    with listening(mosquitto.url, [mqtt_meter("strom", topic)], sink, query=query) as listener:
        until(lambda: listener.statistics().connected)
        with publisher(mosquitto) as publish:
            until(lambda: _is_heard(publish, topic, sink))
    moment_ms = int(datetime(2026, 3, 1, tzinfo=UTC).timestamp() * 1000)
    assert sink.values == {("strom", "active_energy_import", moment_ms): 40482.8}


def _is_heard(publish: Callable[..., None], topic: str, sink: MemorySink) -> bool:
    publish(topic, telegram(0, 40482.8))  # again and again: the subscription may come after the first ones
    time.sleep(0.05)
    return bool(sink.values)


def test_a_bad_message_is_kept_counted_and_acknowledged_and_the_next_one_taken(mosquitto: Broker, topic: str) -> None:
    sink = MemorySink()
    bad = [b"not json", b'{"ts": "2026-03-01T00:00:00Z"}', b'{"kwh": "viel", "ts": "2026-03-01T00:00:00Z"}']
    bad += [
        b'{"kwh": 1}',
        b'{"kwh": 1, "ts": "2199-01-01T00:00:00Z"}',
        b'{"kwh": 1, "ts": 0}',
        b'{"kwh": null, "ts": "2026-03-01T00:00:00Z"}',
    ]
    client_id = f"test-{uuid4().hex}"
    with listening(mosquitto.url, [mqtt_meter("strom", topic)], sink, client_id=client_id) as listener:
        until(lambda: listener.statistics().connected)
        with publisher(mosquitto) as publish:
            until(lambda: _is_heard(publish, topic, sink))
            for payload in bad:
                publish(topic, payload)
            publish(topic, telegram(1, 40482.9))
            until(lambda: 40482.9 in sink.of("strom"))
        refused = listener.statistics().refused
    assert refused == {
        "not_json": 1,
        "no_value": 1,
        "not_a_number": 2,
        "no_time": 1,
        "future_time": 1,
        "too_old": 1,
    }
    assert [thing.content for thing in sink.refused] == bad
    again = MemorySink()
    with listening(mosquitto.url, [mqtt_meter("strom", topic)], again, client_id=client_id) as listener:
        until(lambda: listener.statistics().connected)
        time.sleep(0.3)
    assert again.refused == []


def test_what_a_full_disk_refuses_stays_at_the_broker_and_comes_again(mosquitto: Broker, topic: str) -> None:
    sink = MemorySink()
    with listening(mosquitto.url, [mqtt_meter("strom", topic)], sink) as listener:
        until(lambda: listener.statistics().connected)
        with publisher(mosquitto) as publish:
            until(lambda: _is_heard(publish, topic, sink))
            sink.is_full = True
            for minute in range(1, 51):
                publish(topic, telegram(minute, 40482.8 + minute))
            until(lambda: listener.statistics().faults.get("storage_full", 0) > 0)
            assert len(sink.of("strom")) == 1
            sink.is_full = False
            until(lambda: len(sink.of("strom")) == 51)


def test_a_broker_that_is_killed_and_comes_back_is_listened_to_again(
    mosquitto_process: MosquittoProgram, topic: str
) -> None:
    sink = MemorySink()
    with listening(mosquitto_process.url, [mqtt_meter("strom", topic)], sink) as listener:
        until(lambda: listener.statistics().connected)
        mosquitto_process.kill()
        until(lambda: not listener.statistics().connected)
        mosquitto_process.start()
        until(lambda: listener.statistics().connected)
        with publisher(mosquitto_process) as publish:
            until(lambda: _is_heard(publish, topic, sink))
    assert sink.of("strom") == [40482.8]


@contextmanager
def dying_broker(message: bytes) -> Iterator[str]:
    """A broker that dies right behind its first message, and remembers nothing of it."""
    with socket.create_server((LOOPBACK, 0)) as server:

        def live() -> None:
            connection, _ = server.accept()
            connection.recv(1024)
            connection.sendall(ACCEPTED + message)
            connection.close()

        life = threading.Thread(target=live)
        life.start()
        yield f"mqtt://{LOOPBACK}:{server.getsockname()[1]}"
        life.join()


def test_what_a_dying_broker_still_delivered_is_stored(topic: str) -> None:
    """It is not acknowledged to anybody, and comes again where the broker still knows of it."""
    body = len(topic).to_bytes(2, "big") + topic.encode() + b"\x00\x01" + telegram(0, 40482.8).encode()
    sink = MemorySink()
    with (
        dying_broker(b"\x32" + bytes([len(body)]) + body) as url,
        listening(url, [mqtt_meter("strom", topic)], sink) as listener,
    ):
        until(lambda: listener.statistics().faults.get("disconnected", 0) > 0)
    assert sink.of("strom") == [40482.8]


def test_what_was_published_while_nobody_listened_arrives_later(mosquitto: Broker, topic: str) -> None:
    sink, client_id = MemorySink(), f"test-{uuid4().hex}"
    with listening(mosquitto.url, [mqtt_meter("strom", topic)], sink, client_id=client_id) as listener:
        until(lambda: listener.statistics().connected)
        with publisher(mosquitto) as publish:
            until(lambda: _is_heard(publish, topic, sink))
    with publisher(mosquitto) as publish:
        for minute in range(1, 701):
            publish(topic, telegram(minute, 40482.8 + minute))
    with listening(mosquitto.url, [mqtt_meter("strom", topic)], sink, client_id=client_id):
        until(lambda: len(sink.of("strom")) == 701)


def test_a_retained_value_without_a_time_never_gets_a_new_one(mosquitto: Broker, topic: str) -> None:
    sink = MemorySink()
    with publisher(mosquitto) as publish:
        publish(topic, "17.5", retain=True)
        with listening(mosquitto.url, [mqtt_meter("strom", topic, time=None, form="plain")], sink) as listener:
            until(lambda: listener.statistics().refused == {"retained_without_time": 1})
            publish(topic, "17.6")
            until(lambda: sink.of("strom") == [17.6])
        publish(topic, b"", retain=True)


def test_a_topic_that_only_the_session_remembers_is_refused_once_and_given_up(mosquitto: Broker, topic: str) -> None:
    sink, client_id = MemorySink(), f"test-{uuid4().hex}"
    both = [mqtt_meter("strom", topic), mqtt_meter("wasser", f"{topic}/alt")]
    with listening(mosquitto.url, both, sink, client_id=client_id) as listener, publisher(mosquitto) as publish:
        until(lambda: listener.statistics().connected)
        until(lambda: _is_heard(publish, f"{topic}/alt", sink))
    with listening(mosquitto.url, both[:1], sink, client_id=client_id) as listener, publisher(mosquitto) as publish:
        until(lambda: listener.statistics().connected)
        publish(f"{topic}/alt", telegram(1, 1.0))
        until(lambda: listener.statistics().refused == {"unknown_topic": 1})
        time.sleep(0.3)
        publish(f"{topic}/alt", telegram(2, 2.0))
        publish(topic, telegram(2, 2.0))
        until(lambda: sink.of("strom") == [2.0])
        assert listener.statistics().refused == {"unknown_topic": 1}
