"""Simulated senders at a real broker, heard by the collector and by a bystander."""

import asyncio
import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from collector.collecting import Collector
from collector.mqtt.connection.broker import Account, broker_address
from collector.mqtt.formats.sparkplug_payload import payload_of, rebirth_request
from collector.simulation import Simulation
from collector.simulation.formats.sparkplug_b import nodes_of
from collector.simulation.publishing.node_publisher import NodePublisher
from collector.simulation.publishing.publisher import Publisher
from config.meters.meter import Meter
from config.portfolio.files import load_portfolio
from config.portfolio.sources import MqttBroker
from tests.integration.test_mqtt_listening import until
from tests.portfolios import write_portfolio
from tests.servers.mosquitto import MosquittoProgram
from tests.servers.search import LOOPBACK, free_port
from tests.simulated_meters import every_meter
from tests.unit.collector.portfolio import mqtt_meter, portfolio
from tests.unit.collector.sinks import MemorySink

pytestmark = pytest.mark.real_server
START = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
NODE = [mqtt_meter("strom", "spBv1.0/lk/DDATA/keller/zaehler", value="Bezug", time=None, form="sparkplug_b")]
PORTAL = [mqtt_meter("netz", "N/c0619ab1/grid/30/Ac/Energy/Forward", time=None, form="victron")]


def shown(meter: Meter, _now: datetime) -> float:
    """A value of its own for each meter, with as many digits as displays have."""
    return 40482.831 + sum(meter.id.encode())


@contextlib.contextmanager
def bystander(broker: MosquittoProgram, topic: str) -> Iterator[tuple[list[paho.MQTTMessage], paho.Client]]:
    """Hear what others publish, and publish oneself."""
    heard: list[paho.MQTTMessage] = []
    listening = threading.Event()
    client = paho.Client(CallbackAPIVersion.VERSION2)
    client.on_message = lambda _, __, message: heard.append(message)
    client.on_subscribe = lambda *_: listening.set()
    client.connect(broker.host, broker.port)
    client.loop_start()
    client.subscribe(topic)
    assert listening.wait(20)
    yield heard, client
    client.disconnect()
    client.loop_stop()
    client._reset_sockets()  # paho leaves the pair open with which it wakes its thread


@contextlib.contextmanager
def node_at(broker: MosquittoProgram) -> Iterator[NodePublisher]:
    publisher = NodePublisher(broker_address(broker.url), Account(), nodes_of(NODE)[0], NODE, shown)
    publisher.start()
    until(publisher._connection.client.is_connected)
    try:
        yield publisher
    finally:
        publisher.stop()


def kinds(heard: list[paho.MQTTMessage]) -> list[str]:
    return [message.topic.split("/")[2] for message in heard]


def sessions(heard: list[paho.MQTTMessage], kind: str) -> list[object]:
    found = [payload_of(bytes(message.payload)).metrics for message in heard if message.topic.split("/")[2] == kind]
    return [metric.value for metrics in found for metric in metrics if metric.name == "bdSeq"]


@pytest.mark.parametrize("query", ["", "?protocol=5"])
def test_a_meter_of_every_format_is_stored_with_the_value_that_it_shows(
    mosquitto_process: MosquittoProgram, tmp_path: Path, query: str
) -> None:
    source = {"id": "broker", "kind": "mqtt", "url": mosquitto_process.url + query}
    place = load_portfolio(write_portfolio(tmp_path / "portfolio", sources=[source], meters=every_meter()))
    sink = MemorySink()

    async def scene() -> None:
        simulation = Simulation(place, {}, shown, published_every=timedelta(seconds=0.2))
        async with simulation, Collector(place, {}, sink, environ={}) as collector:
            running = asyncio.create_task(collector.run())
            async with asyncio.timeout(30):
                while {meter for meter, _, _ in sink.values} != set(place.meters):
                    await asyncio.sleep(0.05)
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
        assert collector.statistics().sources[0].refused == {}

    asyncio.run(scene())
    stored = {(meter, quantity, value) for (meter, quantity, _), value in sink.values.items()}
    assert stored == {(one.id, one.quantity, shown(one, START)) for one in place.meters.values()}


def test_a_meter_that_cannot_be_simulated_is_told_with_its_reason(caplog: pytest.LogCaptureFixture) -> None:
    meters = [mqtt_meter("strom", "t", value="haus"), mqtt_meter("mensa", "t", value="haus.mensa")]
    place = portfolio(meters, [MqttBroker("broker", f"mqtt://{LOOPBACK}:{free_port()}")])

    async def scene() -> None:
        async with Simulation(place, {}, shown):
            pass

    asyncio.run(scene())
    assert caplog.messages[0] == "meter mensa is not simulated: no_value: nothing at 'haus.mensa'"


def test_a_node_tells_its_names_again_to_who_asks_and_its_death_when_it_goes(
    mosquitto_process: MosquittoProgram,
) -> None:
    with bystander(mosquitto_process, "spBv1.0/#") as (heard, client):
        with node_at(mosquitto_process) as node:
            client.publish("spBv1.0/lk/NCMD/keller", b"no protobuf")
            for turn in range(2):
                node.publish(START + timedelta(seconds=turn))
            until(lambda: "DDATA" in kinds(heard))
            client.publish("spBv1.0/lk/NCMD/keller", rebirth_request(0))
            until(lambda: kinds(heard).count("NBIRTH") == 2)
        until(lambda: kinds(heard)[-1:] == ["NDEATH"])
        told = [kind for kind in kinds(heard) if kind != "NCMD"]
    assert told == ["NBIRTH", "DBIRTH", "DDATA", "NBIRTH", "DBIRTH", "NDEATH"]
    assert sessions(heard, "NBIRTH") == [0, 0]
    assert sessions(heard, "NDEATH") == [0]


def test_a_node_whose_line_is_cut_is_dead_by_its_will_and_born_into_the_next_session(
    mosquitto_process: MosquittoProgram,
) -> None:
    with bystander(mosquitto_process, "spBv1.0/#") as (heard, _), node_at(mosquitto_process) as node:
        node.publish(START)
        until(lambda: len(heard) == 2)
        line = node._connection.client.socket()
        assert isinstance(line, socket.socket)
        line.shutdown(socket.SHUT_RDWR)
        until(lambda: kinds(heard).count("NBIRTH") == 2)
    assert kinds(heard)[:5] == ["NBIRTH", "DBIRTH", "NDEATH", "NBIRTH", "DBIRTH"]
    assert (sessions(heard, "NBIRTH"), sessions(heard, "NDEATH")[0]) == ([0, 1], 0)


def test_a_portal_is_silent_until_somebody_asks(mosquitto_process: MosquittoProgram) -> None:
    publisher = Publisher(broker_address(mosquitto_process.url), Account(), PORTAL, shown)
    with bystander(mosquitto_process, "N/#") as (heard, client):
        publisher.start()
        until(lambda: publisher.connections == 1)
        publisher.publish(START)
        client.publish("R/other/keepalive", b"")
        client.publish("R/c0619ab1/keepalive", b"", qos=1).wait_for_publish(10)
        assert heard == []
        until(lambda: _speaks(publisher, heard))
        publisher.stop()
    assert (heard[0].topic, heard[0].payload) == (PORTAL[0].source.topic, b'{"value": %r}' % shown(PORTAL[0], START))  # type: ignore[union-attr]


def _speaks(publisher: Publisher, heard: list[paho.MQTTMessage]) -> bool:
    publisher.publish(START)
    return bool(heard)


@contextlib.contextmanager
def somebody_who(answer: bytes) -> Iterator[int]:
    """Answer every CONNECT in the same way; gives the port."""
    with socket.create_server((LOOPBACK, 0)) as server:

        def serve() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = server.accept()
                    with connection:
                        connection.recv(1024)
                        connection.sendall(answer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
    thread.join(10)


def says(port: int, caplog: pytest.LogCaptureFixture, *, when: Callable[[], bool]) -> list[str]:
    publisher = Publisher(broker_address(f"mqtt://{LOOPBACK}:{port}"), Account(), PORTAL, shown)
    publisher.start()
    until(when)
    publisher.stop()
    return caplog.messages


def test_a_broker_that_is_not_there_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    port = free_port()
    told = says(port, caplog, when=lambda: bool(caplog.messages))
    assert told == [f"broker {LOOPBACK}:{port}: not publishing: nobody answers"]


def test_a_broker_that_refuses_the_account_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    with somebody_who(b"\x20\x02\x00\x05") as port:
        told = says(port, caplog, when=lambda: bool(caplog.messages))
    assert told == [f"broker {LOOPBACK}:{port}: not publishing: it refuses: Not authorized"]
