"""Serial lines, RTU frames through TCP, and datagrams: the same readings by every way, and nobody else's."""

import asyncio
import os
import struct
import termios

import pytest
from pymodbus.framer import FramerType
from pymodbus.server import ModbusSerialServer, ModbusTcpServer, ModbusUdpServer
from pymodbus.simulator import SimData, SimDevice
from pymodbus.simulator.simutils import DataType

from collector.collecting import Collector
from collector.modbus.bus import Bus
from collector.modbus.faults import Fault, ModbusFault
from collector.modbus.frames import request
from collector.modbus.plan import Block
from config.portfolio.sources import ModbusRtuBus, ModbusRtuTcpBus, ModbusUdpBus
from gateway.backoff import Backoff
from tests.integration.rtu_line import Script, answer, cable, framed, line
from tests.servers.search import LOOPBACK, free_port
from tests.unit.collector.portfolio import METER, modbus_meter, portfolio
from tests.unit.collector.sinks import MemorySink

BLOCK = Block(3, 0, 2, ())
VALUE = bytes.fromhex("449a522b")
OTHER = bytes.fromhex("11111111")


async def outcome(bus: Bus, unit: int = 1, *, address: int = 0, count: int = 2) -> bytes | Fault:
    try:
        return await bus.read(request(unit, Block(3, address, count, ())))
    except ModbusFault as error:
        return error.fault


async def told(bus: Bus, unit: int, *, address: int, count: int = 2) -> object:
    """Ask until somebody answers, three times at most: a busy machine can be late itself."""
    for _ in range(3):
        found = await outcome(bus, unit, address=address, count=count)
        if found not in {Fault.SILENT, Fault.GARBLED}:
            break
    return found


def serial_bus(device: str, *, timeout_s: float = 0.3) -> Bus:
    return Bus(ModbusRtuBus("keller", device), timeout_s=timeout_s, backoff=Backoff(0.0, 0.0))


def on_a_line(script: Script, *asked: int) -> tuple[list[bytes | Fault], int]:
    """Ask these units one after the other; return what came of it and how many requests the line saw."""

    async def scene() -> tuple[list[bytes | Fault], int]:
        async with line(script) as one:
            bus = serial_bus(one.device)
            try:
                return [await outcome(bus, unit) for unit in asked], len(one.asked)
            finally:
                bus.close()

    return asyncio.run(scene())


def test_a_device_on_a_serial_line_is_read() -> None:
    assert on_a_line(lambda unit, address, count: [(0.0, answer(unit, VALUE))], 1, 2) == ([VALUE, VALUE], 2)


def test_an_answer_that_dribbles_in_behind_noise_and_the_adapters_echo_is_an_answer() -> None:
    def script(unit: int, address: int, count: int) -> list[tuple[float, bytes]]:
        echo = framed(struct.pack(">BBHH", unit, 3, address, count))
        said = echo + b"\x00\xff\x01" + answer(unit, VALUE)
        return [(0.002 * number, said[number : number + 1]) for number in range(len(said))]

    assert on_a_line(script, 1, 2) == ([VALUE, VALUE], 2)


def test_a_wrong_checksum_is_no_value_and_costs_the_neighbour_nothing() -> None:
    def script(unit: int, address: int, count: int) -> list[tuple[float, bytes]]:
        right = answer(unit, VALUE)
        return [(0.0, right if unit == 2 else right[:-1] + b"\x00")]

    assert on_a_line(script, 1, 2, 1) == ([Fault.GARBLED, VALUE, Fault.GARBLED], 3)


def test_a_refusal_on_the_line_has_its_name() -> None:
    assert on_a_line(lambda unit, address, count: [(0.0, framed(bytes((unit, 0x83, 6))))], 7) == ([Fault.BUSY], 1)


def test_an_adapter_that_hears_itself_does_not_make_a_silent_unit_garbled() -> None:
    def script(unit: int, address: int, count: int) -> list[tuple[float, bytes]]:
        return [(0.0, framed(struct.pack(">BBHH", unit, 3, address, count)))]

    assert on_a_line(script, 1) == ([Fault.SILENT], 1)


def test_a_late_answer_on_a_line_never_becomes_the_next_units_value() -> None:
    def script(unit: int, address: int, count: int) -> list[tuple[float, bytes]]:
        return [(0.35, answer(1, OTHER))] if unit == 1 else [(0.1, answer(unit, VALUE))]

    assert on_a_line(script, 1, 2, 2) == ([Fault.SILENT, VALUE, VALUE], 3)


@pytest.mark.parametrize(("noise", "fault"), [([], Fault.SILENT), ([(0.1, b"\xff")], Fault.GARBLED)])
def test_a_late_answer_on_a_line_never_becomes_the_value_of_another_register(
    noise: list[tuple[float, bytes]], fault: Fault
) -> None:
    def script(unit: int, address: int, count: int) -> list[tuple[float, bytes]]:
        return [*noise, (0.4, answer(unit, OTHER))] if address == 0 else [(0.2, answer(unit, VALUE))]

    async def scene() -> None:
        async with line(script) as one:
            bus = serial_bus(one.device)
            assert await outcome(bus, 1, address=0) is fault
            assert await told(bus, 1, address=50) == VALUE
            bus.close()

    asyncio.run(scene())


def test_a_late_answer_behind_a_neighbours_late_one_never_becomes_the_value_of_another_register() -> None:
    def script(unit: int, address: int, count: int) -> list[tuple[float, bytes]]:
        if address:
            return [(0.2, answer(unit, VALUE))]
        return [(0.4, answer(unit, VALUE if unit == 1 else OTHER))]

    async def scene() -> None:
        async with line(script) as one:
            bus = serial_bus(one.device)
            assert await outcome(bus, 1, address=0) is Fault.SILENT
            assert await outcome(bus, 2, address=0) is Fault.GARBLED
            assert await told(bus, 2, address=50) == VALUE
            bus.close()

    asyncio.run(scene())


def test_what_a_late_refusal_cut_short_never_becomes_the_value_of_another_register() -> None:
    def script(unit: int, address: int, count: int) -> list[tuple[float, bytes]]:
        if address == 0:
            return [(0.4, framed(bytes((unit, 0x83, 2))))]
        return [(0.2, answer(unit, (OTHER if address == 50 else VALUE) * 2))]

    async def scene() -> None:
        async with line(script) as one:
            bus = serial_bus(one.device)
            assert await outcome(bus, 1, address=0) is Fault.SILENT
            assert await told(bus, 1, address=50, count=4) is Fault.ILLEGAL
            assert await told(bus, 1, address=90, count=4) == VALUE * 2
            bus.close()

    asyncio.run(scene())


def test_a_line_that_is_lost_while_it_falls_silent_is_told() -> None:
    async def scene() -> None:
        async with line(lambda unit, address, count: []) as one:
            bus = serial_bus(one.device)
            assert await outcome(bus) is Fault.SILENT
            asyncio.get_running_loop().call_later(0.1, one.unplug)
            assert await outcome(bus) is Fault.DISCONNECTED
            bus.close()

    asyncio.run(scene())


def test_a_line_with_nobody_on_it_is_not_called_connected() -> None:
    async def scene() -> None:
        async with line(lambda unit, address, count: [(0.0, answer(unit, VALUE))] if unit == 1 else []) as one:
            bus = serial_bus(one.device)
            assert (await outcome(bus, 2), bus.connected) == (Fault.SILENT, False)
            assert (await outcome(bus, 1), bus.connected) == (VALUE, True)
            bus.close()

    asyncio.run(scene())


def test_a_line_that_is_unplugged_is_told_at_once_and_opened_again_when_it_is_back() -> None:
    async def scene() -> None:
        async with line(lambda unit, address, count: [(0.0, answer(unit, VALUE))]) as one:
            bus = serial_bus(one.device)
            assert await outcome(bus) == VALUE
            one.unplug()
            assert await outcome(bus) in {Fault.HUNG_UP, Fault.DISCONNECTED}
            assert not bus.connected
            other = one.plug()
            again = serial_bus(one.device)
            assert await outcome(again) == VALUE
            again.close()
            os.close(other)

    asyncio.run(scene())


def test_a_serial_device_that_does_not_exist_is_no_connection() -> None:
    assert asyncio.run(outcome(serial_bus("/dev/no-such-line"))) is Fault.DISCONNECTED


def test_a_line_that_cannot_be_set_up_is_no_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise termios.error(22, "Invalid argument")

    async def scene() -> None:
        async with line(lambda unit, address, count: [(0.0, answer(unit, VALUE))]) as one:
            assert await outcome(serial_bus(one.device)) is Fault.DISCONNECTED

    monkeypatch.setattr("termios.tcsetattr", refuse)
    asyncio.run(scene())


def test_a_speed_that_the_adapter_does_not_have_is_no_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise ValueError("Failed to set custom baud rate (12345)")

    async def scene() -> None:
        async with line(lambda unit, address, count: [(0.0, answer(unit, VALUE))]) as one:
            bus = Bus(ModbusRtuBus("keller", one.device, baud=12_345), timeout_s=0.3, backoff=Backoff(0.0, 0.0))
            assert await outcome(bus) is Fault.DISCONNECTED

    monkeypatch.setattr("serial.serialposix.PlatformSpecific._set_special_baudrate", refuse)
    asyncio.run(scene())


def test_a_name_that_no_resolver_takes_is_no_connection() -> None:
    bus = Bus(ModbusRtuTcpBus("gateway", "schule..example", 502), timeout_s=0.3, backoff=Backoff(0.0, 0.0))
    assert asyncio.run(outcome(bus)) is Fault.DISCONNECTED


@pytest.mark.parametrize("parity", ["N", "E", "O"])
def test_a_pseudo_terminal_is_read_whatever_parity_the_bus_has(parity: str) -> None:
    async def scene() -> None:
        async with line(lambda unit, address, count: [(0.0, answer(unit, VALUE))]) as one:
            bus = Bus(ModbusRtuBus("keller", one.device, parity=parity), timeout_s=0.3, backoff=Backoff(0.0, 0.0))
            assert await outcome(bus) == VALUE
            bus.close()

    asyncio.run(scene())


def test_a_late_answer_through_a_gateway_never_becomes_the_value_of_another_register() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.append(writer)
        while head := await reader.read(8):
            late = head[3] == 0
            await asyncio.sleep(0.4 if late else 0.2)
            writer.write(answer(head[0], OTHER if late else VALUE))
        writer.close()

    async def scene() -> None:
        server = await asyncio.start_server(serve, LOOPBACK, 0)
        port = server.sockets[0].getsockname()[1]
        bus = Bus(ModbusRtuTcpBus("gateway", LOOPBACK, port), timeout_s=0.3, backoff=Backoff(0.0, 0.0))
        assert await outcome(bus, 1, address=0) is Fault.SILENT
        assert await told(bus, 1, address=50) == VALUE
        assert len(connections) == 2
        bus.close()
        server.close()
        await asyncio.sleep(0.25)

    connections: list[asyncio.StreamWriter] = []
    asyncio.run(scene())


def test_a_late_answer_that_a_gateway_passes_to_a_new_connection_is_nobody_elses_value() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.append(writer)
        while head := await reader.read(8):
            late = head[3] == 0
            asyncio.get_running_loop().call_later(
                0.4 if late else 0.2, say, answer(head[0], OTHER if late else VALUE)
            )
        writer.close()

    def say(said: bytes) -> None:
        connections[-1].write(said)  # whoever is connected hears what the line brings

    async def scene() -> None:
        server = await asyncio.start_server(serve, LOOPBACK, 0)
        port = server.sockets[0].getsockname()[1]
        bus = Bus(ModbusRtuTcpBus("gateway", LOOPBACK, port), timeout_s=0.3, backoff=Backoff(0.0, 0.0))
        assert await outcome(bus, 1, address=0) is Fault.SILENT
        assert await told(bus, 1, address=50) == VALUE
        bus.close()
        server.close()
        await asyncio.sleep(0.25)

    connections: list[asyncio.StreamWriter] = []
    asyncio.run(scene())


def devices() -> list[SimDevice]:
    words = list(struct.unpack(">2H", VALUE))
    return [SimDevice(unit, [SimData(0, values=words, datatype=DataType.REGISTERS)]) for unit in (1, 2)]


def test_rtu_frames_through_tcp_are_read_from_an_independent_server() -> None:
    async def scene() -> None:
        port = free_port()
        server = ModbusTcpServer(devices(), framer=FramerType.RTU, address=(LOOPBACK, port))
        await server.serve_forever(background=True)
        bus = Bus(ModbusRtuTcpBus("gateway", LOOPBACK, port))
        assert [await outcome(bus, unit) for unit in (1, 2)] == [VALUE, VALUE]
        assert await outcome(bus, 1, address=500) is Fault.ILLEGAL
        bus.close()
        await server.shutdown()  # type: ignore[no-untyped-call]  # pymodbus leaves it untyped

    asyncio.run(scene())


def test_datagrams_are_read_from_an_independent_server() -> None:
    async def scene() -> None:
        port = free_port()
        server = ModbusUdpServer(devices(), address=(LOOPBACK, port))
        await server.serve_forever(background=True)
        bus = Bus(ModbusUdpBus("datagrams", LOOPBACK, port), timeout_s=0.3)
        assert [await outcome(bus, unit) for unit in (1, 2)] == [VALUE, VALUE]
        assert await outcome(bus, 1, address=500) is Fault.ILLEGAL
        assert bus.connected
        bus.close()
        await server.shutdown()  # type: ignore[no-untyped-call]  # pymodbus leaves it untyped

    asyncio.run(scene())


class HalfDatagrams(asyncio.DatagramProtocol):
    """Answers every request with a datagram that is cut off, and the rest in another one."""

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]  # by its kind
        self._transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        said = data[:2] + struct.pack(">HHBBB", 0, 7, data[6], 3, 4) + VALUE
        self._transport.sendto(said[:-2], addr)
        self._transport.sendto(said[-2:], addr)


def test_a_datagram_that_is_cut_off_is_not_completed_by_the_next_one() -> None:
    async def scene() -> None:
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(HalfDatagrams, local_addr=(LOOPBACK, 0))
        bus = Bus(ModbusUdpBus("datagrams", LOOPBACK, transport.get_extra_info("sockname")[1]), timeout_s=0.3)
        assert await outcome(bus) is Fault.GARBLED
        bus.close()
        transport.close()

    asyncio.run(scene())


def test_datagrams_that_nobody_answers_cost_their_timeout() -> None:
    async def scene() -> None:
        bus = Bus(ModbusUdpBus("datagrams", LOOPBACK, free_port()), timeout_s=0.1)
        assert [await outcome(bus) for _ in range(4)] == [Fault.SILENT] * 4
        assert not bus.connected
        bus.close()

    asyncio.run(scene())


def test_a_serial_line_is_read_from_an_independent_device() -> None:
    async def scene() -> None:
        async with cable() as (near, other):
            server = ModbusSerialServer(devices(), port=other, baudrate=9600)
            await server.serve_forever(background=True)
            bus = serial_bus(near, timeout_s=1.0)
            assert [await outcome(bus, unit) for unit in (1, 2)] == [VALUE, VALUE]
            bus.close()
            await server.shutdown()  # type: ignore[no-untyped-call]  # pymodbus leaves it untyped

    asyncio.run(scene())


def test_the_collector_reads_a_line_with_a_silent_unit_and_tells_what_it_is() -> None:
    def script(unit: int, address: int, count: int) -> list[tuple[float, bytes]]:
        payload = struct.pack(">d", 40482.8).ljust(2 * count, b"\0")
        return [] if unit == 2 else [(0.0, answer(unit, payload, function_code=4))]

    async def scene() -> None:
        async with line(script) as one:
            meters = [modbus_meter(f"strom-{unit}", unit, bus="keller", every_s=0.5) for unit in (1, 2, 3)]
            place, sink = portfolio(meters, [ModbusRtuBus("keller", one.device)]), MemorySink()
            async with Collector(place, {"test_meter": METER}, sink, environ={}) as collector:
                task = asyncio.create_task(collector.run())
                async with asyncio.timeout(10):
                    while len(sink.of("strom-3")) < 5:
                        await asyncio.sleep(0.02)
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
            (source,) = collector.statistics().sources
            assert (source.kind, source.missed, source.faults) == ("modbus_rtu", 0, {"silent": 1})
            assert set(sink.of("strom-1")) == {40482.8}
            assert sink.of("strom-2") == []

    asyncio.run(scene())
