"""Several collectors behind one shared subscription, and brokers that are away for long."""

import asyncio
import json
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from uuid import uuid4

import pytest

from collector.collecting import Collector
from config.meters.meter import Meter
from config.portfolio.sources import MqttBroker
from tests.integration.test_mqtt_listening import listening, publisher, telegram, until
from tests.servers.mosquitto import Broker, MosquittoProgram
from tests.unit.collector.portfolio import mqtt_meter, portfolio
from tests.unit.collector.sinks import MemorySink

pytestmark = pytest.mark.real_server
MESSAGES = 3000


async def until_async(condition: object, *, within_s: float = 30.0) -> None:
    deadline = time.monotonic() + within_s
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline, "it did not happen in time"
        await asyncio.sleep(0.02)


def collector_at(broker: Broker, share: str, meters: Sequence[Meter], sink: MemorySink, folder: Path) -> Collector:
    source = MqttBroker("broker", f"{broker.url}?share={share}")
    return Collector(portfolio(meters, [source]), {}, sink, environ={}, folder=folder)


def is_connected(collector: Collector) -> bool:
    return all(source.connected for source in collector.statistics().sources)


def test_two_collectors_share_the_work_and_stopping_one_loses_nothing(mosquitto: Broker, tmp_path: Path) -> None:
    asyncio.run(_share(mosquitto, tmp_path))


async def _share(broker: Broker, tmp_path: Path) -> None:
    topic, share, sinks = f"test/{uuid4().hex}", uuid4().hex, (MemorySink(), MemorySink())
    meters = [mqtt_meter("strom", f"{topic}/+")]
    async with AsyncExitStack() as stack:
        collectors = [
            await stack.enter_async_context(collector_at(broker, share, meters, sink, tmp_path / name))
            for sink, name in zip(sinks, ("one", "two"), strict=True)
        ]
        tasks = [asyncio.create_task(collector.run()) for collector in collectors]
        await until_async(lambda: all(is_connected(collector) for collector in collectors))
        await asyncio.sleep(0.3)  # both subscriptions stand
        with publisher(broker) as publish:

            def send() -> None:
                for number in range(MESSAGES):
                    publish(f"{topic}/{number % 7}", telegram(number, float(number)))

            sending = asyncio.create_task(asyncio.to_thread(send))
            await until_async(lambda: len(sinks[0].values) > MESSAGES // 10 and len(sinks[1].values) > MESSAGES // 10)
            tasks[0].cancel()  # in the middle of the stream
            await asyncio.gather(tasks[0], return_exceptions=True)
            await sending
        await until_async(lambda: len(sinks[0].values | sinks[1].values) == MESSAGES)
        tasks[1].cancel()
        await asyncio.gather(tasks[1], return_exceptions=True)
    assert sinks[0].values.keys() & sinks[1].values.keys() == set()


def test_what_a_broker_kept_through_its_own_restart_arrives_once(
    mosquitto_process: MosquittoProgram, tmp_path: Path
) -> None:
    topic, sink, client_id = f"test/{uuid4().hex}/strom", MemorySink(), f"test-{uuid4().hex}"
    meters = [mqtt_meter("strom", topic)]
    with listening(mosquitto_process.url, meters, sink, client_id=client_id) as listener:
        until(lambda: listener.statistics().connected)
        with publisher(mosquitto_process) as publish:
            until(lambda: _is_heard(publish, topic, sink))
    with publisher(mosquitto_process) as publish:
        for minute in range(1, 301):
            publish(topic, telegram(minute, float(minute)))
    mosquitto_process.stop()
    with listening(mosquitto_process.url, meters, sink, client_id=client_id) as listener:
        until(lambda: listener.statistics().faults.get("disconnected", 0) > 1)
        mosquitto_process.start()
        until(lambda: len(sink.of("strom")) == 301)
        readings = listener.statistics().readings
    assert readings == 300  # nothing that was acknowledged before came again


def _is_heard(publish: object, topic: str, sink: MemorySink) -> bool:
    publish(topic, telegram(0, 0.0))  # type: ignore[operator]
    time.sleep(0.05)
    return bool(sink.values)


def test_a_pattern_hears_every_topic_and_says_who_is_away(mosquitto: Broker) -> None:
    base, sink = f"test-{uuid4().hex}", MemorySink()
    meters = [mqtt_meter("strom", f"tele/{base}/SENSOR", value="SML.E", time="Time", form="tasmota")]
    meters.append(mqtt_meter("alle", f"{base}/#", value="kwh", time="ts"))
    with listening(mosquitto.url, meters, sink) as listener, publisher(mosquitto) as publish:
        until(lambda: listener.statistics().connected)
        until(lambda: _is_heard_by(publish, f"{base}/eg/3", sink, "alle"))
        publish(f"tele/{base}/SENSOR", json.dumps({"Time": "2026-03-01T10:00:00", "SML": {"E": 17.5}}))
        until(lambda: sink.of("strom") == [17.5])
        publish(f"tele/{base}/LWT", "Offline")
        until(lambda: list(listener.statistics().offline) == ["strom"])
        publish(f"tele/{base}/LWT", "Online")
        until(lambda: not listener.statistics().offline)


def _is_heard_by(publish: object, topic: str, sink: MemorySink, meter: str) -> bool:
    publish(topic, telegram(0, 1.0))  # type: ignore[operator]
    time.sleep(0.05)
    return bool(sink.of(meter))


def test_a_collector_that_has_no_topics_on_a_broker_leaves_its_share_in_peace(mosquitto: Broker) -> None:
    with listening(mosquitto.url, [], MemorySink(), query=f"?share={uuid4().hex}") as listener:
        until(lambda: listener.statistics().connected)
    assert not listener.statistics().faults
