"""Answers Modbus TCP for the simulated devices of one address.

A responder of our own, for the simulation alone: pymodbus' server wants all registers of a device in memory and has
no way to stay silent for one unit id, which is how most meters die.
"""

import asyncio
import struct
from collections.abc import Callable, Mapping
from datetime import datetime

from collector.simulation.registers import Refusal, SimulatedDevice

HEADER = struct.Struct(">HHHB")
_READ = struct.Struct(">BHH")
_ILLEGAL_FUNCTION = 1
_GATEWAY_TARGET_FAILED = 0x0B


class ModbusServer:
    """Listens on one address for all unit ids behind it; an unknown unit id is answered as a gateway would."""

    def __init__(self, devices: Mapping[int, SimulatedDevice], *, clock: Callable[[], datetime]) -> None:
        self._devices = devices
        self._clock = clock
        self._server: asyncio.Server | None = None
        self._connections: dict[asyncio.StreamWriter, asyncio.Task[None] | None] = {}

    async def start(self, host: str, port: int) -> int:
        """Listen and return the port, which matters where `port` is 0."""
        self._server = await asyncio.start_server(self._serve, host, port)
        bound: int = self._server.sockets[0].getsockname()[1]
        return bound

    async def stop(self) -> None:
        """Close the listener and all connections."""
        if self._server is None:
            return
        self._server.close()
        serving = [task for task in self._connections.values() if task is not None]
        for writer in self._connections:
            writer.close()
        await asyncio.gather(*serving, return_exceptions=True)
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._connections[writer] = asyncio.current_task()
        try:
            while True:
                transaction, _, length, unit = HEADER.unpack(await reader.readexactly(HEADER.size))
                answer = self._answer(unit, await reader.readexactly(length - 1))
                if answer is not None:
                    writer.write(HEADER.pack(transaction, 0, len(answer) + 1, unit) + answer)
                    await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, struct.error, ValueError):
            return  # the client went away, or does not speak Modbus TCP
        finally:
            writer.close()
            del self._connections[writer]

    def _answer(self, unit: int, body: bytes) -> bytes | None:
        if unit not in self._devices:
            return bytes((body[0] | 0x80, _GATEWAY_TARGET_FAILED))
        if len(body) != _READ.size:
            return bytes((body[0] | 0x80, _ILLEGAL_FUNCTION))
        function_code, address, count = _READ.unpack(body)
        try:
            payload = self._devices[unit].answer(function_code, address, count, self._clock())
        except Refusal as refusal:
            return bytes((function_code | 0x80, refusal.code))
        return None if payload is None else bytes((function_code, len(payload))) + payload
