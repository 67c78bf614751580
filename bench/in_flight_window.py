"""A relay in front of a broker that lets at most so many messages be unacknowledged, in a process of its own.

mosquitto 2.0.11 does not keep to its `max_inflight_messages` where a backlog waits: each acknowledgement of the
oldest message sends as many new ones as the whole window has room for. So the relay holds the window, and tells how
full it was.
"""

import asyncio
import multiprocessing
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection

from tests.servers.mosquitto import Broker
from tests.servers.search import LOOPBACK

PIECE_BYTES = 64 * 1024
_PUBLISH, _PUBACK = 3, 4


@dataclass(frozen=True, slots=True)
class WindowUse:
    """One connection: messages delivered, unacknowledged ones on average, share of the time with a full window."""

    delivered: int
    mean_unacknowledged: float
    full_share: float


class _Window:
    def __init__(self, size: int) -> None:
        self._size = size
        self._unacknowledged = self._delivered = 0
        self._has_room = asyncio.Event()
        self._has_room.set()
        self._since_s = self._begun_s = 0.0
        self._area_s = self._full_s = 0.0

    async def take(self) -> None:
        """Wait for room, and fill it with one message."""
        await self._has_room.wait()
        self._delivered += 1
        self._change(1)

    def acknowledged(self) -> None:
        """Make room for one message."""
        self._change(-1)

    def use(self) -> WindowUse:
        """Return what there was until the last change."""
        seconds = max(self._since_s - self._begun_s, 1e-9)
        return WindowUse(self._delivered, self._area_s / seconds, self._full_s / seconds)

    def _change(self, difference: int) -> None:
        now_s = time.monotonic()
        self._begun_s = self._begun_s or now_s
        past_s = now_s - (self._since_s or now_s)
        self._area_s += past_s * self._unacknowledged
        self._full_s += past_s * (self._unacknowledged >= self._size)
        self._since_s = now_s
        self._unacknowledged += difference
        if self._unacknowledged >= self._size:
            self._has_room.clear()
        else:
            self._has_room.set()


async def _packets(reader: asyncio.StreamReader) -> AsyncIterator[bytes]:
    received = b""
    while piece := await reader.read(PIECE_BYTES):
        received += piece
        at = 0
        while (end := _packet_end(received, at)) is not None:
            yield received[at:end]
            at = end
        received = received[at:]


def _packet_end(received: bytes, at: int) -> int | None:
    """Return where the packet that begins here ends; None while it is not whole."""
    length, shift = 0, 0
    for number, byte in enumerate(received[at + 1 : at + 5]):
        length |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            end = at + 2 + number + length
            return end if end <= len(received) else None
    return None


async def _deliver(broker: asyncio.StreamReader, client: asyncio.StreamWriter, window: _Window) -> None:
    async for packet in _packets(broker):
        if packet[0] >> 4 == _PUBLISH and packet[0] >> 1 & 3:
            await window.take()
        client.write(packet)


async def _answer(client: asyncio.StreamReader, broker: asyncio.StreamWriter, window: _Window) -> None:
    async for packet in _packets(client):
        if packet[0] >> 4 == _PUBACK:
            window.acknowledged()
        broker.write(packet)


def _relay(pipe: Connection, broker: Broker, size: int) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        from_broker, to_broker = await asyncio.open_connection(broker.host, broker.port)
        window = _Window(size)
        delivering = asyncio.create_task(_deliver(from_broker, writer, window))
        with suppress(ConnectionError):
            await _answer(reader, to_broker, window)
        delivering.cancel()
        to_broker.close()
        writer.close()
        pipe.send(window.use())

    async def work() -> None:
        server = await asyncio.start_server(serve, LOOPBACK, 0)
        pipe.send(server.sockets[0].getsockname()[1])
        await asyncio.to_thread(pipe.recv)
        server.close()

    asyncio.run(work())


class Relay:
    """Connect to `broker`; once the connection is closed, `use` tells how full the window was."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self.broker = Broker(LOOPBACK, pipe.recv())

    def use(self) -> WindowUse:
        """Return the use of the window by the connection that was closed, waiting until it is."""
        use: WindowUse = self._pipe.recv()
        return use


@contextmanager
def held_window(broker: Broker, size: int) -> Iterator[Relay]:
    """Yield a relay to the broker that never has more than `size` messages unacknowledged."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_relay, args=(there, broker, size))
    process.start()
    there.close()
    try:
        yield Relay(here)
    finally:
        here.send("end")
        process.join()
