"""What goes wrong on a real connection: refusals, silence, truncated frames, garbage, late answers."""

import asyncio
import contextlib
import logging
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field

import pytest

from collector.modbus.bus import Bus
from collector.modbus.faults import Fault, ModbusFault
from collector.modbus.frames import request
from collector.modbus.plan import Block
from config.portfolio.sources import ModbusTcpBus
from gateway.backoff import Backoff
from tests.servers.search import LOOPBACK

BLOCK = Block(3, 0, 2, ())
VALUE = bytes.fromhex("449a522b")
Script = Callable[[asyncio.StreamWriter, int, int], Awaitable[None]]


def frame(transaction: int, unit: int, body: bytes) -> bytes:
    return struct.pack(">HHHB", transaction, 0, len(body) + 1, unit) + body


@dataclass
class Device:
    """Does to every request what the script says; `script(writer, transaction, unit)`."""

    script: Script
    port: int = 0
    connections: int = 0
    tasks: list[asyncio.Task[None] | None] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.tasks.append(asyncio.current_task())
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = await reader.readexactly(12)
                transaction, _, _, unit = struct.unpack_from(">HHHB", head)
                await self.script(writer, transaction, unit)
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


@contextlib.asynccontextmanager
async def device(script: Script) -> AsyncIterator[tuple[Device, Bus]]:
    scripted = Device(script)
    server = await asyncio.start_server(scripted.serve, LOOPBACK, 0)
    scripted.port = server.sockets[0].getsockname()[1]
    bus = Bus(ModbusTcpBus("bus", LOOPBACK, scripted.port), timeout_s=0.3, backoff=Backoff(0.0, 0.0))
    try:
        yield scripted, bus
    finally:
        bus.close()
        server.close()
        await asyncio.gather(*(task for task in scripted.tasks if task is not None))


async def outcome(bus: Bus, unit: int = 1) -> bytes | Fault:
    try:
        return await bus.read(request(unit, BLOCK))
    except ModbusFault as error:
        return error.fault


async def answer(writer: asyncio.StreamWriter, transaction: int, unit: int, body: bytes = b"") -> None:
    writer.write(frame(transaction, unit, body or b"\x03\x04" + VALUE))


def play(script: Script, expected: Sequence[bytes | Fault], *, connections: int) -> None:
    """Ask as often as there are expected outcomes, on the same bus."""

    async def scene() -> None:
        async with device(script) as (scripted, bus):
            assert [await outcome(bus) for _ in expected] == list(expected)
            assert scripted.connections == connections

    asyncio.run(scene())


def test_a_good_answer_gives_the_registers() -> None:
    play(answer, [VALUE, VALUE], connections=1)


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        *((code, Fault.ILLEGAL) for code in (1, 2, 3)),
        (5, Fault.ACKNOWLEDGED),
        (6, Fault.BUSY),
        (0x0A, Fault.GATEWAY_PATH),
        (0x0B, Fault.GATEWAY),
        *((code, Fault.FAILURE) for code in (4, 8, 0x77)),
    ],
)
def test_exception_codes_are_told_apart_and_the_connection_stays(code: int, fault: Fault) -> None:
    async def refuse(writer: asyncio.StreamWriter, transaction: int, unit: int) -> None:
        await answer(writer, transaction, unit, bytes((0x83, code)))

    play(refuse, [fault, fault], connections=1)


def test_an_answer_that_is_cut_off_is_not_completed_by_a_late_one() -> None:
    async def cut_off(writer: asyncio.StreamWriter, transaction: int, unit: int) -> None:
        late = frame(transaction - 1, unit, b"\x03\x04\x11\x11\x11\x11")
        writer.write(frame(transaction, unit, b"\x03\x04" + VALUE)[:-3] + late)

    play(cut_off, [Fault.GARBLED], connections=1)


def test_a_truncated_answer_is_no_value_and_the_stream_is_begun_anew() -> None:
    async def truncate(writer: asyncio.StreamWriter, transaction: int, unit: int) -> None:
        whole = frame(transaction, unit, b"\x03\x04" + VALUE)
        writer.write(whole if scenes.pop() else whole[:-3])

    scenes = [True, False]
    play(truncate, [Fault.GARBLED, VALUE], connections=2)


@pytest.mark.parametrize(
    "garbage",
    [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\x00" * 3, b"\xff" * 300, bytes.fromhex("0001000000060103049a522b")],
)
def test_garbage_is_counted_as_such_and_the_stream_is_begun_anew(garbage: bytes) -> None:
    async def babble(writer: asyncio.StreamWriter, transaction: int, unit: int) -> None:
        if scenes.pop():
            await answer(writer, transaction, unit)
        else:
            writer.write(garbage)

    scenes = [True, False]
    play(babble, [Fault.GARBLED, VALUE], connections=2)


def test_an_answer_with_fewer_registers_than_asked_for_is_no_value() -> None:
    async def shorten(writer: asyncio.StreamWriter, transaction: int, unit: int) -> None:
        await answer(writer, transaction, unit, b"\x03\x02\x44\x9a")

    play(shorten, [Fault.GARBLED], connections=1)


def test_an_answer_in_many_small_pieces_is_an_answer() -> None:
    async def dribble(writer: asyncio.StreamWriter, transaction: int, unit: int) -> None:
        for byte in frame(transaction, unit, b"\x03\x04" + VALUE):
            writer.write(bytes((byte,)))
            await asyncio.sleep(0.002)

    play(dribble, [VALUE, VALUE], connections=1)


def test_a_late_answer_never_becomes_the_next_units_value() -> None:
    async def lag(writer: asyncio.StreamWriter, transaction: int, unit: int) -> None:
        if unit == 1:
            asyncio.get_running_loop().call_later(
                0.4, writer.write, frame(transaction, 1, b"\x03\x04\x11\x11\x11\x11")
            )
        else:
            await asyncio.sleep(0.2)
            await answer(writer, transaction, unit)

    async def scene() -> None:
        async with device(lag) as (_, bus):
            assert await outcome(bus, 1) is Fault.SILENT
            assert await outcome(bus, 2) == VALUE
            assert await outcome(bus, 2) == VALUE

    asyncio.run(scene())


def test_an_answer_to_another_request_of_the_same_unit_is_not_taken() -> None:
    async def repeat(writer: asyncio.StreamWriter, transaction: int, unit: int) -> None:
        writer.write(frame(transaction + 40_000, unit, b"\x03\x04\x11\x11\x11\x11"))
        await answer(writer, transaction, unit)

    async def untagged(writer: asyncio.StreamWriter, transaction: int, unit: int) -> None:
        await answer(writer, 0, unit)

    play(repeat, [VALUE, VALUE], connections=1)
    play(untagged, [Fault.GARBLED], connections=1)


def test_silence_costs_one_timeout_and_three_in_a_row_a_new_connection() -> None:
    async def stay_silent(writer: asyncio.StreamWriter, transaction: int, unit: int) -> None:
        if unit != 1:
            await answer(writer, transaction, unit)

    async def scene() -> None:
        async with device(stay_silent) as (scripted, bus):
            assert await outcome(bus, 2) == VALUE
            for _ in range(3):
                before_s = asyncio.get_running_loop().time()
                assert await outcome(bus, 1) is Fault.SILENT
                assert asyncio.get_running_loop().time() - before_s < 1.0
            assert await outcome(bus, 2) == VALUE
            assert scripted.connections == 2

    asyncio.run(scene())


def test_a_connection_that_is_closed_while_we_wait_is_told_at_once() -> None:
    async def hang_up(writer: asyncio.StreamWriter, transaction: int, unit: int) -> None:
        if scenes.pop():
            await answer(writer, transaction, unit)
        else:
            writer.close()

    scenes = [True, False]
    play(hang_up, [Fault.HUNG_UP, VALUE], connections=2)


def test_a_bus_that_is_not_there_is_tried_again_after_a_while_only() -> None:
    async def scene() -> None:
        async with device(answer) as (scripted, _):
            bus = Bus(ModbusTcpBus("bus", LOOPBACK, scripted.port), timeout_s=0.3, backoff=Backoff(0.2, 1.0))
        started_s = asyncio.get_running_loop().time()
        outcomes = [await outcome(bus) for _ in range(100)]
        assert set(outcomes) == {Fault.DISCONNECTED}
        assert asyncio.get_running_loop().time() - started_s < 0.3

    asyncio.run(scene())


@pytest.fixture
def _everything_is_logged(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    pymodbus = logging.getLogger("pymodbus")
    level = pymodbus.level
    pymodbus.setLevel(logging.NOTSET)
    with caplog.at_level(logging.DEBUG):
        yield
    pymodbus.setLevel(level)


@pytest.mark.usefixtures("_everything_is_logged")
def test_pymodbus_never_logs_the_frames_that_it_remembers(caplog: pytest.LogCaptureFixture) -> None:
    """It would add the last twenty to whatever it complains of."""

    async def misbehave(writer: asyncio.StreamWriter, transaction: int, unit: int) -> None:
        faulty = {
            2: b"",
            3: frame(transaction, unit, b"\x03\x04" + VALUE)[:-3],
            4: frame(transaction + 1, unit, b"\x03\x04" + VALUE),
            5: frame(transaction, unit + 1, b"\x03\x04" + VALUE),
            6: b"HTTP/1.1 400 Bad Request\r\n\r\n",
        }
        writer.write(faulty.get(unit, frame(transaction, unit, b"\x03\x04" + VALUE)))

    async def scene() -> None:
        async with device(misbehave) as (_, bus):
            for unit in (1, 2, 3, 4, 5, 6, 1):
                await outcome(bus, unit)
        await outcome(bus)  # nobody is there any more

    asyncio.run(scene())
    records = [record for record in caplog.records if record.name != "asyncio"]
    told = [record.getMessage() for record in records if record.levelno > logging.DEBUG]
    assert told == [f"bus bus: no connection to {told[0].rpartition(' ')[2]}"]
    assert {record.name for record in records} == {"collector.modbus.bus"}
