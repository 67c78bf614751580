"""Two receivers that share the boxes of one broker, killed and stopped meanwhile: nothing lost, nothing twice."""

import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

import pytest

from gateway.embedded import EmbeddedStore
from gateway.influx.store import InfluxStore
from gateway.ports import Store
from gateway.reading import Reading, milliseconds
from gateway.spool import Spool, spool_depth
from tests.portfolios import write_portfolio
from tests.servers.influx import InfluxProgram
from tests.servers.local_process import LocalProcess
from tests.servers.mosquitto import MosquittoProgram
from tests.servers.mqtt_clients import Listener
from tests.servers.waiting import wait_until

EDGES = ("gs-bach", "gs-wald")
METERS = [f"{edge}-strom-{number}" for edge in EDGES for number in range(5)]
QUANTITY = "active_energy_import"
READINGS = 40_000  # per box: enough for a kill in the middle of it
FIRST_MS = milliseconds(datetime(2026, 1, 1, tzinfo=UTC))

pytestmark = pytest.mark.real_server

Stored = dict[tuple[str, int], float]


class Scene:
    """A broker, two boxes whose spools the test fills, and the receivers `one` and `two` that share them."""

    def __init__(self, mosquitto: MosquittoProgram, folder: Path, environment: tuple[str, ...] = ()) -> None:
        self.folder, self.environment = folder, environment
        broker = {"id": "broker", "kind": "mqtt", "url": f"{mosquitto.url}?share=kreis", "edges": True}
        pushed = [
            {"id": meter, "medium": "electricity_import", "unit": "kWh", "source": {"push": True}} for meter in METERS
        ]
        here = str(write_portfolio(folder / "box-portfolio", sources=[], meters=pushed))
        there = str(write_portfolio(folder / "centre-portfolio", sources=[broker], meters=pushed))
        self.boxes = {
            edge: self._program(
                edge,
                "edge",
                *("--id", edge, "--uplink", mosquitto.url, "--portfolio", here),
                says=f"uplink {edge}: connected",
            )
            for edge in EDGES
        }
        self.one, self.two = (
            self._program(name, "collect", "--portfolio", there, says="boxes of broker: listening")
            for name in ("one", "two")
        )

    def start(self) -> None:
        """Both receivers first, so that the boxes find two."""
        for program in (self.one, self.two, *self.boxes.values()):
            program.start()

    def spooled(self, count: int = READINGS, *, start: int = 0) -> Stored:
        """Let so many readings wait in each box, as its collector does; return them all."""
        found: Stored = {}
        for edge in EDGES:
            readings = [
                Reading(f"{edge}-strom-{number % 5}", QUANTITY, FIRST_MS + (start + number // 5) * 60_000, number / 7)
                for number in range(count)
            ]
            with closing(Spool(self.folder / edge / "spool-edge.sqlite")) as spool:
                spool.append(readings)
            found |= {(reading.meter, reading.time_ms): reading.value for reading in readings}
        return found

    def waiting(self) -> int:
        """Return how many readings the boxes hold."""
        return sum(spool_depth(self.folder / edge / "spool-edge.sqlite") for edge in EDGES)

    def stored(self, name: str) -> Stored:
        with closing(EmbeddedStore(self.folder / name / "readings.sqlite")) as store:
            return readings_in(store)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for program in (*self.boxes.values(), self.one, self.two):
            program.stop()

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text(errors="replace")

    def _program(self, name: str, *arguments: str, says: str) -> LocalProcess:
        log = self.folder / f"{name}.log"
        command = ["env", *self.environment, sys.executable, "-m", "zaehlwerk", *arguments]
        return LocalProcess(
            [*command, "--state", str(self.folder / name)],
            log=log,
            answers=lambda: log.exists() and says in log.read_text(errors="replace"),
        )


@pytest.fixture
def scene(tmp_path: Path, mosquitto_process: MosquittoProgram) -> Iterator[Scene]:
    with Scene(mosquitto_process, tmp_path) as scene:
        yield scene


def readings_in(store: Store) -> Stored:
    found: Stored = {}
    for meter in METERS:
        series = store.read(meter, QUANTITY)
        times = series.time_ms.tolist()
        assert len(set(times)) == len(times)
        found |= {(meter, time_ms): value for time_ms, value in zip(times, series.value.tolist(), strict=True)}
    return found


def put_together(*stores: Stored) -> Stored:
    """Return what one store would hold that was given all of this: a reading is its meter and time."""
    found: Stored = {}
    for store in stores:
        assert all(found.get(key, value) == value for key, value in store.items())
        found |= store
    return found


def test_one_of_two_receivers_is_killed_and_both_stores_together_hold_every_reading_once(scene: Scene) -> None:
    expected = scene.spooled()
    scene.start()
    wait_until(lambda: bool(scene.stored("one") and scene.stored("two")), every_s=0.02)
    scene.one.kill()
    assert scene.waiting()  # in the middle of it
    expected |= scene.spooled(5_000, start=READINGS)

    wait_until(lambda: not scene.waiting(), evidence=lambda: scene.log("gs-bach"))

    assert put_together(scene.stored("one"), scene.stored("two")) == expected


def test_one_of_two_receivers_is_stopped_and_hands_over_what_it_had(scene: Scene) -> None:
    expected = scene.spooled()
    scene.start()
    wait_until(lambda: bool(scene.stored("one") and scene.stored("two")), every_s=0.02)
    scene.one.stop()

    wait_until(lambda: not scene.waiting(), evidence=lambda: scene.log("gs-bach"))

    assert "collect ended" in scene.log("one")
    assert put_together(scene.stored("one"), scene.stored("two")) == expected


def test_both_receivers_are_killed_in_turn_and_one_influxdb_holds_every_reading_once(
    tmp_path: Path, mosquitto_process: MosquittoProgram, influxd: InfluxProgram
) -> None:
    server, bucket = influxd.server, influxd.server.fresh_bucket()
    names = {"URL": server.url, "TOKEN": server.token, "ORG": server.org, "BUCKET": bucket}
    environment = tuple(f"ZAEHLWERK_INFLUX_{name}={value}" for name, value in names.items())
    with (
        closing(InfluxStore(server.url, server.token, server.org, bucket)) as store,
        Scene(mosquitto_process, tmp_path, environment) as scene,
    ):
        expected = scene.spooled()
        scene.start()
        for share, receiver in ((0.8, scene.one), (0.4, scene.two)):
            wait_until(lambda share=share: scene.waiting() < share * len(expected), every_s=0.02)  # type: ignore[misc]
            receiver.kill()
            receiver.start()  # what was durable and not forwarded yet waits in its state folder

        wait_until(lambda: not scene.waiting(), evidence=lambda: scene.log("gs-bach"))
        wait_until(lambda: len(readings_in(store)) >= len(expected), evidence=lambda: scene.log("one"))

        assert readings_in(store) == expected


def test_receivers_of_a_share_do_not_take_each_others_place(scene: Scene) -> None:
    scene.start()
    expected = scene.spooled(1_000)
    wait_until(lambda: not scene.waiting())
    assert put_together(scene.stored("one"), scene.stored("two")) == expected
    assert "not received" not in scene.log("one") + scene.log("two")


def test_every_receiver_sees_how_every_box_is(scene: Scene) -> None:
    scene.start()
    scene.boxes["gs-wald"].kill()
    for name in ("one", "two"):
        wait_until(lambda name=name: "box gs-wald: its line is cut" in scene.log(name))  # type: ignore[misc]
    scene.boxes["gs-wald"].start()
    for name in ("one", "two"):
        wait_until(lambda name=name: "box gs-wald: all is well again" in scene.log(name))  # type: ignore[misc]


def test_a_receiver_that_finds_boxes_waiting_asks_them_to_send_again(
    scene: Scene, mosquitto_process: MosquittoProgram
) -> None:
    with Listener(mosquitto_process.broker, "zaehlwerk/v1/gs-bach/stored") as heard:
        scene.boxes["gs-bach"].start()
        scene.one.start()
        assert heard.received(1) == [b"again"]
