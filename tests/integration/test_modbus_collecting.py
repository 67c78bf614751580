"""Simulated devices on real sockets, read by the collector."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime

from collector.collecting import Collector
from collector.simulation import Simulation
from config.meters.meter import Meter
from config.portfolio.portfolio import Portfolio
from config.portfolio.sources import ModbusTcpBus
from gateway.reading import milliseconds
from tests.servers.search import LOOPBACK, free_port
from tests.unit.collector.portfolio import METER, modbus_meter, portfolio
from tests.unit.collector.sinks import MemorySink

PROFILES = {"test_meter": METER}


@contextlib.asynccontextmanager
async def collecting(place: Portfolio, sink: MemorySink) -> AsyncIterator[Collector]:
    async with Collector(place, PROFILES, sink, environ={}) as collector:
        task = asyncio.create_task(collector.run())
        try:
            yield collector
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task


async def until(condition: Callable[[], bool], *, within_s: float = 10.0) -> None:
    async with asyncio.timeout(within_s):
        while not condition():
            await asyncio.sleep(0.02)


def test_a_register_becomes_a_reading_with_the_time_of_the_poll() -> None:
    async def scene() -> None:
        bus = ModbusTcpBus("bus", LOOPBACK, free_port())
        place = portfolio([modbus_meter("strom", 3)], [bus])
        sink, before = MemorySink(), datetime.now(UTC)
        async with Simulation(place, PROFILES, lambda meter, now: 40482.8), collecting(place, sink) as collector:
            await until(lambda: len(sink.of("strom")) >= 2)
        assert set(sink.of("strom")) == {40482.8}
        times_ms = [key[2] for key in sink.values]
        assert milliseconds(before) <= min(times_ms) <= max(times_ms) <= milliseconds(datetime.now(UTC))
        assert collector.statistics().sources[0].offline == {}

    asyncio.run(scene())


def test_a_dead_unit_costs_its_neighbours_on_the_bus_few_polls() -> None:
    async def scene() -> None:
        bus = ModbusTcpBus("bus", LOOPBACK, free_port())
        place = portfolio([modbus_meter(f"strom-{unit}", unit) for unit in range(1, 6)], [bus])
        sink = MemorySink()

        def values(meter: Meter, now: datetime) -> float | None:
            return None if meter.id == "strom-3" else 1.0

        async with Simulation(place, PROFILES, values), collecting(place, sink) as collector:
            await until(lambda: len(sink.of("strom-5")) >= 15)
        assert sink.of("strom-3") == []
        assert len(sink.of("strom-1")) >= 10
        assert collector.statistics().sources[0].faults == {"silent": 1}

    asyncio.run(scene())
