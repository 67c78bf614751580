"""Twenty minutes of a county: does `collect` stay as it is?

A thousand Modbus meters polled every ten seconds and a thousand MQTT messages a second, through `zaehlwerk collect`
and its durable spool into a real InfluxDB. Meters, mosquitto with the shipped configuration, publisher and InfluxDB
have processes of their own. What `collect` holds is sampled from outside every ten seconds; the first quarter of the
time is its warm-up.
"""

import multiprocessing
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from multiprocessing.connection import Connection
from pathlib import Path

from bench.collect_program import Program, collecting, write_portfolio
from bench.figures import Figure
from bench.foreign_publisher import QUANTITY, ForeignPublisher, foreign_meter, foreign_name
from bench.influx_fleet import EVERY_S, METERS, ONE_SERIES, _wait_for_all
from bench.resources import resources
from bench.simulated_fleet import Manner, fleet
from bench.soaked import MESSAGES_PER_S, Sample, Soaked, figures, write_samples
from gateway.influx.store import InfluxStore
from gateway.spool import spool_depth
from tests.servers.influx import influx_program
from tests.servers.mosquitto import mosquitto_program

MINUTES = 20.0
SHORTEST_MINUTES = 1.0
MQTT_METERS = 200
SAMPLED_EVERY_S = 10.0
LOOK_EVERY_S = 0.5
STORED_WITHIN_S = 60.0
SPOOL = "spool.sqlite"


def _publish(pipe: Connection, host: str, port: int, for_s: float) -> None:
    publisher = ForeignPublisher(host, port, meters=MQTT_METERS, first_ms=round(time.time() * 1000))
    end_s = time.monotonic() + for_s
    for _ in publisher.steadily(MESSAGES_PER_S, is_over=lambda: time.monotonic() >= end_s):
        pass
    publisher.close()
    pipe.send(publisher.published)


@contextmanager
def _scene(folder: Path) -> Iterator[tuple[Program, InfluxStore, str, int]]:
    """Run everything but the publisher; gives `collect`, its store, and where the broker is, once all are polled."""
    for name in ("influxd", "broker"):
        (folder / name).mkdir()
    with (
        influx_program(folder / "influxd") as influxd,
        mosquitto_program(folder / "broker") as broker,
        fleet([{1: Manner.ANSWERS}]) as (port,),
    ):
        heard = [foreign_meter(number) for number in range(MQTT_METERS)]
        every = f"PT{EVERY_S}S"
        write_portfolio(
            folder / "portfolio", port=port, meters=METERS, every=every, broker_url=broker.url, heard=heard
        )
        server, bucket = influxd.server, influxd.server.fresh_bucket()
        given = {"URL": server.url, "TOKEN": server.token, "ORG": server.org, "BUCKET": bucket}
        environ = {f"ZAEHLWERK_INFLUX_{name}": value for name, value in given.items()}
        with (
            closing(InfluxStore(server.url, server.token, server.org, bucket, timeout_s=60)) as store,
            collecting(folder / "portfolio", folder / "state", environ) as program,
        ):
            _wait_for_all(store)
            yield program, store, broker.host, broker.port


def _soaked(folder: Path, for_s: float) -> Soaked:
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    with _scene(folder) as (program, store, host, port):
        publisher = context.Process(target=_publish, args=(there, host, port, for_s))
        publisher.start()
        there.close()  # so that one that fails is heard of
        start_ms, used_s = round(time.time() * 1000), program.cpu_s()
        samples = tuple(_samples(program, folder / "state" / SPOOL, for_s))
        end_ms, used_s = round(time.time() * 1000), program.cpu_s() - used_s
        published: int = here.recv()
        publisher.join()
        stored = _stored(store, published)
        return Soaked(samples, used_s, published, stored, _polls(store, start_ms, end_ms))


def _samples(program: Program, spool: Path, for_s: float) -> Iterator[Sample]:
    started_s = time.monotonic()
    deepest, next_s = 0, SAMPLED_EVERY_S
    while next_s <= for_s:
        time.sleep(LOOK_EVERY_S)
        deepest = max(deepest, spool_depth(spool))
        if (at_s := time.monotonic() - started_s) >= next_s:
            yield Sample(at_s, resources(program.process), deepest, _size_mb(spool))
            deepest, next_s = 0, next_s + SAMPLED_EVERY_S


def _size_mb(database: Path) -> float:
    return sum(file.stat().st_size for file in database.parent.glob(f"{database.name}*")) / 2**20


def _stored(store: InfluxStore, published: int) -> int:
    """Return how many messages are in the store, once they all are or the time is over."""
    deadline_s = time.monotonic() + STORED_WITHIN_S
    while True:
        stored = sum(len(store.read(foreign_name(meter), QUANTITY)) for meter in range(MQTT_METERS))
        if stored >= published or time.monotonic() > deadline_s:
            return stored
        time.sleep(1)


def _polls(store: InfluxStore, start_ms: int, end_ms: int) -> list[list[int]]:
    """Return when each meter was read [ms], ascending."""
    series = (store.read(f"strom-{number}", ONE_SERIES) for number in range(METERS))
    return [[time_ms for time_ms in one.time_ms.tolist() if start_ms <= time_ms < end_ms] for one in series]


def measure(minutes: float = MINUTES) -> list[Figure]:
    """Return what memory, open things, polls and spool did in so many minutes, at least one.

    Leaves every sample in `.bench/soak.csv`.
    """
    Path(".bench").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=".bench") as place:  # a real disk, as for every spool
        soaked = _soaked(Path(place).resolve(), 60 * max(minutes, SHORTEST_MINUTES))
    write_samples(soaked, Path(".bench/soak.csv"))
    return figures(soaked)
