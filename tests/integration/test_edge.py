"""The box in a building, the real broker and the centre, each killed or away in turn: nothing lost, nothing twice."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gateway.embedded import EmbeddedStore
from gateway.reading import Reading, milliseconds
from gateway.spool import Spool
from tests.portfolios import write_portfolio
from tests.servers.local_process import LocalProcess
from tests.servers.mosquitto import MosquittoProgram
from tests.servers.waiting import wait_until

EDGE = "gs-test"
METERS = 5
QUANTITY = "active_energy_import"
FIRST_MS = milliseconds(datetime(2026, 1, 1, tzinfo=UTC))

pytestmark = pytest.mark.real_server


@dataclass
class Scene:
    """A broker, a box whose spool the test fills, and a centre with its embedded store."""

    mosquitto: MosquittoProgram
    folder: Path
    box: LocalProcess = field(init=False)
    centre: LocalProcess = field(init=False)

    def __post_init__(self) -> None:
        pushed = [
            {"id": f"strom-{number}", "medium": "electricity_import", "unit": "kWh", "source": {"push": True}}
            for number in range(METERS)
        ]
        broker = {"id": "broker", "kind": "mqtt", "url": self.mosquitto.url, "edges": True}
        here = write_portfolio(self.folder / "box-portfolio", sources=[], meters=pushed)
        there = write_portfolio(self.folder / "centre-portfolio", sources=[broker], meters=pushed)
        box = ["edge", "--id", EDGE, "--uplink", self.mosquitto.url, "--portfolio", str(here)]
        self.box = self._program("box", box, says=f"uplink {EDGE}: connected")
        self.centre = self._program(
            "centre", ["collect", "--portfolio", str(there)], says="boxes of broker: listening"
        )

    def spooled(self, readings: list[Reading]) -> None:
        """Let these wait in the box, as its collector does."""
        with closing(Spool(self.folder / "box" / "spool-edge.sqlite")) as spool:
            for start in range(0, len(readings), 10_000):
                spool.append(readings[start : start + 10_000])

    def waiting(self) -> int:
        with closing(Spool(self.folder / "box" / "spool-edge.sqlite")) as spool:
            return spool.depth()

    def stored(self) -> int:
        with closing(self._store()) as store:
            return sum(len(store.read(f"strom-{number}", QUANTITY)) for number in range(METERS))

    def assert_stored(self, readings: list[Reading]) -> None:
        """Every reading is there once, with its own time and value, and nothing else."""
        expected: dict[str, list[tuple[int, float]]] = {}
        for reading in readings:
            expected.setdefault(reading.meter, []).append((reading.time_ms, reading.value))
        with closing(self._store()) as store:
            for meter, rows in expected.items():
                series = store.read(meter, QUANTITY)
                assert list(zip(series.time_ms.tolist(), series.value.tolist(), strict=True)) == sorted(rows)

    def refused(self) -> dict[str, int]:
        with closing(self._store()) as store:
            return store.refused_counts()

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text(errors="replace")

    def _store(self) -> EmbeddedStore:
        return EmbeddedStore(self.folder / "centre" / "readings.sqlite")

    def _program(self, name: str, arguments: list[str], *, says: str) -> LocalProcess:
        log = self.folder / f"{name}.log"
        command = [sys.executable, "-m", "zaehlwerk", *arguments, "--state", str(self.folder / name)]
        return LocalProcess(
            command, log=log, answers=lambda: log.exists() and says in log.read_text(errors="replace")
        )


@pytest.fixture
def scene(tmp_path: Path, mosquitto_process: MosquittoProgram) -> Iterator[Scene]:
    scene = Scene(mosquitto_process, tmp_path)
    yield scene
    scene.box.stop()
    scene.centre.stop()


def week(count: int, *, first_ms: int = FIRST_MS) -> list[Reading]:
    """Return `count` counter readings of all meters, a minute apart per meter."""
    return [
        Reading(f"strom-{number % METERS}", QUANTITY, first_ms + number // METERS * 60_000, number / 7)
        for number in range(count)
    ]


def everything_arrived(scene: Scene, count: int) -> Callable[[], bool]:
    return lambda: scene.stored() >= count and scene.waiting() == 0


def test_a_week_without_a_line_arrives_whole_and_the_box_deletes_it(scene: Scene) -> None:
    backlog = week(7 * 24 * 60 * METERS)
    scene.spooled(backlog)
    scene.centre.start()
    scene.box.start()

    wait_until(everything_arrived(scene, len(backlog)), seconds=60, evidence=lambda: scene.log("box"))

    scene.assert_stored(backlog)


def test_live_readings_do_not_wait_for_the_backlog(scene: Scene) -> None:
    backlog = week(200_000)
    scene.spooled(backlog)
    scene.centre.start()
    scene.box.start()
    live = Reading("strom-0", QUANTITY, milliseconds(datetime(2026, 9, 1, tzinfo=UTC)), 4711.0)
    scene.spooled([live])

    def is_there() -> bool:
        with closing(scene._store()) as store:
            return len(store.read("strom-0", QUANTITY, start=live.time)) == 1

    wait_until(is_there, seconds=10, every_s=0.02)
    assert scene.stored() < len(backlog) / 2
    wait_until(everything_arrived(scene, len(backlog) + 1), seconds=60)


def test_box_centre_and_broker_are_killed_in_turn_and_nothing_is_lost_or_doubled(scene: Scene) -> None:
    readings = week(60_000)
    scene.centre.start()
    scene.box.start()
    third = len(readings) // 3
    for part, killed in enumerate((scene.box, scene.centre, scene.mosquitto)):
        scene.spooled(readings[part * third : (part + 1) * third])
        time.sleep(0.3)  # into the middle of the transfer
        killed.kill()
        killed.start()

    wait_until(everything_arrived(scene, len(readings)), seconds=90, evidence=lambda: scene.log("box"))

    scene.assert_stored(readings)
    assert scene.refused() == {}


def test_what_a_box_sends_before_the_centre_ever_ran_is_sent_again(scene: Scene) -> None:
    readings = week(2_000)
    scene.spooled(readings)
    scene.box.start()
    wait_until(lambda: scene.waiting() == len(readings))
    time.sleep(1)
    assert scene.waiting() == len(readings)

    scene.centre.start()

    wait_until(everything_arrived(scene, len(readings)), seconds=60, evidence=lambda: scene.log("box"))
    scene.assert_stored(readings)


def test_a_meter_that_the_centre_does_not_know_is_parked_and_the_box_goes_on(scene: Scene) -> None:
    readings = week(1_000)
    scene.spooled([*readings[:500], readings[0]._replace(meter="gas-9"), *readings[500:]])
    scene.centre.start()
    scene.box.start()

    wait_until(everything_arrived(scene, len(readings)), evidence=lambda: scene.log("box"))

    scene.assert_stored(readings)
    assert scene.refused() == {"unknown_meter": 1}


def test_a_damaged_spool_is_set_aside_and_the_box_goes_on(scene: Scene) -> None:
    spool = scene.folder / "box" / "spool-edge.sqlite"
    spool.parent.mkdir()
    spool.write_bytes(b"\xa5" * 100_000)
    scene.centre.start()
    scene.box.start()
    readings = week(1_000)
    scene.spooled(readings)

    wait_until(everything_arrived(scene, len(readings)), evidence=lambda: scene.log("box"))

    assert "spool damaged, moved to" in scene.log("box")
    assert len(list(spool.parent.glob("spool-edge.sqlite.damaged-*"))) == 1
    scene.assert_stored(readings)


def test_box_and_centre_speak_mqtt_5_as_well(tmp_path: Path, mosquitto_process: MosquittoProgram) -> None:
    mosquitto_process.url += "?protocol=5"
    scene = Scene(mosquitto_process, tmp_path)
    readings = week(3_000)
    scene.spooled(readings)
    with scene.centre, scene.box:
        wait_until(everything_arrived(scene, len(readings)), evidence=lambda: scene.log("box"))
    scene.assert_stored(readings)


def test_the_centre_says_when_a_box_is_cut_off(scene: Scene) -> None:
    scene.centre.start()
    scene.box.start()
    assert "its line is cut" not in scene.log("centre")
    scene.box.kill()
    wait_until(lambda: "box gs-test: its line is cut or it is off" in scene.log("centre"))
    scene.box.start()
    wait_until(lambda: "box gs-test: all is well again" in scene.log("centre"))
