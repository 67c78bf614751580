"""Which server answers for which kind of bus."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Protocol

from collector.simulation.servers.answers import Answers, Unit
from collector.simulation.servers.conversations import RtuConversation, TcpConversation
from collector.simulation.servers.datagrams import DatagramServer
from collector.simulation.servers.serial_server import SerialServer
from collector.simulation.servers.streams import StreamServer
from config.portfolio.sources import ModbusBus, ModbusRtuBus, ModbusRtuTcpBus, ModbusTcpBus, ModbusUdpBus

Clock = Callable[[], datetime]


class Server(Protocol):
    """Answers from `start` until `stop`."""

    async def start(self) -> None:
        """Open what is listened on; raises `OSError` or `Unreachable`."""
        ...

    async def stop(self) -> None:
        """Close everything."""
        ...


def server_of(bus: ModbusBus, units: Mapping[int, Unit], clock: Clock) -> Server:
    """Return what answers for the units of a bus where the portfolio says that they are."""
    match bus:
        case ModbusTcpBus():
            return tcp_server(bus.host, bus.port, units, clock)
        case ModbusRtuTcpBus():
            line = Answers(units, clock, is_gateway=False)
            return StreamServer(bus.host, bus.port, lambda: RtuConversation(line))
        case ModbusUdpBus():
            datagrams = Answers(units, clock, is_gateway=True)
            return DatagramServer(bus.host, bus.port, lambda: TcpConversation(datagrams))
        case ModbusRtuBus():
            return SerialServer(bus, RtuConversation(Answers(units, clock, is_gateway=False)))


def tcp_server(host: str, port: int, units: Mapping[int, Unit], clock: Clock) -> StreamServer:
    """Return a Modbus TCP gateway with these units behind it."""
    answers = Answers(units, clock, is_gateway=True)
    return StreamServer(host, port, lambda: TcpConversation(answers))
