"""Values that contradict what a real InfluxDB stores: none is lost and none invented, whoever is killed when.

A child process forwards a spool and tells what it replaced, and kills itself with -9 at a given step; the next one
goes on with the same files.
"""

import json
import os
import random
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from gateway.influx.store import InfluxStore
from gateway.operations import MeterEventRow, Operations
from gateway.reading import Reading, milliseconds
from gateway.spool import Spool
from tests.portfolios import write_portfolio
from tests.servers.influx import InfluxServer
from tests.servers.search import LOOPBACK, free_port
from tests.servers.waiting import wait_until

pytestmark = pytest.mark.real_server

NOON = datetime(2026, 6, 1, 10, tzinfo=UTC)
QUANTITY = "active_energy_import"
METERS: list[dict[str, Any]] = [
    {"id": name, "medium": "electricity_import", "unit": "kWh", "source": {"push": True}}
    for name in ("strom", "mensa")
]

# Forwards everything and tells what was replaced; at the step of its second argument it is killed.
CHILD = """
import asyncio, os, signal, sys
from pathlib import Path
from types import SimpleNamespace
from config.portfolio.files import load_portfolio
from datetime import datetime, UTC
from gateway.forwarder import Forwarder
from gateway.influx.writing import InfluxWriter
from gateway.keeping_writer import KeepingWriter
from gateway.operations import Operations
from gateway.spool import Spool
from zaehlwerk.noticing.telling import tell

folder, step, account = Path(sys.argv[1]), sys.argv[2], sys.argv[3:]
spool, writer = Spool(folder / "spool.sqlite"), InfluxWriter(*account)

def dies(owner, name):
    setattr(owner, name, lambda *_: os.kill(os.getpid(), signal.SIGKILL))

steps = {
    "after asking": lambda: dies(spool.beside, "note"),
    "before the write": lambda: dies(writer, "write"),
    "after the write": lambda: dies(spool.beside, "settle"),
    "before the spool forgets": lambda: dies(spool, "settle"),
    "before anything is told": lambda: None,
    "before the notes are forgotten": lambda: dies(spool.beside, "forget_replaced"),
    "never": lambda: None,
}
steps[step]()
forwarder = Forwarder(spool, KeepingWriter(writer, spool.beside))
while spool.depth():
    asyncio.run(forwarder.forward_once())
if step == "before anything is told":
    os.kill(os.getpid(), signal.SIGKILL)
operations = Operations(f"sqlite:///{folder / 'operations.sqlite'}")
operations.upgrade()
intake = SimpleNamespace(
    beside=spool.beside,
    portfolio=load_portfolio(folder / "portfolio"),
    records=lambda: operations,
    forget=lambda meter: None,
)
tell(intake, now=datetime(2026, 6, 2, tzinfo=UTC))
"""
STEPS = (
    "after asking",
    "before the write",
    "after the write",
    "before the spool forgets",
    "before anything is told",
    "before the notes are forgotten",
)


def reading(quarter: int, kwh: float, meter: str = "strom") -> Reading:
    return Reading(meter, QUANTITY, milliseconds(NOON + quarter * timedelta(minutes=15)), kwh)


class Scene:
    """A bucket of the test's own, a spool, an operations database, and the child that works on them."""

    def __init__(self, folder: Path, server: InfluxServer) -> None:
        self.folder, self.server, self.bucket = folder, server, server.fresh_bucket()
        write_portfolio(folder / "portfolio", sources=[], meters=METERS)

    def child(self, step: str = "never") -> int:
        account = (self.server.url, self.server.token, self.server.org, self.bucket)
        command = [sys.executable, "-c", CHILD, str(self.folder), step, *account]
        return subprocess.run(command, timeout=120, check=False).returncode

    def arrives(self, *readings: Reading, source: str = "") -> None:
        spool = Spool(self.folder / "spool.sqlite")
        spool.append(readings, source=source)
        spool.close()

    def stored(self, meter: str = "strom") -> list[float]:
        store = InfluxStore(self.server.url, self.server.token, self.server.org, self.bucket)
        values: list[float] = store.read(meter, QUANTITY).value.tolist()
        store.close()
        return values

    def events(self) -> list[MeterEventRow]:
        with opened(self.folder) as operations:
            return [event for meter in ("strom", "mensa") for event in operations.events.of_meter(meter)]

    def former(self) -> list[tuple[float, float]]:
        with opened(self.folder) as operations:
            rows = [row for event in self.events() for row in operations.former_values.of_event(event.id)]
        return [(row.former, row.value) for row in rows]


@contextmanager
def opened(folder: Path) -> Iterator[Operations]:
    operations = Operations(f"sqlite:///{folder / 'operations.sqlite'}")
    operations.upgrade()
    yield operations
    operations.close()


@pytest.fixture
def scene(tmp_path: Path, influx: InfluxServer) -> Scene:
    """An empty scene."""
    return Scene(tmp_path, influx)


@pytest.mark.parametrize("step", STEPS)
def test_who_is_killed_at_any_step_neither_loses_a_former_value_nor_invents_a_conflict(
    scene: Scene, step: str
) -> None:
    scene.arrives(*(reading(quarter, float(quarter)) for quarter in range(8)))
    assert scene.child() == 0
    corrected = [reading(2, 2.5), reading(3, 3.0), reading(9, 9.0), reading(9, 9.5)]
    scene.arrives(*corrected, source="logger.csv")
    # Killed again and again at the same step, and then not any more.
    for _ in range(2):
        assert scene.child(step) in {-signal.SIGKILL, 0}

    assert scene.child() == 0

    (event,) = scene.events()
    assert (event.kind, event.state, event.author) == ("duplicate_conflict", "proposed", "logger.csv")
    assert event.detail == "2 Werte ersetzt, der erste: 2 → 2,5 kWh"
    assert scene.former() == [(2.0, 2.5), (9.0, 9.5)]
    assert scene.stored() == [0, 1, 2.5, 3, 4, 5, 6, 7, 9.5]


@pytest.mark.parametrize("step", STEPS)
def test_a_batch_that_is_written_twice_is_no_conflict(scene: Scene, step: str) -> None:
    scene.arrives(*(reading(quarter, float(quarter)) for quarter in range(100)))
    scene.child(step)

    assert scene.child() == 0

    assert scene.events() == []
    assert scene.stored() == [float(quarter) for quarter in range(100)]


def test_the_order_of_arrival_does_not_matter_for_the_events(tmp_path: Path, influx: InfluxServer) -> None:
    chance = random.Random(7)
    late = [
        reading(24 * day + hour, 1000.0 + day, meter)
        for day in range(5)
        for hour in (0, 1, 2)
        for meter in ("strom", "mensa")
    ]
    scenes = [Scene(tmp_path / name, influx) for name in ("one", "other")]
    for scene in scenes:
        scene.arrives(
            *(reading(quarter, float(quarter), meter) for quarter in range(120) for meter in ("strom", "mensa"))
        )
        scene.child()
        for first in range(0, len(late), 7):
            scene.arrives(*late[first : first + 7])
            scene.child()
        chance.shuffle(late)

    one, other = (scene.events() for scene in scenes)

    assert one == other
    assert len(one) == 4  # two local days of two meters
    assert [sorted(scene.former()) for scene in scenes] == [sorted(scenes[0].former())] * 2


def test_pushes_and_imports_meet_in_one_event_although_two_processes_write(scene: Scene) -> None:
    port, settings = free_port(), _environment(scene)
    csv = scene.folder / "logger.csv"
    csv.write_text("time,value\n2026-06-01T10:00:00Z,100\n2026-06-01T10:15:00Z,105\n", encoding="utf-8")
    token = _called(settings, "token", "create", "Gateway", "--role", "device").stdout.strip()
    with _serving(scene.folder, settings, port) as url:
        pushed = [{"meter": "strom", "time": reading(quarter, 0).time.isoformat(), "value": 50} for quarter in (0, 2)]
        assert _pushed(url, token, pushed) == {"accepted": 2, "known": None, "replaced": None, "rejected": []}
        wait_until(lambda: scene.stored() == [50, 50])

        dry = _called(settings, "import", "readings", str(csv), "--meter", "strom", "--dry-run").stdout
        assert "2 to be stored (dry run), 1 stored value would be replaced" in dry
        assert (
            "1 stored value replaced" in _called(settings, "import", "readings", str(csv), "--meter", "strom").stdout
        )
        # The server has written nothing since, and would find this newer than all that it knows.
        _pushed(url, token, [{"meter": "strom", "time": reading(1, 0).time.isoformat(), "value": 104}])
        wait_until(lambda: any("2 Werte" in event.detail for event in scene.events()))

    (event,) = scene.events()
    assert event.detail == "2 Werte ersetzt, der erste: 50 → 100 kWh"
    assert event.author.startswith("Gateway, logger.csv (")
    assert sorted(scene.former()) == [(50, 100), (105, 104)]


def _environment(scene: Scene) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ZAEHLWERK_")}
    return kept | {
        "ZAEHLWERK_PORTFOLIO": str(scene.folder / "portfolio"),
        "ZAEHLWERK_STATE": str(scene.folder),
        "ZAEHLWERK_INFLUX_URL": scene.server.url,
        "ZAEHLWERK_INFLUX_TOKEN": scene.server.token,
        "ZAEHLWERK_INFLUX_ORG": scene.server.org,
        "ZAEHLWERK_INFLUX_BUCKET": scene.bucket,
    }


def _called(environ: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "zaehlwerk", *arguments]
    return subprocess.run(command, env=environ, capture_output=True, text=True, timeout=120, check=True)


@contextmanager
def _serving(folder: Path, environ: dict[str, str], port: int) -> Iterator[str]:
    url = f"http://{LOOPBACK}:{port}"
    command = [sys.executable, "-m", "zaehlwerk", "serve", "--port", str(port)]
    with (folder / "serve.log").open("wb") as log:
        process = subprocess.Popen(command, env=environ, stdout=log, stderr=log)
        try:
            wait_until(lambda: _answers(url), evidence=(folder / "serve.log").read_text)
            yield url
        finally:
            process.terminate()
            process.wait(60)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/health", timeout=10) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _pushed(url: str, token: str, readings: list[dict[str, Any]]) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    request = urllib.request.Request(f"{url}/v1/readings", json.dumps(readings).encode(), headers)
    with urllib.request.urlopen(request, timeout=30) as answer:
        found: dict[str, Any] = json.loads(answer.read())
    return found
