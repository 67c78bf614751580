"""Gateways in a process of their own, with units that answer, refuse, stay silent or talk nonsense."""

import asyncio
import multiprocessing
import struct
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import StrEnum
from multiprocessing.connection import Connection

HOST = "127.0.0.1"
_REQUEST = struct.Struct(">HHHBBHH")
_TARGET_FAILED = 0x0B


class Manner(StrEnum):
    """What a unit does when it is asked."""

    ANSWERS = "answers"
    REFUSES = "refuses"
    SILENT = "silent"
    NONSENSE = "nonsense"


Gateway = Mapping[int, Manner]


class _Served(asyncio.Protocol):
    """One connection to a gateway; every register pair answers a number near 1,000 as a float."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._received = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        while len(self._received) >= _REQUEST.size and self._transport is not None:
            frame, self._received = self._received[: _REQUEST.size], self._received[_REQUEST.size :]
            self._transport.write(self._answer(*_REQUEST.unpack(frame)))

    def _answer(self, transaction: int, _: int, __: int, unit: int, function_code: int, *place: int) -> bytes:
        manner = self._gateway.get(unit, Manner.REFUSES)
        if manner is Manner.SILENT:
            return b""
        if manner is Manner.NONSENSE:
            return b"HTTP/1.1 400 Bad Request\r\n\r\n"
        body = bytes((function_code | 0x80, _TARGET_FAILED))
        if manner is Manner.ANSWERS:
            address, count = place
            body = bytes((function_code, 2 * count)) + struct.pack(
                f">{count // 2}f", *(1000.0 + address + number for number in range(count // 2))
            )
        return struct.pack(">HHHB", transaction, 0, len(body) + 1, unit) + body


def _serve(pipe: Connection, gateways: Sequence[Gateway]) -> None:
    async def serve() -> None:
        loop = asyncio.get_running_loop()
        servers = [
            await loop.create_server(lambda one=gateway: _Served(one), HOST, 0, backlog=1024)  # type: ignore[misc]
            for gateway in gateways
        ]
        pipe.send([server.sockets[0].getsockname()[1] for server in servers])
        await asyncio.to_thread(pipe.recv)
        for server in servers:
            server.close()

    asyncio.run(serve())


@contextmanager
def fleet(gateways: Sequence[Gateway]) -> Iterator[list[int]]:
    """Serve these gateways; gives their ports."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_serve, args=(there, gateways))
    process.start()
    there.close()
    try:
        ports: list[int] = here.recv()
        yield ports
    finally:
        here.send("end")
        process.join()
