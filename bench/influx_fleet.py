"""A thousand Modbus meters polled every ten seconds into a real InfluxDB, against what Telegraf 1.37 was measured at.

Telegraf's figures are absolute and stem from a quiet machine of two cores: 107–143 µs of its own CPU a poll, 102 MB,
99 of 100 polls within 95 ms. So the table says how busy this machine was, and what one bare read took on it
(32 µs on that one).
"""

import multiprocessing
import os
import tempfile
from pathlib import Path

from bench.figures import Figure
from bench.influx_collecting import Place, Polling, collect
from bench.modbus_fleet import MEASURED_S, METERS, METERS_EVERY_S
from bench.modbus_poll import SERIES
from bench.simulated_fleet import Manner, fleet
from tests.servers.influx import InfluxProgram, influx_program

TELEGRAF_US = (107.0, 143.0)
CPU_LIMIT_US = 1.2 * TELEGRAF_US[1]
MEMORY_LIMIT_MB = 102.0
LATENESS_LIMIT_MS = 95.0
NAME = f"{METERS} meters × {2 * SERIES} registers every {METERS_EVERY_S:.0f} s into InfluxDB"


def _place(influxd: InfluxProgram, gateway_port: int, folder: Path) -> Place:
    server = influxd.server
    process = influxd._process
    assert process is not None
    bucket = server.fresh_bucket()
    return Place(gateway_port, folder / "spool.sqlite", process.pid, server.url, server.token, server.org, bucket)


def _polling(folder: Path) -> Polling:
    context = multiprocessing.get_context("spawn")
    with influx_program(folder) as influxd, fleet([{1: Manner.ANSWERS}]) as (port,):
        here, there = context.Pipe()
        process = context.Process(target=collect, args=(there, _place(influxd, port, folder)))
        process.start()
        there.close()  # so that one that fails is heard of
        polling: Polling = here.recv()
        process.join()
    assert polling.waiting == 0, f"{polling.waiting} readings never left the spool"
    assert polling.late_s, "nothing was stored"
    return polling


def _cpu_figure(polling: Polling) -> Figure:
    used = polling.used
    own_us = used.cpu_s / used.polls * 1e6
    details: dict[str, float | int | str] = {
        "is": "CPU of collector, spool and forwarder, without influxd's",
        "telegraf_us": f"{TELEGRAF_US[0]:.0f}–{TELEGRAF_US[1]:.0f}",
        "influxd_us": used.influxd_cpu_s / used.polls * 1e6,
        "bare_read_us": polling.bare_us,
        "polls": used.polls,
        "missed": used.missed,
        "forwarded": used.forwarded,
        "core_percent": 100 * used.cpu_s / MEASURED_S,
        "machine_load": os.getloadavg()[0],
    }
    return Figure(f"{NAME}: CPU a poll, at most 1.2 × Telegraf's", own_us, CPU_LIMIT_US, "at most", "µs", details)


def _lateness_figure(polling: Polling) -> Figure:
    details: dict[str, float | int | str] = {
        "is": "against each meter's own slot",
        "median_ms": _share(polling.late_s, 0.5),
        "p99_after_tick_ms": _share(polling.after_tick_s, 0.99),
        "median_after_tick_ms": _share(polling.after_tick_s, 0.5),
        "stored_polls": len(polling.late_s),
    }
    p99_ms = _share(polling.late_s, 0.99)
    return Figure(f"{NAME}: p99 lateness, Telegraf's", p99_ms, LATENESS_LIMIT_MS, "at most", "ms", details)


def _share(lateness_s: tuple[float, ...], share: float) -> float:
    return 1000 * sorted(lateness_s)[int(share * len(lateness_s))]


def measure() -> list[Figure]:
    """Return CPU per poll, resident memory and lateness of the process that collects."""
    Path(".bench").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=".bench") as place:  # a real disk, as for every spool
        polling = _polling(Path(place).resolve())
    parts: dict[str, float | int | str] = {
        "is": "collector, spool, forwarder and store, without the other parts of the product"
    }
    memory = Figure(
        f"{NAME}: resident memory, Telegraf's", polling.resident_mb, MEMORY_LIMIT_MB, "at most", "MB", parts
    )
    return [_cpu_figure(polling), memory, _lateness_figure(polling)]
