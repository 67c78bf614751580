"""Where readings come from: buses that are asked, and brokers that tell."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ModbusTcpBus:
    """A Modbus TCP endpoint that is asked over one connection."""

    id: str
    host: str
    port: int = 502


@dataclass(frozen=True, slots=True)
class ModbusRtuTcpBus:
    """A serial line behind a gateway that passes RTU frames through a TCP connection as they are."""

    id: str
    host: str
    port: int = 502


@dataclass(frozen=True, slots=True)
class ModbusUdpBus:
    """A Modbus endpoint that is asked by datagrams."""

    id: str
    host: str
    port: int = 502


@dataclass(frozen=True, slots=True)
class ModbusRtuBus:
    """A serial line at this machine; `device` is its file, `stop_bits` 1 or 2."""

    id: str
    device: str
    baud: int = 9600
    parity: str = "N"
    stop_bits: int = 1


@dataclass(frozen=True, slots=True)
class MqttBroker:
    """A broker; the password itself stands in the environment variable `password_env` (or its `_FILE` twin).

    `edges`: boxes in buildings send their readings through it. `discover`: a pattern of topics on which meters that
    nobody configured are looked for; None: they are not.
    """

    id: str
    url: str
    username: str | None = None
    password_env: str | None = None
    edges: bool = False
    discover: str | None = None


ModbusBus = ModbusTcpBus | ModbusRtuTcpBus | ModbusUdpBus | ModbusRtuBus
Source = ModbusBus | MqttBroker


def discovers(sources: Iterable[Source]) -> bool:
    """Say whether new topics are looked for at any broker."""
    return any(isinstance(one, MqttBroker) and one.discover is not None for one in sources)
