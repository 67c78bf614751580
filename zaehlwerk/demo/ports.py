"""Free ports for the demo's simulated meters and its broker."""

import socket
from collections.abc import Iterable

from config.portfolio.sources import ModbusTcpBus, MqttBroker, Source

_HOST = "127.0.0.1"


def free_ports(sources: Iterable[Source]) -> dict[str, int]:
    """Return a port for each source by its id: the one that it names if it is free, else any free one."""
    chosen: dict[str, int] = {}
    for source in sources:
        wanted = _named(source)
        if wanted is not None:
            chosen[source.id] = _free(wanted) or _free(0)
    return chosen


def _named(source: Source) -> int | None:
    match source:
        case ModbusTcpBus(port=port):
            return port
        case MqttBroker(url=url):
            return int(url.rsplit(":", 1)[1])
        case _:
            return None


def _free(port: int) -> int:
    """Return the port if it can be listened on (0: any that can), else 0."""
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((_HOST, port))
        except OSError:
            return 0
        bound: int = trial.getsockname()[1]
        return bound
