"""Asks every device of every bus when it is due: one tick for all, one task per bus."""

import asyncio
import logging
import math
from collections import deque
from collections.abc import Callable, Sequence
from typing import Protocol

from pymodbus.pdu import ModbusPDU

from collector.batch import Batch
from collector.modbus.device import Change, Device, spread
from collector.modbus.faults import Fault, ModbusFault
from collector.modbus.identity import SerialBook, SerialRead, SerialsInMemory, compare, serial_in
from collector.modbus.patience import Patience
from collector.statistics import Counts, SourceStatistics
from config.errors import Unreachable
from gateway.reading import instant

SHORTEST_TICK_S = 0.05
LONGEST_TICK_S = 1.0
TICKS_PER_INTERVAL = 10
_HAIR = 0.01  # of a tick
# A device that failed is asked while nobody waits; on a bus that never rests it is asked after this time anyway.
PATIENT_FOR_S = 30.0

log = logging.getLogger(__name__)


class Reader(Protocol):
    """Sends one request and returns the payload of the answer; raises `ModbusFault`."""

    @property
    def id(self) -> str: ...

    @property
    def connected(self) -> bool: ...

    @property
    def kind(self) -> str: ...

    async def read(self, request: ModbusPDU, *, timeout_s: float | None = None) -> bytes: ...

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
        serials: SerialBook | None = None,
    ) -> None:
        self.bus = bus
        self.devices = devices
        self._batch = batch
        self._time_ms = time_ms
        self._clock_s = clock_s
        self._serials = serials or SerialsInMemory()
        self._patience = Patience(device.every_s for device in devices)
        self._due: deque[Device] = deque()
        self._suspects: deque[Device] = deque()
        self._was_suspect = False
        self._exchanged: dict[str, str] = {}
        self._wake = asyncio.Event()
        self._counts = Counts()

    def start_due(self, now_s: float) -> None:
        """Queue the devices that are due; a live one that still waits for its turn is counted as missed instead."""
        for device in self.devices:
            if device.due_s > now_s:
                continue
            if not device.is_queued:
                device.is_queued, device.queued_s = True, now_s
                (self._suspects if device.health.failures else self._due).append(device)
            elif not device.health.failures:
                self._counts.missed += 1
            device.due_s = device.next_slot_s(now_s)
        if self._due or self._suspects:
            self._wake.set()

    async def run(self) -> None:
        """Ask what is queued, for ever."""
        try:
            while True:
                await self._wake.wait()
                self._wake.clear()
                while (device := self._next()) is not None:
                    await self.poll(device)
                    _end_if_cancelled()
        finally:
            self.bus.close()

    async def poll(self, device: Device) -> None:
        """Read all blocks of a device; what it answered before a fault is kept."""
        self._counts.polls += 1
        if not self.bus.connected:
            for one in self.devices:
                one.reconnected(self._clock_s())
        try:
            await self._read(device, self._timeout_s(device))
        except ModbusFault as error:
            self._failed(device, error)
        else:
            self._answered(device)
            serial = device.reads.serial
            if serial is not None and device.serial_tries:
                await self._identify(device, serial)
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
            kind=self.bus.kind,
            connected=self.bus.connected,
            polls=counts.polls,
            readings=counts.readings,
            missed=counts.missed,
            faults=dict(counts.faults),
            refused=dict(counts.refused),
            offline=offline,
            exchanged=dict(self._exchanged),
        )

    def _next(self) -> Device | None:
        """Those that answer go first; of those that do not, never two in a row while others wait."""
        if self._suspects and (not self._due or self._is_overdue(self._suspects[0])):
            self._was_suspect = True
            return self._suspects.popleft()
        self._was_suspect = False
        return self._due.popleft() if self._due else None

    def _is_overdue(self, suspect: Device) -> bool:
        return not self._was_suspect and self._clock_s() - suspect.queued_s > PATIENT_FOR_S

    def _timeout_s(self, device: Device) -> float:
        return self._patience.timeout_s(
            declared_s=device.declared_timeout_s,
            is_known=device.heard_s is not None,
            is_first_try=not device.health.failures,
        )

    async def _read(self, device: Device, timeout_s: float) -> None:
        # A block that the device does not have costs the others nothing; where it has none, the table is wrong.
        refusals: list[tuple[ModbusPDU, ModbusFault]] = []
        answers = 0
        for read in device.reads:
            try:
                payload = await self._ask(read.request, timeout_s)
            except ModbusFault as error:
                if error.fault is not Fault.ILLEGAL or not device.reads.refused():
                    raise
                refusals.append((read.request, error))
                continue
            answers += 1
            readings = read.decoder.readings(payload, self._time_ms())
            self._batch.add(readings)
            self._counts.readings += len(readings)
        if refusals and not answers:
            raise refusals[0][1]
        for request, refusal in refusals:
            self._lacks(device, request, refusal)

    def _lacks(self, device: Device, request: ModbusPDU, error: ModbusFault) -> None:
        self._counts.faults[error.fault] += 1
        if request.address not in device.lacking:
            place = f"{request.count} registers from {request.address} on"
            log.warning("bus %s: device %s does not have the %s: %s", self.bus.id, device.name, place, error)
        device.lacking.add(request.address)

    async def _ask(self, request: ModbusPDU, timeout_s: float) -> bytes:
        started_s = self._clock_s()
        payload = await self.bus.read(request, timeout_s=timeout_s)
        self._patience.answered(self._clock_s() - started_s)
        return payload

    async def _identify(self, device: Device, read: SerialRead) -> None:
        device.serial_tries -= 1
        try:
            serial = serial_in(read, await self._ask(read.request, self._timeout_s(device)))
            now = instant(self._time_ms())
            changes = await compare(self._serials, device.meters, serial, now) if serial is not None else ()
        except ModbusFault as error:
            self._counts.faults[error.fault] += 1
        except Unreachable as error:
            log.warning("bus %s: the serial number of %s is not kept: %s", self.bus.id, device.name, error)
        else:
            device.serial_tries = 0
            self._exchanged |= {change.meter: change.serial for change in changes}

    def _answered(self, device: Device) -> None:
        since_ms = device.health.offline_since_ms
        if device.answered(self._clock_s()) is Change.BACK and since_ms is not None:
            gap_s = (self._time_ms() - since_ms) / 1000
            log.warning("bus %s: device %s is back after %.0f s", self.bus.id, device.name, gap_s)

    def _failed(self, device: Device, error: ModbusFault) -> None:
        self._counts.faults[error.fault] += 1
        if device.failed(error.fault, self._clock_s(), self._time_ms()) is Change.LOST:
            log.warning("bus %s: device %s is offline: %s", self.bus.id, device.name, error)


def _end_if_cancelled() -> None:
    # `asyncio.wait_for` of Python 3.11, with which pymodbus waits, loses a cancellation that comes with the answer.
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


def tick_s(devices: Sequence[Device]) -> float:
    """Return the length of a tick: a tenth of the shortest interval, within bounds."""
    shortest_s = min((device.every_s for device in devices), default=LONGEST_TICK_S)
    return min(max(shortest_s / TICKS_PER_INTERVAL, SHORTEST_TICK_S), LONGEST_TICK_S)


async def tick(pollings: Sequence[BusPolling], *, clock_s: Callable[[], float]) -> None:
    """Start what is due on all buses, tick after tick, for ever."""
    devices = [device for polling in pollings for device in polling.devices]
    pause_s = tick_s(devices)
    next_s = clock_s()
    spread(devices, next_s, tick_s=pause_s)
    while True:
        # What was planned for this tick is due, also where the clock woke us a hair too early.
        due_s = max(clock_s(), next_s + pause_s * _HAIR)
        for polling in pollings:
            polling.start_due(due_s)
        now_s = clock_s()
        next_s += pause_s * max(1, math.ceil((now_s - next_s) / pause_s))  # the places of the devices lie on ticks
        await asyncio.sleep(next_s - now_s)
