"""Reading a 40-register meter into 20 readings, against a bare pymodbus loop that reads and unpacks the same block.

Both ask the same simulated meter in another process, in turns, and are compared by the CPU time they take.
"""

import asyncio
import multiprocessing
import statistics
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from multiprocessing.connection import Connection

from pymodbus.client import AsyncModbusTcpClient

from bench.figures import Figure
from collector.modbus.bus import Bus
from collector.modbus.device import Device, devices_of
from collector.simulation.registers import SimulatedDevice
from collector.simulation.servers.opening import tcp_server
from config.meters.meter import Meter, ModbusSource
from config.portfolio.sources import ModbusTcpBus
from config.profiles.registers import ByteOrder, DeviceProfile, GapReads, Register, WordOrder
from gateway.reading import Reading, milliseconds

HOST = "127.0.0.1"
ROUNDS = 15
POLLS = 400
LIMIT = 1.4
SERIES = 20
PHASES = ("L1", "L2", "L3", "N")
QUANTITIES = {
    "voltage": "V",
    "current": "A",
    "active_power": "W",
    "reactive_power": "var",
    "active_energy_import": "kWh",
}


def _profile() -> DeviceProfile:
    places = [(quantity, phase) for quantity in QUANTITIES for phase in PHASES]
    registers = tuple(
        Register(
            quantity=quantity,
            phase=phase,
            address=2 * number,
            count=2,
            type="float32",
            scale=Decimal(1),
            unit=QUANTITIES[quantity],
            function_code=4,
            word_order=WordOrder.MSW_FIRST,
            byte_order=ByteOrder.BIG,
        )
        for number, (quantity, phase) in enumerate(places)
    )
    return DeviceProfile("bench", "Bench", ("Bench",), "electricity_3ph", 60, GapReads.ALLOWED, False, registers, ())


def _meter() -> Meter:
    source = ModbusSource("bus", 1, "bench", timedelta(seconds=1), tuple(QUANTITIES))
    return Meter("strom", "schule", "electricity_import", "kWh", "active_energy_import", source=source)


def _serve(pipe: Connection) -> None:
    async def serve() -> None:
        meter = Meter("strom", "schule", "electricity_import", "kWh", "active_energy_import.L1")
        device = SimulatedDevice(_profile(), (meter,), lambda _meter, _now: 4711.5)
        server = tcp_server(HOST, 0, {1: device}, lambda: datetime.now(UTC))
        await server.start()
        pipe.send(server.port)
        await asyncio.to_thread(pipe.recv)
        await server.stop()

    asyncio.run(serve())


@contextmanager
def _simulated_meter() -> Iterator[int]:
    here, there = multiprocessing.get_context("spawn").Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=(there,))
    process.start()
    yield here.recv()
    here.send("end")
    process.join()


async def _bare(client: AsyncModbusTcpClient) -> float:
    unpack = struct.Struct(f">{SERIES}f").unpack
    pack = struct.Struct(f">{2 * SERIES}H").pack
    values: list[tuple[float, ...]] = []
    started = time.process_time()
    for _ in range(POLLS):
        answer = await client.read_input_registers(0, count=2 * SERIES, device_id=1)
        values.append(unpack(pack(*answer.registers)))
    used = time.process_time() - started
    assert len(values[-1]) == SERIES
    return used


async def _ours(bus: Bus, device: Device) -> float:
    sink: list[Reading] = []
    started = time.process_time()
    for _ in range(POLLS):
        for read in device.reads:
            payload = await bus.read(read.request)
            sink += read.decoder.readings(payload, milliseconds(datetime.now(UTC)))
    used = time.process_time() - started
    assert len(sink) == POLLS * SERIES
    return used


async def _rounds(port: int) -> tuple[list[float], list[float]]:
    client = AsyncModbusTcpClient(HOST, port=port, timeout=1, retries=0)
    await client.connect()
    bus = Bus(ModbusTcpBus("bus", HOST, port))
    (device,) = devices_of([_meter()], {"bench": _profile()})["bus"]
    assert len(device.reads) == 1
    bare, ours = [], []
    for number in range(ROUNDS + 1):  # the first round warms up
        first = await _bare(client)
        second = await _ours(bus, device)
        if number:
            bare.append(first)
            ours.append(second)
    client.close()
    bus.close()
    return bare, ours


def measure() -> list[Figure]:
    """Return the ratio of CPU times, ours to bare pymodbus."""
    with _simulated_meter() as port:
        bare, ours = asyncio.run(_rounds(port))
    ratio = statistics.median(mine / theirs for mine, theirs in zip(ours, bare, strict=True))
    details: dict[str, float | int | str] = {
        "bare_us": statistics.median(bare) / POLLS * 1e6,
        "ours_us": statistics.median(ours) / POLLS * 1e6,
        "rounds": ROUNDS,
        "polls": POLLS,
    }
    return [Figure("Modbus poll, CPU against bare pymodbus", ratio, LIMIT, "at most", details=details)]
