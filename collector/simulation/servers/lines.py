"""The far end of a serial line: a cable where there is one, else a pair of pseudo-terminals in its place."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import serial  # type: ignore[import-untyped]  # pyserial has no types

from collector.modbus.transports import PSEUDO_TERMINALS
from config.errors import Unreachable
from config.portfolio.sources import ModbusRtuBus


@dataclass(frozen=True, slots=True)
class Line:
    """An open end; `file_number` is read and written without blocking. `close` takes away what was made for it."""

    file_number: int
    close: Callable[[], None]
    is_made: bool = False


def open_line(bus: ModbusRtuBus) -> Line:
    """Open the bus's device if there is one, else make a pair of pseudo-terminals and link the device's path to it.

    Raises `Unreachable` for what is no line, or is somebody else's, and `OSError` where it cannot be opened or made.
    """
    path = Path(bus.device)
    if path.is_symlink() and path.readlink().is_relative_to(PSEUDO_TERMINALS):
        if path.exists():
            # Of another simulation; or left behind by one, and its terminal is somebody's window by now.
            raise Unreachable(
                f"{bus.id}: {path} leads to {path.readlink()}, a terminal of another program: remove it"
            )
        path.unlink()
    return open_cable(bus) if path.exists() else _pair(path)


def open_cable(bus: ModbusRtuBus) -> Line:
    """Open the bus's device; raises `Unreachable` where it is none, and `OSError`."""
    if not Path(bus.device).is_char_device():
        raise Unreachable(f"{bus.id}: {bus.device} is no serial line")
    port = serial.Serial(
        bus.device, bus.baud, parity=bus.parity, stopbits=bus.stop_bits, timeout=0, write_timeout=0, exclusive=True
    )
    return Line(port.fileno(), port.close)


def _pair(path: Path) -> Line:
    try:
        import tty  # noqa: PLC0415  not on every platform
    except ImportError as error:
        raise Unreachable(f"{path}: this system has no pseudo-terminals") from error
    # The other end stays open here: a pseudo-terminal that nobody has open reports an error.
    ours, theirs = os.openpty()
    tty.setraw(theirs)
    os.set_blocking(ours, False)
    terminal = Path(os.ttyname(theirs))
    try:
        path.symlink_to(terminal)
    except OSError:
        _close(ours, theirs)
        raise

    def close() -> None:
        if path.is_symlink() and path.readlink() == terminal:
            path.unlink()
        _close(ours, theirs)

    return Line(ours, close, is_made=True)


def _close(*ends: int) -> None:
    for end in ends:
        os.close(end)
