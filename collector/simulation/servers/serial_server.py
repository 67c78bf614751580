"""Answers on a serial line of this machine."""

import asyncio
import contextlib
import logging
import os

from collector.modbus.transports import pause_s
from collector.simulation.servers.conversations import Conversation
from collector.simulation.servers.lines import Line, open_cable, open_line
from config.errors import Unreachable
from config.portfolio.sources import ModbusRtuBus

LARGEST_READ = 4096
AGAIN_S = 5.0

log = logging.getLogger(__name__)


class SerialServer:
    """Hears and answers on the line of a bus; one that is unplugged is opened again when it is back."""

    def __init__(self, bus: ModbusRtuBus, conversation: Conversation) -> None:
        self._bus = bus
        self._conversation = conversation
        self._line: Line | None = None
        self._again: asyncio.TimerHandle | None = None

    async def start(self) -> None:
        """Open the line; raises `Unreachable` or `OSError`."""
        line = open_line(self._bus)
        self._listen(line)
        if line.is_made:
            log.info("bus %s: made a line at %s", self._bus.id, self._bus.device)

    async def stop(self) -> None:
        """Close the line, and remove it where it was made."""
        if self._again is not None:
            self._again.cancel()
        self._close()

    def _listen(self, line: Line) -> None:
        self._line = line
        asyncio.get_running_loop().add_reader(line.file_number, self._hear, line)

    def _close(self) -> None:
        line, self._line = self._line, None
        if line is not None:
            asyncio.get_running_loop().remove_reader(line.file_number)
            line.close()

    def _hear(self, line: Line) -> None:
        try:
            received = os.read(line.file_number, LARGEST_READ)
        except BlockingIOError:
            return
        except OSError:
            received = b""
        if not received:
            self._lose()
            return
        said = self._conversation.hear(received)
        if said:
            # A frame has ended once the line was silent for so long: whoever asked is listening by then.
            asyncio.get_running_loop().call_later(pause_s(self._bus), self._say, line, said)

    def _say(self, line: Line, said: bytes) -> None:
        if line is self._line:
            with contextlib.suppress(OSError):  # unplugged, or nobody takes it: a line keeps nothing
                os.write(line.file_number, said)

    def _lose(self) -> None:
        log.warning("bus %s: the line %s is gone", self._bus.id, self._bus.device)
        self._close()
        self._try_again_later()

    def _try_again_later(self) -> None:
        self._again = asyncio.get_running_loop().call_later(AGAIN_S, self._try_again)

    def _try_again(self) -> None:
        try:
            self._listen(open_cable(self._bus))
        except (OSError, Unreachable):
            self._try_again_later()
        else:
            log.warning("bus %s: the line %s is back", self._bus.id, self._bus.device)
