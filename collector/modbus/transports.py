"""The ways to a bus: TCP, RTU on a serial line, RTU frames through a gateway's TCP port, datagrams."""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pymodbus.client import AsyncModbusSerialClient, AsyncModbusTcpClient, AsyncModbusUdpClient
from pymodbus.client.base import ModbusBaseClient
from pymodbus.framer import FramerType

from collector.modbus.frames import HoldingRegisters, InputRegisters
from config.portfolio.sources import ModbusBus, ModbusRtuBus, ModbusRtuTcpBus, ModbusTcpBus, ModbusUdpBus

# Besides those of the system: a name that no resolver takes, a speed that an adapter does not have.
CONNECTING_ERRORS: tuple[type[Exception], ...] = (ValueError,)
try:
    import termios

    CONNECTING_ERRORS += (termios.error,)
except ImportError:  # not on every platform
    pass

LARGEST_BACKLOG = 65_536
PSEUDO_TERMINALS = Path("/dev/pts")
_NEVER = 1_000_000
# Between two frames a line is silent for 3.5 characters of 11 bits; above 19,200 baud for 1.75 ms.
_SILENT_CHARACTERS = 3.5
_BITS = 11
_SHORTEST_PAUSE_S = 0.00175

Hear = Callable[[bool, bytes], bytes]
ConnectionChanged = Callable[[bool], None]


def kind_of(source: ModbusBus) -> str:
    """Return the kind as the portfolio calls it."""
    match source:
        case ModbusTcpBus():
            return "modbus_tcp"
        case ModbusRtuTcpBus():
            return "modbus_rtu_tcp"
        case ModbusUdpBus():
            return "modbus_udp"
        case ModbusRtuBus():
            return "modbus_rtu"


def endpoint_of(source: ModbusBus) -> str:
    """Return what logs call the other end: `host:port`, or the serial device."""
    return source.device if isinstance(source, ModbusRtuBus) else f"{source.host}:{source.port}"


def has_transactions(source: ModbusBus) -> bool:
    """Say whether every answer carries the number of its request; RTU frames carry the unit id alone."""
    return isinstance(source, ModbusTcpBus | ModbusUdpBus)


def has_connection(source: ModbusBus) -> bool:
    """Say whether the other end takes part in opening it; a datagram or a serial line is open with nobody there."""
    return isinstance(source, ModbusTcpBus | ModbusRtuTcpBus)


def pause_s(source: ModbusBus) -> float:
    """Seconds of silence that the other end needs between two frames; 0 where frames have a length of their own."""
    if isinstance(source, ModbusRtuBus):
        return max(_SHORTEST_PAUSE_S, _SILENT_CHARACTERS * _BITS / source.baud)
    return 0.0


def new_client(
    source: ModbusBus, *, timeout_s: float, hear: Hear, connection_changed: ConnectionChanged
) -> ModbusBaseClient:
    """Return a client that is not connected yet, never retries and never reconnects by itself.

    `hear` sees the bytes of every frame that is sent (True) and what arrived since the request (False), and returns
    what pymodbus may see of it.
    """
    # pymodbus logs every timeout with the frames of its last requests; a lost device is logged once, by us, and what
    # a device said is nobody's business in a log.
    logging.getLogger("pymodbus").setLevel(logging.CRITICAL)
    settings: dict[str, Any] = {
        "timeout": timeout_s,
        "retries": 0,
        "reconnect_delay": 0,
        "trace_packet": hear,
        "trace_connect": connection_changed,
    }
    client = _client(source, settings)
    client.set_max_no_responses(_NEVER)
    client.ctx.max_buffer_size = LARGEST_BACKLOG  # pymodbus throws away more than one frame without a word
    client.register(HoldingRegisters)
    client.register(InputRegisters)
    return client


def _client(source: ModbusBus, settings: dict[str, Any]) -> ModbusBaseClient:
    match source:
        case ModbusTcpBus():
            return AsyncModbusTcpClient(source.host, port=source.port, **settings)
        case ModbusRtuTcpBus():
            return AsyncModbusTcpClient(source.host, port=source.port, framer=FramerType.RTU, **settings)
        case ModbusUdpBus():
            return AsyncModbusUdpClient(source.host, port=source.port, **settings)
        case ModbusRtuBus():
            line: dict[str, Any] = {"baudrate": source.baud, "parity": _parity(source), "stopbits": source.stop_bits}
            return AsyncModbusSerialClient(source.device, **line, **settings)


def _parity(source: ModbusRtuBus) -> str:
    # A pseudo-terminal passes on bytes alone; the C library calls it an error to ask it for a parity.
    return "N" if Path(source.device).resolve().is_relative_to(PSEUDO_TERMINALS) else source.parity
