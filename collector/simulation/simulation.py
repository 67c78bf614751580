"""One simulated device for every Modbus and MQTT meter of a portfolio, on the addresses that the portfolio names."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Self

from collector.modbus.transports import endpoint_of
from collector.simulation.publishing.opening import publishers_of
from collector.simulation.registers import Values
from collector.simulation.rehearsal import unheard
from collector.simulation.servers.opening import Server, server_of
from collector.simulation.units import units_of
from config.errors import Unreachable
from config.portfolio.portfolio import Portfolio
from config.portfolio.sources import ModbusBus, MqttBroker
from config.profiles.registers import DeviceProfile

PUBLISHED_EVERY = timedelta(seconds=10)

log = logging.getLogger(__name__)


def _now() -> datetime:
    return datetime.now(UTC)


class Simulation:
    """Answers real Modbus by every way that a portfolio names and publishes real MQTT from `async with` on.

    `values` gives what a meter's register shows at an instant, in the canonical unit of the meter's quantity; None:
    the device is dead, it neither answers nor publishes. Raises `Unreachable` where an address cannot be listened
    on, or a serial line neither be opened nor made.
    """

    def __init__(
        self,
        portfolio: Portfolio,
        profiles: Mapping[str, DeviceProfile],
        values: Values,
        *,
        environ: Mapping[str, str] | None = None,
        clock: Callable[[], datetime] = _now,
        published_every: timedelta = PUBLISHED_EVERY,
    ) -> None:
        meters = tuple(portfolio.meters.values())
        buses = [source for source in portfolio.sources if not isinstance(source, MqttBroker)]
        self._servers = [(bus, server_of(bus, units_of(bus, meters, profiles, values), clock)) for bus in buses]
        self._publishers = publishers_of(portfolio, values, environ or {})
        self._portfolio = portfolio
        self._clock = clock
        self._published_every_s = published_every.total_seconds()
        self._publishing: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._tell_unsimulated()
        try:
            for bus, server in self._servers:
                await _open(bus, server)
        except Unreachable:
            await self._stop()
            raise
        for publisher in self._publishers:
            publisher.start()
        self._publishing = asyncio.create_task(self._publish(), name="simulation: publish")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stop()

    async def run(self) -> None:
        """Go on until cancelled."""
        if self._publishing is None:
            raise RuntimeError("a simulation runs inside `async with`")
        await asyncio.shield(self._publishing)

    async def _publish(self) -> None:
        while True:
            for publisher in self._publishers:
                publisher.publish(self._clock())
            await asyncio.sleep(self._published_every_s)

    def _tell_unsimulated(self) -> None:
        for broker in (source.id for source in self._portfolio.sources if isinstance(source, MqttBroker)):
            for meter, reason in unheard(self._portfolio, broker, self._clock()).items():
                log.warning("meter %s is not simulated: %s", meter, reason)

    async def _stop(self) -> None:
        if self._publishing is not None:
            self._publishing.cancel()
            await asyncio.gather(self._publishing, return_exceptions=True)
            for publisher in self._publishers:
                await asyncio.to_thread(publisher.stop)
        for _, server in self._servers:
            await server.stop()


async def _open(bus: ModbusBus, server: Server) -> None:
    try:
        await server.start()
    except OSError as error:
        raise Unreachable(f"{bus.id}: cannot answer on {endpoint_of(bus)}: {error}") from error
