"""Serial lines made of pseudo-terminals: one with scripted RTU devices at its end, one with two ends to open."""

import asyncio
import contextlib
import os
import tty
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field

from pymodbus.framer.rtu import FramerRTU

REQUEST_BYTES = 8
# (unit, address, count) -> what is said after how many seconds
Script = Callable[[int, int, int], Sequence[tuple[float, bytes]]]


def framed(body: bytes) -> bytes:
    """Return a frame: unit, function and data with their checksum."""
    return body + FramerRTU.compute_CRC(body).to_bytes(2, "big")


def answer(unit: int, payload: bytes, function_code: int = 3) -> bytes:
    """Return the frame that answers a read."""
    return framed(bytes((unit, function_code, len(payload))) + payload)


@dataclass
class Line:
    """What hangs on the line, and what it was asked."""

    script: Script
    device: str = ""
    asked: list[tuple[int, int, int]] = field(default_factory=list)
    _end: int = -1
    _heard: bytes = b""

    def hear(self) -> None:
        self._heard += os.read(self._end, 1024)
        while len(self._heard) >= REQUEST_BYTES:
            frame, self._heard = self._heard[:REQUEST_BYTES], self._heard[REQUEST_BYTES:]
            unit, address, count = frame[0], int.from_bytes(frame[2:4], "big"), int.from_bytes(frame[4:6], "big")
            self.asked.append((unit, address, count))
            for delay_s, said in self.script(unit, address, count):
                asyncio.get_running_loop().call_later(delay_s, self.say, said)

    def say(self, said: bytes) -> None:
        if self._end >= 0:
            os.write(self._end, said)

    def unplug(self) -> None:
        asyncio.get_running_loop().remove_reader(self._end)
        os.close(self._end)
        self._end = -1

    def plug(self) -> int:
        self._end, other = os.openpty()
        tty.setraw(other)
        self.device = os.ttyname(other)
        asyncio.get_running_loop().add_reader(self._end, self.hear)
        return other


@contextlib.asynccontextmanager
async def line(script: Script) -> AsyncIterator[Line]:
    """Open a line; its `device` is what a portfolio would name."""
    one = Line(script)
    other = one.plug()  # kept open, as a pseudo-terminal that nobody has open reports an error
    try:
        yield one
    finally:
        if one._end >= 0:
            one.unplug()
        os.close(other)


@contextlib.asynccontextmanager
async def cable() -> AsyncIterator[tuple[str, str]]:
    """Join two pairs in the middle: gives the devices at both ends."""
    (ours, near), (far, other) = os.openpty(), os.openpty()
    for end in (near, other):
        tty.setraw(end)
    loop = asyncio.get_running_loop()
    loop.add_reader(ours, lambda: os.write(far, os.read(ours, 1024)))
    loop.add_reader(far, lambda: os.write(ours, os.read(far, 1024)))
    try:
        yield os.ttyname(near), os.ttyname(other)
    finally:
        for end in (ours, far):
            loop.remove_reader(end)
        for end in (ours, near, far, other):
            os.close(end)
