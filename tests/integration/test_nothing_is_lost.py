"""Every accepted reading is in the store exactly once, whoever is killed or away meanwhile."""

import json
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode

from gateway.influx.store import InfluxStore
from gateway.reading import instant, milliseconds
from gateway.series import Series
from tests.portfolios import mqtt_meters, write_portfolio
from tests.servers.influx import InfluxProgram
from tests.servers.local_process import LocalProcess
from tests.servers.mosquitto import MosquittoProgram
from tests.servers.waiting import wait_until

METERS = 20
MESSAGES = 20_000
PER_SECOND = 1_500  # slow enough that every kill falls into the flow
FIRST = milliseconds(datetime(2026, 1, 1, tzinfo=UTC))

pytestmark = pytest.mark.real_server


@dataclass
class Scene:
    """A broker, an InfluxDB with an empty bucket, and `zaehlwerk collect` between them."""

    mosquitto: MosquittoProgram
    influxd: InfluxProgram
    bucket: str
    folder: Path
    collect: LocalProcess = field(init=False)

    def __post_init__(self) -> None:
        meters = mqtt_meters(METERS)
        sources = [{"id": "broker", "kind": "mqtt", "url": self.mosquitto.url}]
        portfolio = write_portfolio(self.folder / "portfolio", sources=sources, meters=meters)
        state = self.folder / "state"
        program = [sys.executable, "-m", "zaehlwerk", "collect", "--portfolio", str(portfolio), "--state", str(state)]
        server = self.influxd.server
        names = {"URL": server.url, "TOKEN": server.token, "ORG": server.org, "BUCKET": self.bucket}
        environment = [f"ZAEHLWERK_INFLUX_{name}={value}" for name, value in names.items()]
        self.collect = LocalProcess(
            ["env", *environment, *program], log=self.folder / "collect.log", answers=self._is_subscribed
        )

    def store(self) -> InfluxStore:
        server = self.influxd.server
        return InfluxStore(server.url, server.token, server.org, self.bucket)

    def _is_subscribed(self) -> bool:
        log = self.folder / "collect.log"
        return log.exists() and "listening to 20 topics" in log.read_text(errors="replace")


@pytest.fixture
def scene(tmp_path: Path, mosquitto_process: MosquittoProgram, influxd: InfluxProgram) -> Iterator[Scene]:
    scene = Scene(mosquitto_process, influxd, influxd.server.fresh_bucket(), tmp_path)
    with scene.collect:
        yield scene


def test_every_message_arrives_exactly_once_while_the_collector_is_killed_three_times(scene: Scene) -> None:
    with publishing(scene.mosquitto) as published:
        for share in (0.2, 0.45, 0.7):
            wait_until(lambda share=share: published() >= share * MESSAGES)  # type: ignore[misc]
            scene.collect.kill()
            scene.collect.start()
    assert_everything_is_stored_exactly_once(scene)


def test_every_message_arrives_exactly_once_while_influxdb_is_away_for_a_minute(scene: Scene) -> None:
    with publishing(scene.mosquitto) as published:
        wait_until(lambda: published() >= 0.2 * MESSAGES)
        scene.influxd.stop()
        away_since = time.monotonic()
        wait_until(lambda: published() >= 0.5 * MESSAGES)
        scene.collect.kill()
        scene.collect.start()
        wait_until(lambda: time.monotonic() - away_since >= 60)
        scene.influxd.start()
    assert_everything_is_stored_exactly_once(scene)


def test_sixty_thousand_messages_are_stored_once_while_collector_and_influxdb_are_killed_in_turn(
    scene: Scene,
) -> None:
    many = 60_000
    with publishing(scene.mosquitto, messages=many, per_second=3_000) as published:
        for share, killed in ((0.1, scene.collect), (0.3, scene.influxd), (0.5, scene.collect), (0.7, scene.influxd)):
            wait_until(lambda share=share: published() >= share * many)  # type: ignore[misc]
            killed.kill()
            killed.start()
    assert_everything_is_stored_exactly_once(scene, messages=many)


def value_of(meter: int, number: int) -> float:
    return meter * 1000 + number / 10


@contextmanager
def publishing(
    broker: MosquittoProgram, *, messages: int = MESSAGES, per_second: int = PER_SECOND
) -> Iterator[Callable[[], int]]:
    """Publish all messages from a thread; leaving the block waits until the broker has confirmed every one."""
    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="publisher")
    client.max_inflight_messages_set(500)
    client.connect(broker.host, broker.port)
    client.loop_start()
    count = [0]

    def publish() -> None:
        begun = time.monotonic()
        for index in range(messages):
            meter, number = index % METERS, index // METERS
            time_ms = FIRST + number * 60_000
            payload = json.dumps({"ts": instant(time_ms).isoformat(), "kwh": value_of(meter, number)})
            assert client.publish(f"test/strom-{meter}", payload, qos=1).rc == MQTTErrorCode.MQTT_ERR_SUCCESS
            count[0] = index + 1
            time.sleep(max(0.0, begun + index / per_second - time.monotonic()))

    thread = threading.Thread(target=publish, name="publisher")
    thread.start()
    try:
        yield lambda: count[0]
    finally:
        thread.join(timeout=120)
        wait_until(lambda: not client.want_write() and _unconfirmed(client) == 0)
        client.disconnect()
        client.loop_stop()


def _unconfirmed(client: mqtt.Client) -> int:
    return len(client._out_messages)  # paho has no public count of what is under way


def assert_everything_is_stored_exactly_once(scene: Scene, *, messages: int = MESSAGES) -> None:
    store = scene.store()
    wait_until(lambda: stored(store) >= messages, seconds=90)
    for meter in range(METERS):
        assert_is_complete(store.read(f"strom-{meter}", "active_energy_import"), meter, messages)
    store.close()


def stored(store: InfluxStore) -> int:
    return sum(len(store.read(f"strom-{meter}", "active_energy_import")) for meter in range(METERS))


def assert_is_complete(series: Series, meter: int, messages: int) -> None:
    expected = [(FIRST + number * 60_000, value_of(meter, number)) for number in range(messages // METERS)]
    assert list(zip(series.time_ms.tolist(), series.value.tolist(), strict=True)) == expected
