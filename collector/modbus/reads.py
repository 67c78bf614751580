"""What a device is asked in a poll: its blocks, and before them, the first time, what it has to say once. Pure."""

from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import dataclass
from typing import Protocol

from pymodbus.pdu import ModbusPDU

from collector.modbus.decode import BlockDecoder, FactsDecoder, Series
from collector.modbus.derive import Facts
from collector.modbus.faults import Fault, ModbusFault
from collector.modbus.frames import request
from collector.modbus.identity import SerialRead, common_model_serial, serial_read
from collector.modbus.plan import Block, reading_plan
from collector.modbus.series import series_of
from collector.modbus.sunspec import MARKER_REGISTERS, Model, Search, common_model_of, matching, search
from config.meters.meter import Meter, ModbusSource
from config.profiles.registers import DeviceProfile
from gateway.reading import Reading

SILENCES = 2
Group = Sequence[tuple[Meter, ModbusSource]]


class Decoder(Protocol):
    """Makes readings of an answer, or learns from it and makes none."""

    def readings(self, payload: bytes, time_ms: int, /) -> list[Reading]: ...


@dataclass(frozen=True, slots=True)
class BlockRead:
    """One request and what its answer means."""

    request: ModbusPDU
    decoder: Decoder


class Reads(Protocol):
    """The requests of a poll, in order; each is made only after the one before was answered and decoded."""

    serial: SerialRead | None  # how to ask who the device is; None where nobody knows, or not yet

    def __iter__(self) -> Iterator[BlockRead]: ...

    def __len__(self) -> int:
        """How many requests a usual poll takes."""
        ...

    def refused(self) -> bool:
        """Take note that the device does not have what the last request asked for; say if the poll goes on."""
        ...

    def forget(self) -> None:
        """Ask again what was asked once: the device was away, and who comes back may be another."""
        ...


class PlannedReads:
    """Scale factors and units once, then the blocks of every poll.

    `is_told`: whether the device has said what it was asked once; one that starts up may have no value there yet.
    """

    def __init__(
        self,
        once: Sequence[BlockRead],
        live: Sequence[BlockRead],
        *,
        is_told: Callable[[], bool] = lambda: True,
        serial: SerialRead | None = None,
    ) -> None:
        self.serial = serial
        self.once = tuple(once)
        self.live = tuple(live)
        self._is_told = is_told
        self._is_known = not once
        self._is_live = False

    def __iter__(self) -> Iterator[BlockRead]:
        self._is_live = False
        if not self._is_known:
            yield from self.once
            self._is_known = self._is_told()
        self._is_live = True
        yield from self.live

    def __len__(self) -> int:
        return len(self.live)

    def refused(self) -> bool:
        """Go on with the other blocks; what the device says once is needed."""
        return self._is_live and len(self.live) > 1

    def forget(self) -> None:
        """Ask again what was asked once."""
        self._is_known = not self.once


class SearchedReads:
    """Finds the models of a SunSpec device first, over several polls where places are refused.

    A place that is refused is passed over in the next poll. One that stays silent is asked again: the device may be
    away, and only one that was never found may be of those that do not refuse.
    """

    def __init__(self, unit: int, profile: DeviceProfile, group: Group) -> None:
        self._unit = unit
        self._profile = profile
        self._group = group
        self._base: int | None = None
        self.serial: SerialRead | None = None
        self._begin()

    def forget(self) -> None:
        """Search again, first where the models were; a search that has found nothing yet goes on."""
        if self._found is not None or self._has_heard:
            self._begin()

    def _begin(self) -> None:
        bases = dict.fromkeys((*(() if self._base is None else (self._base,)), *self._profile.search_at))
        self._steps: Search = search(tuple(bases), self._profile.function_code)
        self._pending: Block | None = next(self._steps)
        self._silences = 0
        self._has_heard = False
        self._found: PlannedReads | None = None

    def __iter__(self) -> Iterator[BlockRead]:
        while self._found is None and self._pending is not None:
            if self._silences >= SILENCES and self._base is None:
                self.refused()
                continue
            self._silences += 1
            yield BlockRead(request(self._unit, self._pending), _Listener(self))
        if self._found is None:
            self._found = self._planned(self._models)
        yield from self._found

    def __len__(self) -> int:
        return 0 if self._found is None else len(self._found)

    def refused(self) -> bool:
        """Go on to the next place in the next poll."""
        if self._found is not None:
            return self._found.refused()
        # A search that ended without the model begins anew: nothing of it was refused yet.
        if self._pending is not None and self._silences:
            self.heard(None)
        return False

    def heard(self, payload: bytes | None) -> None:
        """Take the answer to a step of the search."""
        self._silences = 0
        self._has_heard |= payload is not None
        try:
            self._pending = self._steps.send(payload)
        except StopIteration as finished:
            self._models: tuple[Model, ...] = finished.value
            self._pending = None

    def _planned(self, found: tuple[Model, ...]) -> PlannedReads:
        series: list[Series] = []
        commons: set[Model | None] = set()
        table = self._profile
        for meter, source in self._group:
            model = matching(self._profile, found, source.channel)
            if model is None:
                self._begin()
                seen = ", ".join(str(one.id) for one in found) or "none"
                raise ModbusFault(Fault.ILLEGAL, f"no model of {self._profile.id} for {meter.id} (found: {seen})")
            self._base = found[0].address - MARKER_REGISTERS
            table = self._profile.located(model.id, model.address)
            series += series_of(meter, source, table)
            commons |= {common_model_of(model, found)}
        self.serial = _serial(self._unit, table, commons)
        return _planned(self._unit, table, series)


def _serial(unit: int, table: DeviceProfile, commons: Set[Model | None]) -> SerialRead | None:
    """How to ask for the serial number of the one device that all meters belong to; None where they are several."""
    (common, *others) = commons
    if common is None or others:
        return None
    return common_model_serial(unit, common.address, table.function_code)


class _Listener:
    def __init__(self, reads: SearchedReads) -> None:
        self._reads = reads

    def readings(self, payload: bytes, _time_ms: int, /) -> list[Reading]:
        self._reads.heard(payload)
        return []


def reads_of(unit: int, profile: DeviceProfile, group: Group) -> Reads:
    """Return how to ask a device for its meters; raises `ConfigurationError` for a register that does not exist."""
    if profile.relative:
        return SearchedReads(unit, profile, group)
    return _planned(unit, profile, [one for meter, source in group for one in series_of(meter, source, profile)])


def _planned(unit: int, profile: DeviceProfile, series: Sequence[Series]) -> PlannedReads:
    facts = Facts()
    plan = reading_plan(profile, [one.register for one in series])

    def live(block: Block) -> BlockRead:
        own = [one for one in series if one.register in block.registers]
        return BlockRead(request(unit, block), BlockDecoder(block, own, facts))

    once = [BlockRead(request(unit, block), FactsDecoder(block, facts)) for block in plan.once]
    told = [register for block in plan.once for register in block.registers]
    return PlannedReads(
        once,
        [live(block) for block in plan.live],
        is_told=lambda: facts.has(told),
        serial=serial_read(unit, profile),
    )
