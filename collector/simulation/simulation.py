"""One simulated device for every Modbus and MQTT meter of a portfolio, on the addresses that the portfolio names."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Self

from collector.mqtt.connection import account, broker_address
from collector.simulation.modbus_server import ModbusServer
from collector.simulation.publisher import Publisher, by_broker
from collector.simulation.registers import SimulatedDevice, Values
from config.errors import ConfigurationError, Unreachable
from config.meters import Meter, ModbusSource
from config.portfolio import ModbusTcpBus, MqttBroker, Portfolio
from config.profiles import DeviceProfile

PUBLISHED_EVERY = timedelta(seconds=10)


def _now() -> datetime:
    return datetime.now(UTC)


class Simulation:
    """Answers real Modbus TCP and publishes real MQTT from `async with` on.

    `values` gives what a meter's register shows at an instant, in the canonical unit of the meter's quantity; None:
    the device is dead, it neither answers nor publishes. Raises `Unreachable` where an address cannot be listened on.
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
        self._servers = [
            (bus, ModbusServer(devices, clock=clock)) for bus, devices in _devices(portfolio, profiles, values)
        ]
        self._publishers = _publishers(portfolio, values, environ or {})
        self._clock = clock
        self._published_every_s = published_every.total_seconds()
        self._publishing: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        try:
            for bus, server in self._servers:
                await _listen(bus, server)
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

    async def _stop(self) -> None:
        if self._publishing is not None:
            self._publishing.cancel()
            await asyncio.gather(self._publishing, return_exceptions=True)
            for publisher in self._publishers:
                await asyncio.to_thread(publisher.stop)
        for _, server in self._servers:
            await server.stop()


async def _listen(bus: ModbusTcpBus, server: ModbusServer) -> None:
    try:
        await server.start(bus.host, bus.port)
    except OSError as error:
        raise Unreachable(f"{bus.id}: cannot listen on {bus.host}:{bus.port}: {error}") from error


def _devices(
    portfolio: Portfolio, profiles: Mapping[str, DeviceProfile], values: Values
) -> list[tuple[ModbusTcpBus, dict[int, SimulatedDevice]]]:
    meters = [meter for meter in portfolio.meters.values() if isinstance(meter.source, ModbusSource)]
    buses = [source for source in portfolio.sources if isinstance(source, ModbusTcpBus)]
    return [(bus, _behind(bus, meters, profiles, values)) for bus in buses]


def _behind(
    bus: ModbusTcpBus, meters: list[Meter], profiles: Mapping[str, DeviceProfile], values: Values
) -> dict[int, SimulatedDevice]:
    units: dict[int, list[Meter]] = {}
    for meter in meters:
        if isinstance(meter.source, ModbusSource) and meter.source.bus == bus.id:
            units.setdefault(meter.source.device, []).append(meter)
    return {
        unit: SimulatedDevice(_profile(group[0], profiles), tuple(group), values) for unit, group in units.items()
    }


def _profile(meter: Meter, profiles: Mapping[str, DeviceProfile]) -> DeviceProfile:
    identifier = meter.source.profile if isinstance(meter.source, ModbusSource) else ""
    if identifier not in profiles:
        raise ConfigurationError(f"meter {meter.id}: no device profile has the id {identifier!r}")
    return profiles[identifier]


def _publishers(portfolio: Portfolio, values: Values, environ: Mapping[str, str]) -> list[Publisher]:
    brokers = {source.id: source for source in portfolio.sources if isinstance(source, MqttBroker)}
    return [
        Publisher(broker_address(brokers[broker].url), account(brokers[broker], environ), meters, values)
        for broker, meters in by_broker(tuple(portfolio.meters.values())).items()
    ]
