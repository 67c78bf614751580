"""A backlog at a broker: the session that it waits for, who fills it, and our listener, which empties it."""

import json
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

from paho.mqtt import client as paho
from paho.mqtt.enums import CallbackAPIVersion

from collector.mqtt.connection.broker import Account, broker_address
from collector.mqtt.listener import Listener
from collector.mqtt.payloads import json_payload
from collector.mqtt.routing.routes import Route, Routes
from gateway.ports import Sink
from tests.servers.mosquitto import Broker

METERS = 200
START = datetime(2026, 1, 1, tzinfo=UTC)
WITHIN_S = 120.0


def topic(meter: int) -> str:
    """Return the meter's topic."""
    return f"bench/strom-{meter}"


def payload(number: int, poison_every: int | None = None) -> bytes:
    """Return the message with this number, some 170 bytes; one in `poison_every` says a word instead of a number."""
    if poison_every is not None and number % poison_every == poison_every // 2:
        return f'{{"ts": "2026-01-01T00:00:00Z", "kwh": "viel {number}"}}'.encode()
    moment = START + timedelta(minutes=number // METERS)
    document = {"ts": moment.isoformat(), "kwh": 40482.8 + number / 10, "power": 1234.5, "serial": "1EMH0012345678"}
    return json.dumps(document | {"status": {"battery": 97, "rssi": -71, "firmware": "2.4.1"}}).encode()


def routes() -> Routes:
    """Return the routes of all meters."""
    return {
        topic(meter): [Route(f"strom-{meter}", "active_energy_import", Fraction(1), json_payload("kwh", "ts"), UTC)]
        for meter in range(METERS)
    }


def fill(host: str, port: int, messages: int, poison_every: int | None = None) -> None:
    """Publish this many messages and return when the broker has confirmed them all."""
    client = paho.Client(CallbackAPIVersion.VERSION2)
    client.max_inflight_messages_set(1000)
    client.connect(host, port)
    client.loop_start()
    sent = [
        client.publish(topic(number % METERS), payload(number, poison_every), qos=1) for number in range(messages)
    ]
    for message in sent:
        message.wait_for_publish(WITHIN_S)
    client.disconnect()
    client.loop_stop()


def leave_session(broker: Broker, client_id: str, *, clean: bool) -> None:
    """Leave a session behind that queues what the meters publish; `clean`: none, and nothing waits any more."""
    client = paho.Client(CallbackAPIVersion.VERSION2, client_id=client_id, clean_session=clean)

    def subscribe(*_: Any) -> None:
        client.subscribe([(topic(meter), 1) for meter in range(METERS)])

    def leave(*_: Any) -> None:
        client.disconnect()

    client.on_connect = subscribe
    client.on_subscribe = leave
    client.connect(broker.host, broker.port)
    client.loop_forever()


@dataclass(frozen=True, slots=True)
class Emptied:
    """How fast a backlog was emptied, and the CPU of this process that a message took."""

    per_s: float
    cpu_us: float


def emptied(broker: Broker, client_id: str, sink: Sink, messages: int, poison: int = 0) -> Emptied:
    """Let our listener empty the session's backlog into the sink; `poison` of the messages have to be refused."""
    listener = Listener(
        "broker",
        broker_address(broker.url),
        routes(),
        sink,
        client_id=client_id,
        account=Account(),
        clock=lambda: datetime.now(UTC),
    )
    thread = threading.Thread(target=listener.run)
    started, used = time.perf_counter(), time.process_time()
    thread.start()
    while listener.statistics().readings < messages - poison and time.perf_counter() - started < WITHIN_S:
        time.sleep(0.005)
    done = Emptied(messages / (time.perf_counter() - started), (time.process_time() - used) / messages * 1e6)
    listener.stop()
    thread.join()
    assert listener.statistics().readings == messages - poison, listener.statistics()
    assert sum(listener.statistics().refused.values()) == poison, listener.statistics()
    return done
