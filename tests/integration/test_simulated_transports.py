"""Simulated devices behind every kind of bus, read by the collector."""

import asyncio
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import uvloop
from pymodbus.client import AsyncModbusSerialClient

from collector.modbus.bus import Bus
from collector.modbus.faults import Fault, ModbusFault
from collector.modbus.frames import request
from collector.modbus.plan import Block
from collector.simulation import Simulation
from config.errors import Unreachable
from config.meters.meter import Meter
from config.portfolio.sources import ModbusBus, ModbusRtuBus, ModbusRtuTcpBus, ModbusTcpBus, ModbusUdpBus
from gateway.backoff import Backoff
from tests.integration.rtu_line import cable
from tests.integration.test_modbus_collecting import PROFILES, collecting, until
from tests.servers.search import LOOPBACK, free_port
from tests.unit.collector.portfolio import modbus_meter, portfolio
from tests.unit.collector.sinks import MemorySink

KINDS: dict[str, Callable[[Path], ModbusBus]] = {
    "modbus_tcp": lambda _: ModbusTcpBus("bus", LOOPBACK, free_port()),
    "modbus_rtu_tcp": lambda _: ModbusRtuTcpBus("bus", LOOPBACK, free_port()),
    "modbus_udp": lambda _: ModbusUdpBus("bus", LOOPBACK, free_port()),
    "modbus_rtu": lambda folder: ModbusRtuBus("bus", str(folder / "ttyUSB0"), baud=19200, parity="E"),
}
LOOPS = {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}


def shown(meter: Meter, _now: object) -> float | None:
    return None if meter.id == "tot" else 40482.8


@pytest.fixture(params=KINDS)
def bus(request: pytest.FixtureRequest, tmp_path: Path) -> ModbusBus:
    """A bus of every kind, one after the other."""
    return KINDS[request.param](tmp_path)


@pytest.mark.parametrize("loop", LOOPS.values(), ids=LOOPS)
def test_meters_behind_a_bus_of_any_kind_are_read_and_a_dead_one_is_silent(
    bus: ModbusBus, loop: Callable[[], asyncio.AbstractEventLoop]
) -> None:
    async def scene() -> None:
        place = portfolio([modbus_meter("strom", 1), modbus_meter("tot", 2), modbus_meter("mensa", 3)], [bus])
        sink = MemorySink()
        async with Simulation(place, PROFILES, shown), collecting(place, sink) as collector:
            await until(lambda: len(sink.of("strom")) >= 3 and len(sink.of("mensa")) >= 3)
            await until(lambda: collector.statistics().sources[0].faults != {})
        assert set(sink.of("strom")) == set(sink.of("mensa")) == {40482.8}
        assert sink.of("tot") == []
        assert collector.statistics().sources[0].faults == {"silent": 1}

    with asyncio.Runner(loop_factory=loop) as runner:
        runner.run(scene())


def test_a_unit_that_nobody_has_is_the_gateways_to_tell_and_silent_where_frames_are_passed_on(bus: ModbusBus) -> None:
    tells = isinstance(bus, ModbusTcpBus | ModbusUdpBus)

    async def scene() -> None:
        asking = Bus(bus, timeout_s=0.3, backoff=Backoff(0.0, 0.0))
        async with Simulation(portfolio([modbus_meter("strom", 1)], [bus]), PROFILES, shown):
            with pytest.raises(ModbusFault) as caught:
                await asking.read(request(99, Block(4, 0, 4, ())))
            assert caught.value.fault is (Fault.GATEWAY if tells else Fault.SILENT)
            assert len(await asking.read(request(1, Block(4, 0, 4, ())))) == 8
            asking.close()

    asyncio.run(scene())


def test_a_taken_address_is_told_with_bus_and_place(bus: ModbusBus) -> None:
    async def scene() -> None:
        place = portfolio([modbus_meter("strom", 1)], [bus])
        async with Simulation(place, PROFILES, shown):
            with pytest.raises(Unreachable, match=rf"bus: .*{Path(_place(bus)).name}"):
                async with Simulation(place, PROFILES, shown):
                    pass

    asyncio.run(scene())


def test_a_line_that_exists_is_answered_on_and_stays(tmp_path: Path) -> None:
    async def scene() -> None:
        async with cable() as (near, far):
            bus = ModbusRtuBus("bus", far, baud=19200, parity="E")
            place, sink = portfolio([modbus_meter("strom", 1)], [bus]), MemorySink()
            asked_at = replace(place, sources=(replace(bus, device=near),))
            async with Simulation(place, PROFILES, shown), collecting(asked_at, sink):
                await until(lambda: len(sink.of("strom")) >= 2)
            assert set(sink.of("strom")) == {40482.8}
            os.close(os.open(far, os.O_RDWR | os.O_NOCTTY))

    asyncio.run(scene())


def test_a_made_line_is_gone_with_the_simulation(tmp_path: Path) -> None:
    async def scene() -> None:
        bus = ModbusRtuBus("bus", str(tmp_path / "ttyUSB0"))
        async with Simulation(portfolio([modbus_meter("strom", 1)], [bus]), PROFILES, shown):
            client = AsyncModbusSerialClient(bus.device, baudrate=9600, timeout=1)
            await client.connect()
            answer = await client.read_input_registers(0, count=4, device_id=1)
            assert len(answer.registers) == 4
            client.close()

    asyncio.run(scene())
    assert not list(tmp_path.iterdir())


def test_a_line_that_cannot_be_made_is_told_with_its_path(tmp_path: Path) -> None:
    async def scene() -> None:
        bus = ModbusRtuBus("bus", str(tmp_path / "nowhere" / "ttyUSB0"))
        async with Simulation(portfolio([modbus_meter("strom", 1)], [bus]), PROFILES, shown):
            pass

    with pytest.raises(Unreachable, match=r"bus: cannot answer on .*nowhere/ttyUSB0"):
        asyncio.run(scene())


def _place(bus: ModbusBus) -> str:
    return bus.device if isinstance(bus, ModbusRtuBus) else f"{bus.host}:{bus.port}"
