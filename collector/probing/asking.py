"""Asks a device politely: one connection, pauses, an upper bound, nothing twice, never a write."""

import asyncio
import struct
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from pymodbus.pdu import ModbusPDU

from collector.modbus.faults import Fault, ModbusFault
from collector.modbus.frames import request
from collector.modbus.plan import Block

PAUSE_S = 0.03
MOST_REQUESTS = 400
TRIES = 2
SILENT_AT_FIRST = 3
# A device that hangs up on what it does not have may need a moment before it takes the next connection.
RECONNECTING_S = (1.0, 3.0, 5.0)
_ANSWERS = frozenset({Fault.ILLEGAL, Fault.FAILURE, Fault.BUSY, Fault.ACKNOWLEDGED})
_FINAL = frozenset({Fault.ILLEGAL, Fault.FAILURE, Fault.DISCONNECTED})
# What a device may do that has nothing there, and a device that is not there at all.
_NOTHING = frozenset({Fault.SILENT, Fault.HUNG_UP, Fault.GATEWAY, Fault.GATEWAY_PATH})

Sleep = Callable[[float], Awaitable[None]]


class Reader(Protocol):
    """Sends one request and returns the payload of the answer; raises `ModbusFault`."""

    async def read(self, request: ModbusPDU, *, timeout_s: float | None = None) -> bytes: ...


class Asker:
    """What a unit answered so far: its registers by function code and address, and how many requests that took."""

    def __init__(
        self,
        bus: Reader,
        unit: int,
        *,
        pause_s: float = PAUSE_S,
        most_requests: int = MOST_REQUESTS,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self.unit = unit
        self.requests = 0
        self.words: dict[int, dict[int, int]] = {3: {}, 4: {}}
        self.refused: dict[tuple[int, int, int], Fault] = {}
        self._bus = bus
        self._pause_s = pause_s
        self._most_requests = most_requests
        self._sleep = sleep
        self._silent_at_first = SILENT_AT_FIRST
        self._has_answered = False

    @property
    def is_exhausted(self) -> bool:
        """Whether nothing more is asked."""
        return self.requests >= self._most_requests

    async def greet(self, places: Sequence[Block]) -> None:
        """Ask for one place after the other until the unit answers: many are silent where they have nothing.

        Raises `ModbusFault` where nobody answers at all.
        """
        self._silent_at_first = max(SILENT_AT_FIRST, len(places))
        for place in places:
            await self.payload(place)
            if self._has_answered:
                return

    async def payload(self, block: Block) -> bytes | None:
        """Return the registers of a block as bytes, None where the device refuses them or stays silent.

        Raises `ModbusFault` where nobody answers at all.
        """
        known = self._known(block)
        if known is not None:
            return known
        place = (block.function_code, block.address, block.count)
        if place in self.refused or self.is_exhausted:
            return None
        try:
            payload = await self._read(block)
        except ModbusFault as error:
            self.refused[place] = error.fault
            self._has_answered |= error.fault in _ANSWERS
            if error.fault is Fault.DISCONNECTED or self._is_nobody_there():
                raise
            return None
        self._has_answered = True
        registers = struct.unpack(f">{block.count}H", payload)
        self.words[block.function_code].update(zip(range(block.address, block.end), registers, strict=True))
        return payload

    async def _read(self, block: Block) -> bytes:
        for left in range(TRIES - 1, -1, -1):
            if self.requests:
                await self._sleep(self._pause_s)
            self.requests += 1
            try:
                return await self._ask(block)
            except ModbusFault as error:
                if not left or not self._is_worth_another(error.fault):
                    raise
        raise AssertionError("every try returns or raises")

    def _is_worth_another(self, fault: Fault) -> bool:
        # What has nothing to say about a place is asked for it once, but for the very first one.
        is_news = not self._has_answered and not self.refused
        return fault not in _FINAL and (is_news or fault not in _NOTHING) and not self.is_exhausted

    async def _ask(self, block: Block) -> bytes:
        asked = request(self.unit, block)
        for wait_s in RECONNECTING_S if self._has_answered or self.refused else ():
            try:
                return await self._bus.read(asked)
            except ModbusFault as error:
                if error.fault is not Fault.DISCONNECTED:
                    raise
            await self._sleep(wait_s)
        return await self._bus.read(asked)

    def _known(self, block: Block) -> bytes | None:
        words = self.words.get(block.function_code, {})
        registers = [words.get(address) for address in range(block.address, block.end)]
        if any(register is None for register in registers):
            return None
        return struct.pack(f">{block.count}H", *(register or 0 for register in registers))

    def _is_nobody_there(self) -> bool:
        return not self._has_answered and len(self.refused) >= self._silent_at_first
