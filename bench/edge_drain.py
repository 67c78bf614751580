"""A week that waited in a box: how fast it is durable in the centre's embedded store, and deleted in the box.

The uplink and the centre's receiver run as they do in their processes, through a real mosquitto, on real disks. The
clock starts before the box connects and stops when its spool is empty, so every reading counted is confirmed.
"""

import multiprocessing
import tempfile
import threading
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from multiprocessing.synchronize import Event
from pathlib import Path

from bench.figures import Figure
from collector.edge.receiver import Receiver
from collector.edge.uplink import Uplink
from collector.mqtt.connection.broker import Account, broker_address
from config.meters.meter import Meter, PushSource
from config.portfolio.portfolio import District, Portfolio
from config.portfolio.properties import Property
from gateway.embedded import EmbeddedStore
from gateway.rationing import RationedSpool
from gateway.reading import Reading, milliseconds
from gateway.spool import Spool
from tests.servers.mosquitto import Broker, mosquitto_broker

METERS = 10
QUANTITY = "active_energy_import"
MINUTES = 7 * 24 * 60
READINGS = METERS * MINUTES
START_MS = milliseconds(datetime(2026, 1, 1, tzinfo=UTC))
WITHIN_S = 120.0
LIMIT_PER_S = 5_000.0


def _portfolio() -> Portfolio:
    meters = tuple(
        Meter(f"strom-{number}", "schule", "electricity_import", "kWh", QUANTITY, source=PushSource())
        for number in range(METERS)
    )
    school = Property("schule", "Grundschule", "landkreis", "schulen", meters=meters)
    return Portfolio(District("lk", "Landkreis", "RP", "Europe/Berlin", "02486"), (), (), (), (school,))


def _receive(url: str, file: Path, listening: Event, stop: Event) -> None:
    with closing(EmbeddedStore(file)) as store:
        receiver = Receiver(
            "broker",
            broker_address(url),
            _portfolio(),
            store,
            client_id="bench-receiver",
            account=Account(),
            clock=lambda: datetime.now(UTC),
        )
        thread = threading.Thread(target=receiver.run)
        thread.start()
        while not receiver.is_connected:
            time.sleep(0.01)
        listening.set()
        stop.wait()
        receiver.stop()
        thread.join()


def _fill(spool: Spool) -> None:
    for minute in range(0, MINUTES, 144):
        spool.append(
            [
                Reading(f"strom-{meter}", QUANTITY, START_MS + at * 60_000, meter * 1000 + at / 60)
                for at in range(minute, minute + 144)
                for meter in range(METERS)
            ]
        )


def _drain(broker: Broker, folder: Path) -> tuple[float, float]:
    """Return seconds and the CPU seconds of the box."""
    with closing(Spool(folder / "spool.sqlite", max_wait=timedelta(days=60))) as spool:
        _fill(spool)
        account = Account()
        rationed = RationedSpool(spool)
        uplink = Uplink(
            "bench", broker_address(broker.url), account, spool, rationed, clock=lambda: datetime.now(UTC)
        )
        thread = threading.Thread(target=uplink.run)
        started, used = time.perf_counter(), time.process_time()
        thread.start()
        while spool.depth() and time.perf_counter() - started < WITHIN_S:
            time.sleep(0.005)
        taken_s, used_s = time.perf_counter() - started, time.process_time() - used
        uplink.stop()
        thread.join()
        assert not spool.depth(), uplink.statistics()
    return taken_s, used_s


def _demand_all(file: Path) -> None:
    with closing(EmbeddedStore(file)) as store:
        stored = sum(len(store.read(f"strom-{number}", QUANTITY)) for number in range(METERS))
    assert stored == READINGS, f"{stored} of {READINGS} arrived"


def measure() -> list[Figure]:
    """Return the readings per second from the box's spool into the centre's store."""
    spawn = multiprocessing.get_context("spawn")
    listening, stop = spawn.Event(), spawn.Event()
    Path(".bench").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=".bench") as place:
        folder = Path(place).resolve()
        file = folder / "centre.sqlite"
        with mosquitto_broker(folder) as broker:
            centre = spawn.Process(target=_receive, args=(broker.url, file, listening, stop))
            centre.start()
            listening.wait(WITHIN_S)
            taken_s, used_s = _drain(broker, folder)
            stop.set()
            centre.join()
        _demand_all(file)
    details: dict[str, float | int | str] = {
        "readings": READINGS,
        "seconds": taken_s,
        "box_cpu_us_per_reading": used_s / READINGS * 1e6,
    }
    name = "A box's week, from its spool into the centre's store"
    return [Figure(name, READINGS / taken_s, LIMIT_PER_S, "at least", "readings/s", details)]
