"""The broker is killed before it has written down what it confirmed: our own publisher sends it again."""

import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from collector.mqtt.connection.broker import Account, broker_address
from collector.simulation.publishing.publisher import Publisher
from gateway.embedded import EmbeddedStore
from tests.portfolios import mqtt_meters, write_portfolio
from tests.servers.local_process import LocalProcess
from tests.servers.mosquitto import MosquittoProgram
from tests.servers.waiting import wait_until
from tests.unit.collector.portfolio import mqtt_meter

METERS = 20
ROUNDS = 50
START = datetime(2026, 1, 1, tzinfo=UTC)

pytestmark = pytest.mark.real_server


def collector_of(broker: MosquittoProgram, folder: Path) -> LocalProcess:
    source = {"id": "broker", "kind": "mqtt", "url": broker.url}
    portfolio = write_portfolio(folder / "portfolio", sources=[source], meters=mqtt_meters(METERS))
    log = folder / "collect.log"
    command = [sys.executable, "-m", "zaehlwerk", "collect", "--portfolio", str(portfolio)]
    return LocalProcess(
        [*command, "--state", str(folder / "state")],
        log=log,
        answers=lambda: log.exists() and f"listening to {METERS} topics" in log.read_text(errors="replace"),
    )


def stored(folder: Path) -> list[int]:
    with closing(EmbeddedStore(folder / "state" / "readings.sqlite")) as store:
        return [len(store.read(f"strom-{number}", "active_energy_import")) for number in range(METERS)]


def test_what_the_simulation_published_survives_a_broker_that_forgets_it(
    tmp_path: Path, mosquitto_process: MosquittoProgram
) -> None:
    collector = collector_of(mosquitto_process, tmp_path)
    with collector:
        """Its session is there now, and the broker writes it down when it is stopped."""
    mosquitto_process.stop()
    mosquitto_process.start()
    meters = [mqtt_meter(f"strom-{number}", f"test/strom-{number}") for number in range(METERS)]
    publisher = Publisher(
        broker_address(mosquitto_process.url), Account(), meters, lambda _meter, now: now.timestamp()
    )
    publisher.start()
    try:
        for number in range(ROUNDS):
            publisher.publish(START + timedelta(minutes=number))
        wait_until(lambda: publisher.unconfirmed == 0, every_s=0.01)
        mosquitto_process.kill()
        mosquitto_process.start()
        wait_until(lambda: publisher.unconfirmed == 0 and publisher.connections == 2, every_s=0.05)
        with collector:
            wait_until(lambda: min(stored(tmp_path)) == ROUNDS, seconds=30, evidence=lambda: str(stored(tmp_path)))
    finally:
        publisher.stop()
    assert stored(tmp_path) == [ROUNDS] * METERS
