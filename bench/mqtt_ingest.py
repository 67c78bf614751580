"""Durable MQTT ingest against plain paho that stores nothing, and against a commit for every message.

Plain paho acknowledges by itself. What commits every message has the same decoding and the same kind of spool.
Before every turn a publisher fills the queue of a persistent session at a real mosquitto; what is measured is how
fast a client empties it. Turns alternate; every turn of ours has a fresh file on a real disk.
"""

import multiprocessing
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from paho.mqtt import client as paho
from paho.mqtt.enums import CallbackAPIVersion

from bench.figures import Figure
from bench.mqtt_backlog import emptied, fill, leave_session, routes
from gateway.embedded import EmbeddedStore
from gateway.reading import milliseconds
from gateway.spool import Spool
from tests.servers.mosquitto import Broker, mosquitto_broker

MESSAGES = 60_000
ROUNDS = 3
LIMIT = 1.0
SINGLY = 2_000  # a commit each is slow enough to be measured on few
SINGLY_LIMIT = 10.0


@dataclass(frozen=True, slots=True)
class Turn:
    """One way of emptying a queue of `messages`: the session's client id and what connects under it."""

    client_id: str
    empty: Callable[[Broker, str, Path], float]
    messages: int = MESSAGES


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


def _into_spool(broker: Broker, client_id: str, folder: Path) -> float:
    spool = Spool(folder / f"{time.monotonic_ns()}.sqlite")
    try:
        return emptied(broker, client_id, spool, MESSAGES).per_s
    finally:
        assert spool.depth() == MESSAGES
        spool.close()


def _into_store(broker: Broker, client_id: str, folder: Path) -> float:
    store = EmbeddedStore(folder / f"{time.monotonic_ns()}.sqlite")
    try:
        return emptied(broker, client_id, store, MESSAGES).per_s
    finally:
        store.close()


def _committing_each(broker: Broker, client_id: str, folder: Path) -> float:
    spool = Spool(folder / f"{time.monotonic_ns()}.sqlite")
    by_topic = routes()

    def store(client: paho.Client, _userdata: Any, message: paho.MQTTMessage) -> None:
        (route,) = by_topic[message.topic]
        now_ms = milliseconds(datetime.now(UTC))
        readings = route.readings(message.topic.encode(), bytes(message.payload), retained=False, now_ms=now_ms)
        spool.append(readings)
        client.ack(message.mid, message.qos)
        if spool.depth() == SINGLY:
            client.disconnect()

    client = paho.Client(CallbackAPIVersion.VERSION2, client_id=client_id, clean_session=False, manual_ack=True)
    client.on_message = store
    started = time.perf_counter()
    client.connect(broker.host, broker.port)
    client.loop_forever()
    rate = SINGLY / (time.perf_counter() - started)
    spool.close()
    return rate


SINKS = {"spool": Turn("bench-spool", _into_spool), "embedded store": Turn("bench-store", _into_store)}
TURNS = {
    "plain paho": Turn("bench-plain", _plain),
    **SINKS,
    "commit per message": Turn("bench-singly", _committing_each, SINGLY),
}


def _round(broker: Broker, folder: Path) -> dict[str, float]:
    rates = {}
    for name, turn in TURNS.items():
        leave_session(broker, turn.client_id, clean=False)
        publisher = multiprocessing.get_context("spawn").Process(
            target=fill, args=(broker.host, broker.port, turn.messages)
        )
        publisher.start()
        publisher.join()
        rates[name] = turn.empty(broker, turn.client_id, folder)
        leave_session(broker, turn.client_id, clean=True)
    return rates


def measure() -> list[Figure]:
    """Return the ratios of rates: durable to plain for both sinks, batches to single commits."""
    Path(".bench").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=".bench") as place:
        folder = Path(place).resolve()
        with mosquitto_broker(folder) as broker:
            rounds = [_round(broker, folder) for _ in range(ROUNDS)]
    return [*(_figure(name, rounds) for name in SINKS), _batches_figure(rounds)]


def _figure(sink: str, rounds: list[dict[str, float]]) -> Figure:
    ratio = statistics.median(rates[sink] / rates["plain paho"] for rates in rounds)
    details: dict[str, float | int | str] = {
        "durable_per_s": statistics.median(rates[sink] for rates in rounds),
        "plain_per_s": statistics.median(rates["plain paho"] for rates in rounds),
        "messages": MESSAGES,
        "rounds": len(rounds),
    }
    return Figure(f"MQTT durable into the {sink}, against plain paho", ratio, LIMIT, "at least", details=details)


def _batches_figure(rounds: list[dict[str, float]]) -> Figure:
    ratio = statistics.median(rates["spool"] / rates["commit per message"] for rates in rounds)
    details: dict[str, float | int | str] = {
        "batches_per_s": statistics.median(rates["spool"] for rates in rounds),
        "singly_per_s": statistics.median(rates["commit per message"] for rates in rounds),
        "messages": MESSAGES,
        "singly": SINGLY,
        "rounds": len(rounds),
    }
    name = "MQTT durable into the spool, batches against commit per message"
    return Figure(name, ratio, SINGLY_LIMIT, "at least", details=details)
