"""Answers on a TCP port: Modbus TCP, or RTU frames as a transparent gateway passes them on.

A responder of our own, for the simulation alone: pymodbus' server wants all registers of a device in memory and has
no way to stay silent for one unit id, which is how most meters die.
"""

import asyncio
from collections.abc import Callable

from collector.simulation.servers.conversations import Conversation

LARGEST_READ = 4096


class StreamServer:
    """Listens on one address; every connection is a conversation of its own. `port` 0 becomes a free one."""

    def __init__(self, host: str, port: int, new_conversation: Callable[[], Conversation]) -> None:
        self.host = host
        self.port = port
        self._new_conversation = new_conversation
        self._server: asyncio.Server | None = None
        self._connections: dict[asyncio.StreamWriter, asyncio.Task[None] | None] = {}

    async def start(self) -> None:
        """Listen; raises `OSError`."""
        self._server = await asyncio.start_server(self._serve, self.host, self.port)
        self.port = self._server.sockets[0].getsockname()[1]

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
        conversation = self._new_conversation()
        try:
            while received := await reader.read(LARGEST_READ):
                said = conversation.hear(received)
                if said is None:
                    return
                writer.write(said)
                await writer.drain()
        except ConnectionError:
            return  # the client went away
        finally:
            writer.close()
            del self._connections[writer]
