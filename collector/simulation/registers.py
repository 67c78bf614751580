"""The register image of a simulated device: what its table says, encoded as the device would. Pure."""

import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from collector.conversion import ratio_to_canonical
from collector.modbus.decode import TYPES
from collector.modbus.plan import PROTOCOL_LIMIT, wanted_registers
from config.errors import ConfigurationError
from config.meters import Meter
from config.profiles import ByteOrder, DeviceProfile, GapReads, Register, WordOrder

Values = Callable[[Meter, datetime], float | None]

ILLEGAL_FUNCTION = 1
ILLEGAL_ADDRESS = 2
ILLEGAL_VALUE = 3
_POWER_SPAN = timedelta(minutes=15)
_W_PER_KW = 1000.0
# What a gauge shows where nothing better is known, in canonical units; every other register shows 0.
_USUAL = {
    "voltage": 230.0,
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
    """A unit id with its table and the meters that live in it."""

    profile: DeviceProfile
    meters: tuple[Meter, ...]
    values: Values

    def answer(self, function_code: int, address: int, count: int, now: datetime) -> bytes | None:
        """Return the payload of a read, or None if the device is dead; raises `Refusal`."""
        shown = self._shown(now)
        if shown is None:
            return None
        registers = [one for one in self.profile.registers if one.function_code == function_code]
        self._check(registers, address, count)
        words = list(
            range(address, address + count)
        )  # a hole shows its own address, so that a wrong one shows itself
        for register in registers:
            if register.end > address and register.address < address + count and register.type in TYPES:
                _put(words, address, register, encode(register, shown.get(register, 0.0)))
        return struct.pack(f">{count}H", *(word & 0xFFFF for word in words))

    def _check(self, registers: list[Register], address: int, count: int) -> None:
        if not registers:
            raise Refusal(ILLEGAL_FUNCTION)
        if not 1 <= count <= min(self.profile.max_registers, PROTOCOL_LIMIT):
            raise Refusal(ILLEGAL_VALUE)
        if self.profile.even_only and (address % 2 or count % 2):
            raise Refusal(ILLEGAL_ADDRESS)
        listed = {word for register in registers for word in range(register.address, register.end)}
        if self.profile.gap_reads is not GapReads.ALLOWED and not listed.issuperset(range(address, address + count)):
            raise Refusal(ILLEGAL_ADDRESS)

    def _shown(self, now: datetime) -> Mapping[Register, float] | None:
        shown = {one: _USUAL.get(one.quantity, 0.0) for one in self.profile.registers if one.type in TYPES}
        for meter in self.meters:
            value = self.values(meter, now)
            if value is None:
                return None
            (register,) = wanted_registers(self.profile, (meter.quantity,))[:1]
            shown[register] = value
            if register.quantity.startswith("active_energy") and "active_power" in self.profile.series:
                shown[self.profile.series["active_power"]] = self._power_w(meter, now, value)
        return shown

    def _power_w(self, meter: Meter, now: datetime, value_kwh: float) -> float:
        before_kwh = self.values(meter, now - _POWER_SPAN)
        hours = _POWER_SPAN / timedelta(hours=1)
        return 0.0 if before_kwh is None else max(0.0, value_kwh - before_kwh) / hours * _W_PER_KW


def encode(register: Register, value: float) -> bytes:
    """Return the register's bytes on the wire for a value in the quantity's canonical unit.

    Integer registers are rounded to their scale and wrap at their width, as counters do.
    """
    code, _ = TYPES[register.type]
    raw = Fraction(Decimal(repr(value))) / (Fraction(register.scale) * _ratio(register))
    if code in "efd":
        packed = struct.pack(f">{code}", float(raw))
    else:
        packed = (round(raw) % 2 ** (16 * register.count)).to_bytes(2 * register.count, "big")
    words = [packed[at : at + 2] for at in range(0, len(packed), 2)]
    words = words[::-1] if register.word_order is WordOrder.LSW_FIRST else words
    return b"".join(word[::-1] if register.byte_order is ByteOrder.LITTLE else word for word in words)


def _ratio(register: Register) -> Fraction:
    try:
        return ratio_to_canonical(register.unit, register.quantity)
    except ConfigurationError:
        return Fraction(1)  # no reading is ever made of it


def _put(words: list[int], address: int, register: Register, encoded: bytes) -> None:
    for offset, word in enumerate(struct.unpack(f">{register.count}H", encoded)):
        place = register.address + offset - address
        if 0 <= place < len(words):
            words[place] = word
