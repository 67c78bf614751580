"""Asks every device of every bus when it is due: one tick for all, one task per bus."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence
from typing import Protocol

from pymodbus.pdu import ModbusPDU

from collector.batch import Batch
from collector.modbus.device import Change, Device, spread
from collector.modbus.faults import ModbusFault
from collector.statistics import Counts, SourceStatistics
from gateway.reading import instant

SHORTEST_TICK_S = 0.05
LONGEST_TICK_S = 1.0
TICKS_PER_INTERVAL = 10

log = logging.getLogger(__name__)


class Reader(Protocol):
    """Sends one request and returns the payload of the answer; raises `ModbusFault`."""

    @property
    def id(self) -> str: ...

    @property
    def connected(self) -> bool: ...

    async def read(self, request: ModbusPDU) -> bytes: ...

    def close(self) -> None: ...


class BusPolling:
    """The devices of one bus, asked one after the other, so that no bus ever waits for another.

    `time_ms` gives milliseconds since 1970 UTC, `clock_s` a steady clock in seconds.
    """

    def __init__(
        self,
        bus: Reader,
        devices: Sequence[Device],
        batch: Batch,
        *,
        time_ms: Callable[[], int],
        clock_s: Callable[[], float],
    ) -> None:
        self.bus = bus
        self.devices = devices
        self._batch = batch
        self._time_ms = time_ms
        self._clock_s = clock_s
        self._due: deque[Device] = deque()
        self._wake = asyncio.Event()
        self._counts = Counts()

    def start_due(self, now_s: float) -> None:
        """Queue the devices that are due; one that still waits for its turn is counted as missed instead."""
        for device in self.devices:
            if device.due_s > now_s:
                continue
            if device.is_queued:
                self._counts.missed += 1
            else:
                device.is_queued = True
                self._due.append(device)
            device.due_s = device.next_slot_s(now_s)
        if self._due:
            self._wake.set()

    async def run(self) -> None:
        """Ask what is queued, for ever."""
        try:
            while True:
                await self._wake.wait()
                self._wake.clear()
                while self._due:
                    await self.poll(self._due.popleft())
        finally:
            self.bus.close()

    async def poll(self, device: Device) -> None:
        """Read all blocks of a device; what it answered before a fault is kept."""
        self._counts.polls += 1
        try:
            for read in device.reads:
                payload = await self.bus.read(read.request)
                readings = read.decoder.readings(payload, self._time_ms())
                self._batch.add(readings)
                self._counts.readings += len(readings)
        except ModbusFault as error:
            self._failed(device, error)
        else:
            self._answered(device)
        finally:
            device.is_queued = False

    def statistics(self) -> SourceStatistics:
        """Return a snapshot."""
        offline = {
            device.name: instant(device.health.offline_since_ms)
            for device in self.devices
            if device.health.offline_since_ms is not None
        }
        counts = self._counts
        return SourceStatistics(
            source=self.bus.id,
            kind="modbus_tcp",
            connected=self.bus.connected,
            polls=counts.polls,
            readings=counts.readings,
            missed=counts.missed,
            faults=dict(counts.faults),
            refused=dict(counts.refused),
            offline=offline,
        )

    def _answered(self, device: Device) -> None:
        since_ms = device.health.offline_since_ms
        if device.answered(self._clock_s()) is Change.BACK and since_ms is not None:
            gap_s = (self._time_ms() - since_ms) / 1000
            log.warning("bus %s: device %s is back after %.0f s", self.bus.id, device.name, gap_s)

    def _failed(self, device: Device, error: ModbusFault) -> None:
        self._counts.faults[error.fault] += 1
        if device.failed(error.fault, self._clock_s(), self._time_ms()) is Change.LOST:
            log.warning("bus %s: device %s is offline: %s", self.bus.id, device.name, error)


def tick_s(devices: Sequence[Device]) -> float:
    """Return the length of a tick: a tenth of the shortest interval, within bounds."""
    shortest_s = min((device.every_s for device in devices), default=LONGEST_TICK_S)
    return min(max(shortest_s / TICKS_PER_INTERVAL, SHORTEST_TICK_S), LONGEST_TICK_S)


async def tick(pollings: Sequence[BusPolling], *, clock_s: Callable[[], float]) -> None:
    """Start what is due on all buses, tick after tick, for ever."""
    devices = [device for polling in pollings for device in polling.devices]
    spread(devices, clock_s())
    pause_s = tick_s(devices)
    next_s = clock_s()
    while True:
        now_s = clock_s()
        for polling in pollings:
            polling.start_due(now_s)
        next_s = max(next_s + pause_s, now_s)
        await asyncio.sleep(next_s - now_s)
