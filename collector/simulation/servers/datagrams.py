"""Answers datagrams: every one is a conversation of its own."""

import asyncio
from collections.abc import Callable
from typing import Any

from collector.simulation.servers.conversations import Conversation


class DatagramServer:
    """Listens on one UDP address. `port` 0 becomes a free one."""

    def __init__(self, host: str, port: int, new_conversation: Callable[[], Conversation]) -> None:
        self.host = host
        self.port = port
        self._new_conversation = new_conversation
        self._transport: asyncio.DatagramTransport | None = None

    async def start(self) -> None:
        """Listen; raises `OSError`."""
        self._transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: _Datagrams(self._new_conversation), local_addr=(self.host, self.port)
        )
        self.port = self._transport.get_extra_info("sockname")[1]

    async def stop(self) -> None:
        """Close the socket."""
        if self._transport is not None:
            self._transport.close()


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, new_conversation: Callable[[], Conversation]) -> None:
        self._new_conversation = new_conversation

    def connection_made(self, transport: Any) -> None:
        self._transport: asyncio.DatagramTransport = transport

    def datagram_received(self, data: bytes, addr: Any) -> None:
        said = self._new_conversation().hear(data)
        if said:
            self._transport.sendto(said, addr)
