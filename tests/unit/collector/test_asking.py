"""Politely: nothing twice, with pauses, bounded."""

import asyncio
import struct

import pytest
from pymodbus.pdu import ModbusPDU

from collector.modbus.faults import Fault, ModbusFault
from collector.modbus.plan import Block
from collector.probing.asking import Asker


class FakeBus:
    """Answers every register with its own address; what lies beyond 99 is refused, or nobody answers."""

    def __init__(self, silent: bool = False, *, nothing: Fault = Fault.ILLEGAL) -> None:
        self.asked: list[tuple[int, int, int]] = []
        self.silent = silent
        self.nothing = nothing
        self.hangs_up_for = 0

    async def read(self, request: ModbusPDU, *, timeout_s: float | None = None) -> bytes:
        self.asked.append((request.function_code, request.address, request.count))
        if self.silent:
            raise ModbusFault(Fault.SILENT, "no answer")
        if self.hangs_up_for:
            self.hangs_up_for -= 1
            raise ModbusFault(Fault.DISCONNECTED, "bus is tried again later")
        if request.address > 99:
            self.hangs_up_for = 2 if self.nothing is Fault.HUNG_UP else 0
            raise ModbusFault(self.nothing, "exception code 2")
        return struct.pack(f">{request.count}H", *range(request.address, request.address + request.count))


def asker(bus: FakeBus, pauses_s: list[float] | None = None, *, most: int = 400) -> Asker:
    async def sleep(seconds: float) -> None:
        if pauses_s is not None:
            pauses_s.append(seconds)

    return Asker(bus, 1, sleep=sleep, most_requests=most)


def test_what_is_known_is_not_asked_again() -> None:
    async def scene() -> None:
        bus = FakeBus()
        one = asker(bus)
        assert await one.payload(Block(3, 10, 20, ())) == struct.pack(">20H", *range(10, 30))
        assert await one.payload(Block(3, 12, 2, ())) == struct.pack(">2H", 12, 13)
        assert await one.payload(Block(3, 100, 2, ())) is None
        assert await one.payload(Block(3, 100, 2, ())) is None
        assert bus.asked == [(3, 10, 20), (3, 100, 2)]

    asyncio.run(scene())


def test_there_is_a_pause_between_requests_and_an_end() -> None:
    async def scene() -> None:
        bus, pauses_s = FakeBus(), list[float]()
        one = asker(bus, pauses_s, most=3)
        for address in range(0, 50, 10):
            await one.payload(Block(3, address, 5, ()))
        assert len(bus.asked) == one.requests == 3
        assert one.is_exhausted
        assert len(pauses_s) == 2
        assert min(pauses_s) > 0

    asyncio.run(scene())


def test_where_nobody_answers_the_search_ends_soon() -> None:
    async def scene() -> None:
        bus = FakeBus(silent=True)
        one = asker(bus)
        for address in range(0, 20, 10):
            await one.payload(Block(3, address, 5, ()))
        with pytest.raises(ModbusFault):
            await one.payload(Block(3, 20, 5, ()))
        assert len(bus.asked) <= 6

    asyncio.run(scene())


def test_a_device_that_is_silent_where_it_has_nothing_is_greeted_until_it_answers() -> None:
    async def scene() -> None:
        bus = FakeBus(nothing=Fault.SILENT)
        one = asker(bus)
        await one.greet([Block(3, address, 2, ()) for address in (500, 400, 300, 200, 10, 20)])
        assert bus.asked == [(3, 500, 2), *((3, address, 2) for address in (500, 400, 300, 200, 10))]

    asyncio.run(scene())


def test_nobody_is_greeted_for_ever() -> None:
    async def scene() -> None:
        with pytest.raises(ModbusFault):
            await asker(FakeBus(silent=True)).greet([Block(3, address, 2, ()) for address in range(0, 50, 10)])

    asyncio.run(scene())


def test_a_device_that_hangs_up_is_waited_for() -> None:
    async def scene() -> None:
        bus, pauses_s = FakeBus(nothing=Fault.HUNG_UP), list[float]()
        one = asker(bus, pauses_s)
        assert await one.payload(Block(3, 0, 1, ())) == b"\0\0"
        assert await one.payload(Block(3, 200, 2, ())) is None
        assert await one.payload(Block(3, 5, 1, ())) == b"\0\5"
        assert sum(pauses_s) > 3.0

    asyncio.run(scene())


def test_where_no_connection_was_ever_made_nothing_is_waited_for() -> None:
    async def scene() -> None:
        bus, pauses_s = FakeBus(), list[float]()
        bus.hangs_up_for = 9
        with pytest.raises(ModbusFault):
            await asker(bus, pauses_s).payload(Block(3, 0, 1, ()))
        assert (len(bus.asked), pauses_s) == (1, [])

    asyncio.run(scene())
