"""The register image of a simulated device: what its table says, encoded as the device would. Pure."""

import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from zlib import crc32

from collector.modbus.plan import PROTOCOL_LIMIT
from collector.modbus.series import register_of
from collector.modbus.words import TYPES
from collector.simulation.encoding import encode, encode_text, encoded_needs, encoded_pieces, unit_codes
from collector.simulation.sunspec import FIRST_MODEL, end_of, image
from config.meters.meter import Meter, ModbusSource
from config.profiles.registers import IDENTITIES, DeviceProfile, GapReads, Register

__all__ = ["Refusal", "SimulatedDevice", "Values", "encode"]

Values = Callable[[Meter, datetime], float | None]

ILLEGAL_FUNCTION = 1
ILLEGAL_ADDRESS = 2
ILLEGAL_VALUE = 3
_POWER_SPAN = timedelta(minutes=15)
_W_PER_KW = 1000.0
# What a gauge shows where nothing better is known, in canonical units; every other register shows 0.
_USUAL = {
    "voltage": 230.0,
    "voltage_ll": 400.0,
    "frequency": 50.0,
    "power_factor": 1.0,
    "flow_temperature": 70.0,
    "return_temperature": 50.0,
}


class Refusal(Exception):
    """The device answers with an exception code."""

    def __init__(self, code: int) -> None:
        self.code = code
        super().__init__(f"exception code {code}")


@dataclass(frozen=True)
class SimulatedDevice:
    """A table and the meters that live in it. `first`: where the first of its models stands, if it is SunSpec's."""

    profile: DeviceProfile
    meters: tuple[Meter, ...]
    values: Values
    first: int = FIRST_MODEL

    def answer(self, function_code: int, address: int, count: int, now: datetime) -> bytes | None:
        """Return the payload of a read, or None if the device is dead; raises `Refusal`."""
        shown = self._shown(now)
        if shown is None:
            return None
        self._check(function_code, address, count)
        # A hole shows its own address, so that a wrong one shows itself.
        words = [word & 0xFFFF for word in range(address, address + count)]
        for place, word in self._header.items():
            if 0 <= place - address < count:
                words[place - address] = word
        for register in self._table:
            if register.function_code == function_code:
                for piece, encoded in self._encoded(register, shown):
                    _put(words, address, piece, encoded)
        return struct.pack(f">{count}H", *words)

    def is_dead(self, now: datetime) -> bool:
        """Say whether one of the meters is: they share the device."""
        return any(self.values(meter, now) is None for meter in self.meters)

    def lists(self, function_code: int, address: int) -> bool:
        """Say whether the table has something at an address."""
        return address in self._listed.get(function_code, frozenset())

    @property
    def end_of_models(self) -> int:
        """Where a further model of the same unit would stand."""
        return end_of(self.profile, len(self._models), self.first) if self.profile.relative else self.first

    @cached_property
    def _models(self) -> tuple[DeviceProfile, ...]:
        """The tables with wire addresses; a device that has to be searched has a model for each of its channels."""
        if not self.profile.relative:
            return (self.profile,)
        model, count = next(iter(self.profile.variants), 0), max(map(_channel_number, self.meters), default=1)
        places = [end_of(self.profile, number, self.first) for number in range(count)]
        return tuple(self.profile.located(model, place) for place in places)

    @cached_property
    def _table(self) -> tuple[Register, ...]:
        # What is measured is written last: it may stand on registers that the table also lists by themselves.
        registers = [register for model in self._models for register in model.registers]
        return tuple(sorted(registers, key=lambda register: register.is_measured))

    @cached_property
    def _codes(self) -> Mapping[int, int]:
        return unit_codes(self._table)

    @cached_property
    def _header(self) -> Mapping[int, int]:
        return image(self.profile, len(self._models), self.first) if self.profile.relative else {}

    @cached_property
    def _listed(self) -> Mapping[int, frozenset[int]]:
        listed: dict[int, set[int]] = {}
        for register in self._table:
            for piece in (*register.pieces, *register.needs):
                listed.setdefault(piece.function_code, set()).update(range(piece.address, piece.end))
        if self._header:
            listed.setdefault(self.profile.function_code, set()).update(self._header)
        return {function_code: frozenset(words) for function_code, words in listed.items()}

    def _encoded(self, register: Register, shown: Mapping[Register, float]) -> list[tuple[Register, bytes]]:
        if register.type == "string":
            text = str(self._serial) if register.quantity in IDENTITIES else ""
            return [(register, encode_text(register, text))] if text else []
        if register.type not in TYPES:
            return []
        return [*encoded_pieces(register, shown.get(register, 0.0)), *encoded_needs(register, self._codes)]

    @cached_property
    def _serial(self) -> int:
        return crc32("".join(meter.id for meter in self.meters).encode()) % 10_000_000

    def _check(self, function_code: int, address: int, count: int) -> None:
        if function_code not in self._listed:
            raise Refusal(ILLEGAL_FUNCTION)
        if not 1 <= count <= min(self.profile.max_registers, PROTOCOL_LIMIT):
            raise Refusal(ILLEGAL_VALUE)
        if self.profile.even_only and (address % 2 or count % 2):
            raise Refusal(ILLEGAL_ADDRESS)
        asked = range(address, address + count)
        listed = self._listed[function_code]
        if self.profile.relative:
            if address not in listed:
                raise Refusal(ILLEGAL_ADDRESS)
        elif self.profile.gap_reads is not GapReads.ALLOWED and not listed.issuperset(asked):
            raise Refusal(ILLEGAL_ADDRESS)

    def _shown(self, now: datetime) -> Mapping[Register, float] | None:
        shown = {one: _USUAL.get(one.quantity, 0.0) for one in self._table if one.type in TYPES}
        shown |= {one: float(self._serial) for one in shown if one.quantity in IDENTITIES}
        for meter in self.meters:
            value = self.values(meter, now)
            if value is None:
                return None
            channel = _channel(meter)
            table = self._models[_channel_number(meter) - 1 if self.profile.relative else 0]
            shown[register_of(table, meter.quantity, channel)] = value
            power = table.series.get("active_power" if channel is None else f"active_power.{channel}")
            if meter.quantity.startswith("active_energy") and power is not None:
                shown[power] = self._power_w(meter, now, value)
        return shown

    def _power_w(self, meter: Meter, now: datetime, value_kwh: float) -> float:
        before_kwh = self.values(meter, now - _POWER_SPAN)
        hours = _POWER_SPAN / timedelta(hours=1)
        return 0.0 if before_kwh is None else max(0.0, value_kwh - before_kwh) / hours * _W_PER_KW


def _channel(meter: Meter) -> str | None:
    return meter.source.channel if isinstance(meter.source, ModbusSource) else None


def _channel_number(meter: Meter) -> int:
    channel = _channel(meter)
    return int(channel) if channel is not None and channel.isdecimal() else 1


def _put(words: list[int], address: int, register: Register, encoded: bytes) -> None:
    for offset, word in enumerate(struct.unpack(f">{register.count}H", encoded)):
        place = register.address + offset - address
        if 0 <= place < len(words):
            words[place] = word
