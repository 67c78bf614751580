"""Many meters at once: what dead ones cost the others, and what a thousand cost the machine.

The simulated gateways run in a process of their own. A poll that is late but within its interval is not missed.
"""

import asyncio
import multiprocessing
import resource
import sqlite3
import statistics
import struct
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path

from pymodbus.client import AsyncModbusTcpClient

from bench.figures import Figure
from bench.modbus_poll import QUANTITIES, SERIES, _profile
from bench.simulated_fleet import HOST, Gateway, Manner, fleet
from collector.batch import Batch
from collector.collecting import Collector
from collector.modbus.bus import Bus
from collector.modbus.device import Device, devices_of
from collector.modbus.polling import BusPolling, tick
from config.meters.meter import Meter, ModbusSource
from config.portfolio.portfolio import District, Portfolio
from config.portfolio.properties import Property
from config.portfolio.sources import ModbusTcpBus
from gateway.embedded import EmbeddedStore
from gateway.reading import Reading, Receipt, Refused

EVERY_S = 1.0
GATEWAYS, UNITS, FLEET_FOR_S = 20, 10, 30.0
ALONE, DEAD, ALONE_FOR_S, ALONE_ROUNDS = 100, 10, 10.0, 2
METERS, METERS_EVERY_S, WARM_UP_S, MEASURED_S = 1000, 10.0, 12.0, 20.0
DUE_AT_THE_END_S = 0.3


class Noted:
    """A sink that notes when a meter was read."""

    def __init__(self) -> None:
        self.times_s: dict[str, list[float]] = defaultdict(list)

    def append(self, readings: Sequence[Reading], _refused: Sequence[Refused] = ()) -> Receipt:
        """Note the times of the meters' readings."""
        for meter, time_ms in {(one.meter, one.time_ms) for one in readings}:
            self.times_s[meter].append(time_ms / 1000)
        return Receipt(len(readings), 0)

    def ready(self) -> None:
        """Always."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the polls of live units: how many were due and missed, and how late the others were [s]."""

    due: int
    missed: int
    lateness_s: tuple[float, ...]

    @property
    def p99_s(self) -> float:
        """Lateness that 99 of 100 polls stay below."""
        return sorted(self.lateness_s)[int(0.99 * len(self.lateness_s))]


def _meter(bus: int, unit: int, every_s: float) -> Meter:
    source = ModbusSource(f"bus-{bus}", unit, "bench", timedelta(seconds=every_s), tuple(QUANTITIES))
    name = f"strom-{bus}-{unit}"
    return Meter(name, "schule", "electricity_import", "kWh", "active_energy_import", source=source)


async def _polled(ports: Sequence[int], gateways: Sequence[Gateway], for_s: float) -> Outcome:
    clock_s = asyncio.get_running_loop().time
    sink = Noted()
    batch = Batch(sink)
    meters = [_meter(bus, unit, EVERY_S) for bus, gateway in enumerate(gateways) for unit in gateway]
    devices = devices_of(meters, {"bench": _profile()})
    pollings = [
        BusPolling(
            Bus(ModbusTcpBus(f"bus-{number}", HOST, port)),
            devices[f"bus-{number}"],
            batch,
            time_ms=lambda: round(clock_s() * 1000),
            clock_s=clock_s,
        )
        for number, port in enumerate(ports)
    ]
    tasks = [asyncio.create_task(polling.run()) for polling in pollings]
    tasks.append(asyncio.create_task(tick(pollings, clock_s=clock_s)))
    await asyncio.sleep(for_s)
    ended_s = clock_s()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    batch.flush()
    live = [
        (device, sink.times_s[device.meters[0]])
        for polling, gateway in zip(pollings, gateways, strict=True)
        for device in polling.devices
        if gateway[device.unit] is Manner.ANSWERS
    ]
    return _outcome(live, ended_s)


def _outcome(live: Sequence[tuple[Device, list[float]]], ended_s: float) -> Outcome:
    due = missed = 0
    lateness_s: list[float] = []
    for device, times_s in live:
        slots = int((ended_s - DUE_AT_THE_END_S - device.slot_s) / EVERY_S) + 1
        read = {int((at_s - device.slot_s + 0.001) / EVERY_S) for at_s in times_s}
        due += slots
        missed += len(set(range(slots)) - read)
        lateness_s += [(at_s - device.slot_s) % EVERY_S for at_s in times_s]
    return Outcome(due, missed, tuple(lateness_s))


def _fleet_figures() -> list[Figure]:
    gateway = {unit: Manner.SILENT if unit == UNITS // 2 else Manner.ANSWERS for unit in range(1, UNITS + 1)}
    gateways = [gateway] * GATEWAYS
    with fleet(gateways) as ports:
        outcome = asyncio.run(_polled(ports, gateways, FLEET_FOR_S))
    details: dict[str, float | int | str] = {
        "due": outcome.due,
        "missed": outcome.missed,
        "p99_late_ms": outcome.p99_s * 1000,
        "seconds": FLEET_FOR_S,
    }
    name = f"{GATEWAYS} gateways × {UNITS} units every second, one silent each: live polls missed"
    return [Figure(name, 100 * outcome.missed / outcome.due, 1.0, "at most", "%", details)]


def _dead_figures() -> list[Figure]:
    dead = (Manner.REFUSES, Manner.SILENT, Manner.NONSENSE)
    healthy: list[Gateway] = [{1: Manner.ANSWERS}] * ALONE
    wounded = [{1: dead[number % 3]} if number < DEAD else gateway for number, gateway in enumerate(healthy)]
    without: list[Outcome] = []
    among: list[Outcome] = []
    for _ in range(ALONE_ROUNDS):
        for gateways, outcomes in ((healthy, without), (wounded, among)):
            with fleet(gateways) as ports:
                outcomes.append(asyncio.run(_polled(ports, gateways, ALONE_FOR_S)))
    missed = sum(one.missed for one in among)
    p99_s = [statistics.median(one.p99_s for one in outcomes) for outcomes in (among, without)]
    lateness: dict[str, float | int | str] = {"with_ms": p99_s[0] * 1000, "without_ms": p99_s[1] * 1000}
    polls: dict[str, float | int | str] = {"due": sum(one.due for one in among), "dead": DEAD, "meters": ALONE}
    return [
        Figure("10 % dead devices: polls of the others missed", missed, 0, "at most", "polls", polls),
        Figure(
            "10 % dead devices: p99 lateness against none dead", p99_s[0] / p99_s[1], 2.0, "at most", "×", lateness
        ),
    ]


@dataclass(frozen=True, slots=True)
class Cost:
    """What a process used: CPU [s] in the measured time, readings stored in it, resident memory in the end [MB]."""

    cpu_s: float
    stored: int
    resident_mb: float


async def _measured(stored: Callable[[], int]) -> tuple[float, int]:
    await asyncio.sleep(WARM_UP_S)
    before_s, before = time.process_time(), stored()
    await asyncio.sleep(MEASURED_S)
    return time.process_time() - before_s, stored() - before


def _portfolio(port: int) -> Portfolio:
    """A thousand meters, each behind a connection of its own to one gateway."""
    meters = tuple(_meter(number, 1, METERS_EVERY_S) for number in range(METERS))
    buses = tuple(ModbusTcpBus(f"bus-{number}", HOST, port) for number in range(METERS))
    district = District("lk-bench", "Landkreis Bench", "RP", "Europe/Berlin", "02486")
    return Portfolio(district, (), (), buses, (Property("schule", "Schule", "m", "schulen", meters=meters),))


def _collect(pipe: Connection, port: int, folder: str) -> None:
    async def collect() -> Cost:
        store = EmbeddedStore(Path(folder) / "readings.sqlite")
        collector = Collector(_portfolio(port), {"bench": _profile()}, store, environ={})
        async with collector:
            running = asyncio.create_task(collector.run())
            cpu_s, stored = await _measured(lambda: sum(one.readings for one in collector.statistics().sources))
            resident_mb = _resident_mb()
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
        store.close()
        return Cost(cpu_s, stored, resident_mb)

    pipe.send(asyncio.run(collect()))


def _loop_barely(pipe: Connection, port: int, folder: str) -> None:
    async def loop() -> Cost:
        clients = [AsyncModbusTcpClient(HOST, port=port, timeout=1, retries=0) for _ in range(METERS)]
        for client in clients:
            await client.connect()
        database = sqlite3.connect(Path(folder) / "bare.sqlite")
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=FULL")
        database.execute(
            "CREATE TABLE reading (meter TEXT, quantity TEXT, time_ms INTEGER, value REAL,"
            " PRIMARY KEY (meter, quantity, time_ms)) WITHOUT ROWID"
        )
        stored = [0]
        ticking = asyncio.create_task(_tick_barely(clients, database, stored))
        cpu_s, count = await _measured(lambda: stored[0])
        await ticking
        database.close()
        for client in clients:
            client.close()
        return Cost(cpu_s, count, _resident_mb())

    pipe.send(asyncio.run(loop()))


async def _tick_barely(
    clients: Sequence[AsyncModbusTcpClient], database: sqlite3.Connection, stored: list[int]
) -> None:
    unpack, pack = struct.Struct(f">{SERIES}f").unpack, struct.Struct(f">{2 * SERIES}H").pack
    quantities = [f"{quantity}.{phase}" for quantity in QUANTITIES for phase in ("L1", "L2", "L3", "N")]
    ticks = round(METERS_EVERY_S)
    number, next_s = 0, time.monotonic()
    end_s = next_s + WARM_UP_S + MEASURED_S + 1.0
    while next_s < end_s:
        rows: list[tuple[str, str, int, float]] = []
        for meter in range(number % ticks, METERS, ticks):
            answer = await clients[meter].read_input_registers(0, count=2 * SERIES, device_id=1)
            time_ms = round(datetime.now(UTC).timestamp() * 1000)
            values = unpack(pack(*answer.registers))
            rows += [
                (f"strom-{meter}-1", name, time_ms, value) for name, value in zip(quantities, values, strict=True)
            ]
        with database:
            database.executemany("INSERT INTO reading VALUES (?, ?, ?, ?)", rows)
        stored[0] += len(rows)
        number, next_s = number + 1, next_s + METERS_EVERY_S / ticks
        await asyncio.sleep(max(0.0, next_s - time.monotonic()))


def _resident_mb() -> float:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _cost_figures() -> list[Figure]:
    context = multiprocessing.get_context("spawn")
    with fleet([{1: Manner.ANSWERS}]) as (port,), tempfile.TemporaryDirectory() as folder:
        pipes = []
        for work in (_collect, _loop_barely):  # at the same time, so that the machine is equally busy for both
            here, there = context.Pipe()
            process = context.Process(target=work, args=(there, port, folder))
            process.start()
            there.close()  # so that one that fails is heard of
            pipes.append((here, process))
        ours, bare = (_received(*one) for one in pipes)
    details: dict[str, float | int | str] = {
        "ours_cpu_s": ours.cpu_s,
        "bare_cpu_s": bare.cpu_s,
        "ours_stored": ours.stored,
        "bare_stored": bare.stored,
        "seconds": MEASURED_S,
        "core_percent": 100 * ours.cpu_s / MEASURED_S,
    }
    per_reading = (ours.cpu_s / ours.stored) / (bare.cpu_s / bare.stored)
    name = f"{METERS} meters × {2 * SERIES} registers every {METERS_EVERY_S:.0f} s, stored"
    return [
        Figure(f"{name}: CPU against a bare loop", per_reading, 1.5, "at most", "×", details),
        Figure(f"{name}: resident memory", ours.resident_mb, 100.0, "at most", "MB", {"bare_mb": bare.resident_mb}),
    ]


def _received(pipe: Connection, process: multiprocessing.process.BaseProcess) -> Cost:
    cost: Cost = pipe.recv()
    process.join()
    return cost


def measure() -> list[Figure]:
    """Return what dead units cost the others, and what a thousand meters cost the machine."""
    return [*_fleet_figures(), *_dead_figures(), *_cost_figures()]
