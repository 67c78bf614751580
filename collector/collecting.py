"""The collector: every source of a portfolio, each in a task of its own, into one sink."""

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from collector.batch import Batch
from collector.modbus.bus import Bus
from collector.modbus.device import Device, devices_of
from collector.modbus.identity import SerialBook
from collector.modbus.polling import BusPolling, tick
from collector.mqtt.discovery.unassigned import Unassigned
from collector.mqtt.listener import Listener
from collector.mqtt.listener_building import listener_of
from collector.statistics import CollectorStatistics
from config.clocks import CLOCK_SLACK_MS
from config.errors import ConfigurationError
from config.portfolio.portfolio import Portfolio
from config.portfolio.sources import ModbusBus, MqttBroker
from config.profiles.registers import DeviceProfile
from gateway.ports import Sink
from gateway.reading import milliseconds


def _now() -> datetime:
    return datetime.now(UTC)


class Collector:
    """Reads what a portfolio declares from `run` on until it is cancelled.

    Raises `ConfigurationError` on construction for what no source could ever be read with (unknown profile, register,
    unit, format, missing password). A source that is away is waited for, and never delays another. `folder` is the
    state folder, in which what belongs to no meter is listed; None: it is refused. `slack_ms` is how far the clock
    of a sender may be ahead of ours.
    """

    def __init__(
        self,
        portfolio: Portfolio,
        profiles: Mapping[str, DeviceProfile],
        sink: Sink,
        *,
        environ: Mapping[str, str],
        clock: Callable[[], datetime] = _now,
        serials: SerialBook | None = None,
        folder: Path | None = None,
        slack_ms: int = CLOCK_SLACK_MS,
    ) -> None:
        self._portfolio = portfolio
        self._serials = serials
        self._clock = clock
        self._started_at = clock()
        self._batch = Batch(sink)
        brokers = [source for source in portfolio.sources if isinstance(source, MqttBroker)]
        self._unassigned = Unassigned(folder) if brokers and folder is not None else None
        self._listeners = [
            listener_of(
                portfolio,
                broker,
                sink,
                environ=environ,
                clock=clock,
                folder=folder,
                unassigned=self._unassigned,
                slack_ms=slack_ms,
            )
            for broker in brokers
        ]
        self._devices = devices_of(tuple(portfolio.meters.values()), dict(profiles))
        self._pollings: list[BusPolling] = []
        _check_buses(portfolio, self._devices)

    async def __aenter__(self) -> Self:
        buses = [source for source in self._portfolio.sources if not isinstance(source, MqttBroker)]
        self._pollings = [self._polling(bus, self._devices[bus.id]) for bus in buses if bus.id in self._devices]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for polling in self._pollings:
            polling.bus.close()
        if self._unassigned is not None:
            self._unassigned.close()
        self._batch.flush()

    async def run(self) -> None:
        """Collect until cancelled; what was read by then is durable on return."""
        async with asyncio.TaskGroup() as group:
            for polling in self._pollings:
                group.create_task(polling.run(), name=f"modbus {polling.bus.id}")
            if self._pollings:
                clock_s = asyncio.get_running_loop().time
                group.create_task(tick(self._pollings, clock_s=clock_s), name="modbus tick")
            for listener in self._listeners:
                group.create_task(_in_thread(listener), name=f"mqtt {listener.source}")
            group.create_task(_for_ever(), name="collector")

    def statistics(self) -> CollectorStatistics:
        """Return a snapshot of every source."""
        sources = [polling.statistics() for polling in self._pollings]
        sources += [listener.statistics() for listener in self._listeners]
        return CollectorStatistics(self._started_at, tuple(sources), self._batch.dropped)

    def _polling(self, bus: ModbusBus, devices: list[Device]) -> BusPolling:
        return BusPolling(
            Bus(bus),
            devices,
            self._batch,
            time_ms=lambda: milliseconds(self._clock()),
            clock_s=asyncio.get_running_loop().time,
            serials=self._serials,
        )


async def _in_thread(listener: Listener) -> None:
    # A thread of its own: the default executor has few, and a listener never gives its one back.
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(1, thread_name_prefix=f"mqtt {listener.source}") as threads:
        running = loop.run_in_executor(threads, listener.run)
        try:
            await asyncio.shield(running)
        except asyncio.CancelledError:
            listener.stop()
            await running
            raise


async def _for_ever() -> None:
    # A portfolio without live sources collects nothing, but the process that runs it must not end.
    await asyncio.Event().wait()


def _check_buses(portfolio: Portfolio, devices: Mapping[str, list[Device]]) -> None:
    unknown = devices.keys() - {source.id for source in portfolio.sources}
    if unknown:
        raise ConfigurationError(f"no source has the id {', '.join(sorted(unknown))}")
