"""Our bus against pymodbus' own server, so that both ends of a test are not ours."""

import asyncio
import struct

from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import SimData, SimDevice
from pymodbus.simulator.simutils import DataType

from collector.modbus.bus import Bus
from collector.modbus.decode import BlockDecoder, Series
from collector.modbus.faults import Fault, ModbusFault
from collector.modbus.frames import request
from collector.modbus.plan import Block, plan
from config.portfolio.sources import ModbusTcpBus
from tests.servers.search import LOOPBACK, free_port
from tests.unit.collector.portfolio import profile, register


def test_registers_of_an_independent_server_are_read_as_they_are() -> None:
    async def scene() -> None:
        energy = register("active_energy_import", 10, count=4, type="float64", function_code=3)
        words = list(struct.unpack(">4H", struct.pack(">d", 40482.8)))
        devices = [SimDevice(unit, [SimData(10, values=words, datatype=DataType.REGISTERS)]) for unit in (1, 2)]
        port = free_port()
        server = ModbusTcpServer(devices, address=(LOOPBACK, port))
        await server.serve_forever(background=True)
        bus = Bus(ModbusTcpBus("bus", LOOPBACK, port))
        (block,) = plan(profile(energy), [energy])
        decoder = BlockDecoder(block, [Series("strom", "active_energy_import", energy)])
        try:
            payload = await bus.read(request(2, block))
            assert decoder.readings(payload, 1_000) == [("strom", "active_energy_import", 1_000, 40482.8)]
            assert await _fault(bus, Block(3, 500, 2, ())) is Fault.ILLEGAL
        finally:
            bus.close()
            await server.shutdown()  # type: ignore[no-untyped-call]  # pymodbus leaves it untyped

    asyncio.run(scene())


async def _fault(bus: Bus, block: Block) -> Fault | None:
    try:
        await bus.read(request(1, block))
    except ModbusFault as error:
        return error.fault
    return None
