"""Durable MQTT ingest against plain paho that acknowledges by itself and stores nothing.

Before every turn a publisher fills the queue of a persistent session at a real mosquitto; what is measured is how
fast a client empties it. Turns alternate; every turn of ours has a fresh file on a real disk.
"""

import json
import multiprocessing
import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

from paho.mqtt import client as paho
from paho.mqtt.enums import CallbackAPIVersion

from bench.figures import Figure
from collector.mqtt.connection import Account, broker_address
from collector.mqtt.listener import Listener
from collector.mqtt.payloads import json_payload
from collector.mqtt.routing import Route, Routes
from gateway.embedded import EmbeddedStore
from gateway.ports import Sink
from gateway.spool import Spool
from tests.servers.mosquitto import Broker, mosquitto_broker

MESSAGES = 60_000
METERS = 200
ROUNDS = 3
LIMIT = 1.0
START = datetime(2026, 1, 1, tzinfo=UTC)
WITHIN_S = 120.0


@dataclass(frozen=True, slots=True)
class Turn:
    """One way of emptying the queue: the session's client id and what connects under it."""

    client_id: str
    empty: Callable[[Broker, str, Path], float]


def _topic(meter: int) -> str:
    return f"bench/strom-{meter}"


def _payload(number: int) -> bytes:
    moment = START + timedelta(minutes=number // METERS)
    document = {"ts": moment.isoformat(), "kwh": 40482.8 + number / 10, "power": 1234.5, "serial": "1EMH0012345678"}
    return json.dumps(document | {"status": {"battery": 97, "rssi": -71, "firmware": "2.4.1"}}).encode()


def _fill(host: str, port: int) -> None:
    client = paho.Client(CallbackAPIVersion.VERSION2)
    client.max_inflight_messages_set(1000)
    client.connect(host, port)
    client.loop_start()
    sent = [client.publish(_topic(number % METERS), _payload(number), qos=1) for number in range(MESSAGES)]
    for message in sent:
        message.wait_for_publish(WITHIN_S)
    client.disconnect()
    client.loop_stop()


def _leave_session(broker: Broker, client_id: str, *, clean: bool) -> None:
    client = paho.Client(CallbackAPIVersion.VERSION2, client_id=client_id, clean_session=clean)

    def subscribe(*_: Any) -> None:
        client.subscribe([(_topic(meter), 1) for meter in range(METERS)])

    def leave(*_: Any) -> None:
        client.disconnect()

    client.on_connect = subscribe
    client.on_subscribe = leave
    client.connect(broker.host, broker.port)
    client.loop_forever()


def _plain(broker: Broker, client_id: str, _: Path) -> float:
    seen = 0

    def count(client: paho.Client, _userdata: Any, _message: paho.MQTTMessage) -> None:
        nonlocal seen
        seen += 1
        if seen == MESSAGES:
            client.disconnect()

    client = paho.Client(CallbackAPIVersion.VERSION2, client_id=client_id, clean_session=False)
    client.on_message = count
    started = time.perf_counter()
    client.connect(broker.host, broker.port)
    client.loop_forever()
    return MESSAGES / (time.perf_counter() - started)


def _routes() -> Routes:
    return {
        _topic(meter): [Route(f"strom-{meter}", "active_energy_import", Fraction(1), json_payload("kwh", "ts"), UTC)]
        for meter in range(METERS)
    }


def _durable(broker: Broker, client_id: str, sink: Sink) -> float:
    listener = Listener(
        "broker",
        broker_address(broker.url),
        _routes(),
        sink,
        client_id=client_id,
        account=Account(),
        clock=lambda: datetime.now(UTC),
    )
    thread = threading.Thread(target=listener.run)
    started = time.perf_counter()
    thread.start()
    while listener.statistics().readings < MESSAGES and time.perf_counter() - started < WITHIN_S:
        time.sleep(0.005)
    rate = MESSAGES / (time.perf_counter() - started)
    listener.stop()
    thread.join()
    assert listener.statistics().readings == MESSAGES, listener.statistics()
    return rate


def _into_spool(broker: Broker, client_id: str, folder: Path) -> float:
    spool = Spool(folder / f"{time.monotonic_ns()}.sqlite")
    try:
        return _durable(broker, client_id, spool)
    finally:
        assert spool.depth() == MESSAGES
        spool.close()


def _into_store(broker: Broker, client_id: str, folder: Path) -> float:
    store = EmbeddedStore(folder / f"{time.monotonic_ns()}.sqlite")
    try:
        return _durable(broker, client_id, store)
    finally:
        store.close()


TURNS = {
    "plain paho": Turn("bench-plain", _plain),
    "spool": Turn("bench-spool", _into_spool),
    "embedded store": Turn("bench-store", _into_store),
}


def _round(broker: Broker, folder: Path) -> dict[str, float]:
    rates = {}
    for name, turn in TURNS.items():
        _leave_session(broker, turn.client_id, clean=False)
        publisher = multiprocessing.get_context("spawn").Process(target=_fill, args=(broker.host, broker.port))
        publisher.start()
        publisher.join()
        rates[name] = turn.empty(broker, turn.client_id, folder)
        _leave_session(broker, turn.client_id, clean=True)
    return rates


def measure() -> list[Figure]:
    """Return the ratio of rates, durable to plain, for both sinks."""
    Path(".bench").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=".bench") as place:
        folder = Path(place).resolve()
        with mosquitto_broker(folder) as broker:
            rounds = [_round(broker, folder) for _ in range(ROUNDS)]
    return [_figure(name, rounds) for name in TURNS if name != "plain paho"]


def _figure(sink: str, rounds: list[dict[str, float]]) -> Figure:
    ratio = statistics.median(rates[sink] / rates["plain paho"] for rates in rounds)
    details: dict[str, float | int | str] = {
        "durable_per_s": statistics.median(rates[sink] for rates in rounds),
        "plain_per_s": statistics.median(rates["plain paho"] for rates in rounds),
        "messages": MESSAGES,
        "rounds": len(rounds),
    }
    return Figure(f"MQTT durable into the {sink}, against plain paho", ratio, LIMIT, "at least", details=details)
