"""Durable MQTT ingest against plain paho that stores nothing, and against a commit for every message.

Plain paho acknowledges by itself. What commits every message has the same decoding and the same kind of spool.
Before every turn a publisher fills the queue of a persistent session at a real mosquitto; what is measured is how
fast a client empties it. Turns alternate; every turn of ours has a fresh file on a real disk.
"""

import json
import multiprocessing
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
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
from gateway.reading import milliseconds
from gateway.spool import Spool
from tests.servers.mosquitto import Broker, mosquitto_broker, mosquitto_program

MESSAGES = 60_000
METERS = 200
ROUNDS = 3
LIMIT = 1.0
SINGLY = 2_000  # a commit each is slow enough to be measured on few
SINGLY_LIMIT = 10.0
POISON_LIMIT = 0.9
POISON_EVERY = 1000
POISONED_MESSAGES = 12_000  # the default window of 20 makes every broker slow
START = datetime(2026, 1, 1, tzinfo=UTC)
WITHIN_S = 120.0


@dataclass(frozen=True, slots=True)
class Turn:
    """One way of emptying a queue of `messages`: the session's client id and what connects under it."""

    client_id: str
    empty: Callable[[Broker, str, Path], float]
    messages: int = MESSAGES


def _topic(meter: int) -> str:
    return f"bench/strom-{meter}"


def _payload(number: int, poison_every: int | None = None) -> bytes:
    if poison_every is not None and number % poison_every == poison_every // 2:
        return f'{{"ts": "2026-01-01T00:00:00Z", "kwh": "viel {number}"}}'.encode()
    moment = START + timedelta(minutes=number // METERS)
    document = {"ts": moment.isoformat(), "kwh": 40482.8 + number / 10, "power": 1234.5, "serial": "1EMH0012345678"}
    return json.dumps(document | {"status": {"battery": 97, "rssi": -71, "firmware": "2.4.1"}}).encode()


def _fill(host: str, port: int, messages: int = MESSAGES, poison_every: int | None = None) -> None:
    client = paho.Client(CallbackAPIVersion.VERSION2)
    client.max_inflight_messages_set(1000)
    client.connect(host, port)
    client.loop_start()
    sent = [
        client.publish(_topic(number % METERS), _payload(number, poison_every), qos=1) for number in range(messages)
    ]
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


def _durable(broker: Broker, client_id: str, sink: Sink, messages: int = MESSAGES, poison: int = 0) -> float:
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
    while listener.statistics().readings < messages - poison and time.perf_counter() - started < WITHIN_S:
        time.sleep(0.005)
    rate = messages / (time.perf_counter() - started)
    listener.stop()
    thread.join()
    assert listener.statistics().readings == messages - poison, listener.statistics()
    assert sum(listener.statistics().refused.values()) == poison, listener.statistics()
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


def _committing_each(broker: Broker, client_id: str, folder: Path) -> float:
    spool = Spool(folder / f"{time.monotonic_ns()}.sqlite")
    routes = _routes()

    def store(client: paho.Client, _userdata: Any, message: paho.MQTTMessage) -> None:
        (route,) = routes[message.topic]
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
        _leave_session(broker, turn.client_id, clean=False)
        publisher = multiprocessing.get_context("spawn").Process(
            target=_fill, args=(broker.host, broker.port, turn.messages)
        )
        publisher.start()
        publisher.join()
        rates[name] = turn.empty(broker, turn.client_id, folder)
        _leave_session(broker, turn.client_id, clean=True)
    return rates


@contextmanager
def _default_window(folder: Path) -> Iterator[Broker]:
    """Yield a broker whose in-flight window is what mosquitto has without a word about it: 20.

    Seen with 2.0.11: only the first batch of a backlog is that small, later ones reach 500 messages. So this says
    what a poison message costs at that setting, not what a window that holds would cost.
    """
    program = mosquitto_program(folder)
    configuration = folder / "mosquitto.conf"
    lines = configuration.read_text().splitlines()
    configuration.write_text("\n".join(line for line in lines if not line.startswith("max_inflight")) + "\n")
    with program:
        yield program.broker


def _poisoned(broker: Broker, folder: Path, every: int | None) -> float:
    client_id = f"bench-poison-{every}"
    _leave_session(broker, client_id, clean=False)
    arguments = (broker.host, broker.port, POISONED_MESSAGES, every)
    publisher = multiprocessing.get_context("spawn").Process(target=_fill, args=arguments)
    publisher.start()
    publisher.join()
    spool = Spool(folder / f"{time.monotonic_ns()}.sqlite")
    bad = POISONED_MESSAGES // every if every else 0
    try:
        rate = _durable(broker, client_id, spool, POISONED_MESSAGES, bad)
        assert spool.depth() == POISONED_MESSAGES - bad
        assert len(spool.refused(POISONED_MESSAGES)) == bad
    finally:
        spool.close()
    _leave_session(broker, client_id, clean=True)
    return rate


def _poison(folder: Path) -> Figure:
    with _default_window(folder) as broker:
        rounds = [[_poisoned(broker, folder, every) for every in (None, POISON_EVERY)] for _ in range(ROUNDS)]
    details: dict[str, float | int | str] = {
        "with_per_s": statistics.median(poisoned for _, poisoned in rounds),
        "without_per_s": statistics.median(clean for clean, _ in rounds),
        "messages": POISONED_MESSAGES,
        "rounds": ROUNDS,
    }
    ratio = statistics.median(poisoned / clean for clean, poisoned in rounds)
    name = "MQTT with one poison message per 1,000, default window, against none"
    return Figure(name, ratio, POISON_LIMIT, "at least", details=details)


def measure() -> list[Figure]:
    """Return the ratios of rates: durable to plain for both sinks, batches to single commits, poisoned to clean."""
    Path(".bench").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=".bench") as place:
        folder = Path(place).resolve()
        with mosquitto_broker(folder) as broker:
            rounds = [_round(broker, folder) for _ in range(ROUNDS)]
        poisoned = folder / "poison"
        poisoned.mkdir()
        figures = [_figure(name, rounds) for name in SINKS]
        return [*figures, _batches_figure(rounds), _poison(poisoned)]


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
