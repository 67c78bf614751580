"""The process that polls a thousand meters into InfluxDB: collector, spool, forwarder and store, and what they used.

It imports none of the servers that the benchmark starts, for its memory is measured.
"""

import asyncio
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path

from pymodbus.client import AsyncModbusTcpClient

from bench.modbus_fleet import MEASURED_S, METERS_EVERY_S, WARM_UP_S, _portfolio, _resident_mb
from bench.modbus_poll import POLLS, _bare, _profile
from bench.simulated_fleet import HOST
from collector.collecting import Collector
from collector.modbus.device import Device
from collector.modbus.polling import tick_s
from gateway.forwarder import Forwarder
from gateway.influx.store import InfluxStore
from gateway.spool import Spool
from zaehlwerk.processes.running import run_async

BETWEEN_TICKS_S = 0.5
DRAINED_WITHIN_S = 2.0
ONE_SERIES = "voltage.L1"
CLOCKS_DIFFER_S = 0.005  # the event loop's clock and the readings' are read one after the other, to milliseconds


@dataclass(frozen=True, slots=True)
class Place:
    """Where the meters answer, where the spool is, and which InfluxDB of which process takes the readings."""

    gateway_port: int
    spool: Path
    influxd: int
    url: str
    token: str = field(repr=False)
    org: str
    bucket: str


@dataclass(frozen=True, slots=True)
class Used:
    """What both processes used up to a moment [s], and what was done by then."""

    cpu_s: float
    influxd_cpu_s: float
    polls: int
    missed: int
    forwarded: int

    def since(self, before: "Used") -> "Used":
        """Return what came after `before`."""
        return Used(
            self.cpu_s - before.cpu_s,
            self.influxd_cpu_s - before.influxd_cpu_s,
            self.polls - before.polls,
            self.missed - before.missed,
            self.forwarded - before.forwarded,
        )


@dataclass(frozen=True, slots=True)
class Polling:
    """What polling used and how late the stored readings are.

    `late_s` is against each device's own slot, `after_tick_s` against the tick that started the poll. `bare_us` is
    the CPU of one bare read of the same block by pymodbus, right after: the least that it can take on this machine.
    """

    used: Used
    bare_us: float
    resident_mb: float
    waiting: int
    late_s: tuple[float, ...]
    after_tick_s: tuple[float, ...]


def collect(pipe: Connection, place: Place) -> None:
    """Poll, measure, and send a `Polling`."""

    async def work() -> None:
        pipe.send(await _collected(place))

    run_async(work())


async def _collected(place: Place) -> Polling:
    spool = Spool(place.spool)
    store = InfluxStore(place.url, place.token, place.org, place.bucket)
    collector = Collector(_portfolio(place.gateway_port), {"bench": _profile()}, spool, environ={})
    async with collector, Forwarder(spool, store) as forwarder:
        running = [asyncio.create_task(job()) for job in (collector.run, forwarder.run)]
        await asyncio.sleep(WARM_UP_S + BETWEEN_TICKS_S)
        before, start_ms = _used(collector, forwarder, place), _wall_ms()
        await asyncio.sleep(MEASURED_S)
        used, end_ms = _used(collector, forwarder, place).since(before), _wall_ms()
        resident_mb = _resident_mb()
        running[0].cancel()
        await asyncio.sleep(DRAINED_WITHIN_S)
        running[1].cancel()
        await asyncio.gather(*running, return_exceptions=True)
    devices = [device for polling in collector._pollings for device in polling.devices]
    late = list(_lateness(devices, store, start_ms, end_ms))
    waiting, bare_us = spool.depth(), await _bare_us(place.gateway_port)
    spool.close()
    store.close()
    return Polling(used, bare_us, resident_mb, waiting, tuple(one for one, _ in late), tuple(one for _, one in late))


async def _bare_us(port: int) -> float:
    client = AsyncModbusTcpClient(HOST, port=port, timeout=1, retries=0)
    await client.connect()
    await _bare(client)  # warms up
    cpu_s = await _bare(client)
    client.close()
    return cpu_s / POLLS * 1e6


def _lateness(devices: list[Device], store: InfluxStore, start_ms: int, end_ms: int) -> Iterator[tuple[float, float]]:
    offset_s = time.time() - asyncio.get_running_loop().time()
    first_s, pause_s = devices[0].slot_s + offset_s, tick_s(devices)
    for device in devices:
        for time_ms in store.read(device.meters[0], ONE_SERIES).time_ms.tolist():
            if start_ms <= time_ms < end_ms:
                at_s = time_ms / 1000
                yield _after(at_s, device.slot_s + offset_s, METERS_EVERY_S), _after(at_s, first_s, pause_s)


def _after(at_s: float, slot_s: float, every_s: float) -> float:
    return max(0.0, (at_s - slot_s + CLOCKS_DIFFER_S) % every_s - CLOCKS_DIFFER_S)


def _used(collector: Collector, forwarder: Forwarder, place: Place) -> Used:
    sources = collector.statistics().sources
    return Used(
        time.process_time(),
        _cpu_s(place.influxd),
        sum(source.polls for source in sources),
        sum(source.missed for source in sources),
        forwarder.statistics.forwarded,
    )


def _cpu_s(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _wall_ms() -> int:
    return round(time.time() * 1000)
