"""A thousand Modbus meters polled every ten seconds by `collect` into a real InfluxDB, against Telegraf 1.37.

Telegraf's figures are absolute and stem from a quiet machine of two cores: 107–143 µs of its own CPU a poll, 102 MB,
99 of 100 polls within 95 ms. So the table says how busy this machine was, and what one bare read took on it
(32 µs on that one).
"""

import asyncio
import os
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from pymodbus.client import AsyncModbusTcpClient

from bench.collect_program import Program, collecting, write_portfolio
from bench.figures import Figure
from bench.modbus_poll import POLLS, SERIES, _bare
from bench.simulated_fleet import HOST, Manner, fleet
from gateway.influx.store import InfluxStore
from tests.servers.influx import InfluxProgram, influx_program

METERS, EVERY_S = 1000, 10
WARM_UP_S, MEASURED_S, STARTED_WITHIN_S = 20.0, 40.0, 60.0
DRAINED_S = 2.0
ONE_SERIES = "voltage.L1"
EVERY_MS = 1000 * EVERY_S
TICK_MS = 1000  # a tenth of the interval: devices are due on ticks
TELEGRAF_US = (107.0, 143.0)
CPU_LIMIT_US = 1.2 * TELEGRAF_US[1]
MEMORY_LIMIT_MB = 102.0
LATENESS_LIMIT_MS = 95.0
NAME = f"{METERS} meters × {2 * SERIES} registers every {EVERY_S} s into InfluxDB"


@dataclass(frozen=True, slots=True)
class Polling:
    """What `collect` and influxd used in the measured time, and when it read each meter in it [ms since 1970]."""

    cpu_s: float
    influxd_cpu_s: float
    bare_us: float
    resident_mb: float
    read_ms: tuple[tuple[int, ...], ...]

    @property
    def polls(self) -> int:
        """Polls of all meters that came."""
        return sum(len(times_ms) for times_ms in self.read_ms)

    @property
    def missed(self) -> int:
        """Polls that did not come between two that did."""
        return sum(
            round((after - before) / EVERY_MS) - 1
            for times_ms in self.read_ms
            for before, after in pairwise(times_ms)
        )

    def late_ms(self) -> list[int]:
        """How long after the tick that it was due on each poll came [ms], ascending.

        The ticks are those of the process: they lie behind the widest pause in which nobody ever was read. A meter is
        due on the one that its polls, all together, come least long after.
        """
        places = sorted({time_ms % TICK_MS for times_ms in self.read_ms for time_ms in times_ms})
        pauses = [(after - before) % TICK_MS for before, after in zip(places[-1:] + places[:-1], places, strict=True)]
        tick_ms = places[pauses.index(max(pauses))]
        return sorted(late for times_ms in self.read_ms for late in _late_ms(times_ms, tick_ms))


def _late_ms(times_ms: Sequence[int], tick_ms: int) -> list[int]:
    slots_ms = range(tick_ms, tick_ms + EVERY_MS, TICK_MS)
    return min(([(time_ms - slot_ms) % EVERY_MS for time_ms in times_ms] for slot_ms in slots_ms), key=sum)


def _polling(folder: Path) -> Polling:
    (folder / "influxd").mkdir()
    with influx_program(folder / "influxd") as influxd, fleet([{1: Manner.ANSWERS}]) as (port,):
        write_portfolio(folder / "portfolio", port=port, meters=METERS, every=f"PT{EVERY_S}S")
        server, bucket = influxd.server, influxd.server.fresh_bucket()
        store = InfluxStore(server.url, server.token, server.org, bucket)
        environ = {
            "ZAEHLWERK_INFLUX_URL": server.url,
            "ZAEHLWERK_INFLUX_TOKEN": server.token,
            "ZAEHLWERK_INFLUX_ORG": server.org,
            "ZAEHLWERK_INFLUX_BUCKET": bucket,
        }
        with collecting(folder / "portfolio", folder / "state", environ) as program:
            _wait_for_all(store)
            time.sleep(WARM_UP_S)
            polling = _measured(program, _influxd(influxd), store, port)
        store.close()
    return polling


def _measured(program: Program, influxd: Program, store: InfluxStore, port: int) -> Polling:
    before_s, influxd_before_s, start_ms = program.cpu_s(), influxd.cpu_s(), _wall_ms()
    time.sleep(MEASURED_S)
    cpu_s, influxd_cpu_s = program.cpu_s() - before_s, influxd.cpu_s() - influxd_before_s
    end_ms, resident_mb = start_ms + round(MEASURED_S * 1000), program.resident_mb()
    bare_us = asyncio.run(_bare_us(port))
    time.sleep(DRAINED_S)
    series = (store.read(f"strom-{number}", ONE_SERIES).time_ms.tolist() for number in range(METERS))
    read_ms = tuple(tuple(one for one in times_ms if start_ms <= one < end_ms) for times_ms in series)
    return Polling(cpu_s, influxd_cpu_s, bare_us, resident_mb, read_ms)


def _wait_for_all(store: InfluxStore) -> None:
    deadline_s = time.monotonic() + STARTED_WITHIN_S
    while len({meter for meter, _ in store.newest()}) < METERS:
        assert time.monotonic() < deadline_s, "not every meter was read"
        time.sleep(1)


def _influxd(influxd: InfluxProgram) -> Program:
    process = influxd._process
    assert process is not None
    return Program(process.pid)


async def _bare_us(port: int) -> float:
    client = AsyncModbusTcpClient(HOST, port=port, timeout=1, retries=0)
    await client.connect()
    await _bare(client)  # warms up
    cpu_s = await _bare(client)
    client.close()
    return cpu_s / POLLS * 1e6


def _wall_ms() -> int:
    return round(time.time() * 1000)


def _cpu_figure(polling: Polling) -> Figure:
    polls = polling.polls
    details: dict[str, float | int | str] = {
        "is": "CPU of `zaehlwerk collect`, without influxd's",
        "telegraf_us": f"{TELEGRAF_US[0]:.0f}–{TELEGRAF_US[1]:.0f}",
        "influxd_us": polling.influxd_cpu_s / polls * 1e6,
        "bare_read_us": polling.bare_us,
        "polls": polls,
        "missed": polling.missed,
        "core_percent": 100 * polling.cpu_s / MEASURED_S,
        "machine_load": os.getloadavg()[0],
    }
    own_us = polling.cpu_s / polls * 1e6
    return Figure(f"{NAME}: CPU a poll, at most 1.2 × Telegraf's", own_us, CPU_LIMIT_US, "at most", "µs", details)


def _lateness_figure(polling: Polling) -> Figure:
    late_ms = polling.late_ms()
    details: dict[str, float | int | str] = {
        "is": "against the tick that it was due on",
        "median_ms": late_ms[len(late_ms) // 2],
        "stored_polls": len(late_ms),
    }
    p99_ms = float(late_ms[int(0.99 * len(late_ms))])
    return Figure(f"{NAME}: p99 lateness, Telegraf's", p99_ms, LATENESS_LIMIT_MS, "at most", "ms", details)


def measure() -> list[Figure]:
    """Return CPU per poll, resident memory and lateness of the process that collects."""
    Path(".bench").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=".bench") as place:  # a real disk, as for every spool
        polling = _polling(Path(place).resolve())
    parts: dict[str, float | int | str] = {"is": "the whole process of `zaehlwerk collect`"}
    memory = Figure(
        f"{NAME}: resident memory, Telegraf's", polling.resident_mb, MEMORY_LIMIT_MB, "at most", "MB", parts
    )
    return [_cpu_figure(polling), memory, _lateness_figure(polling)]
