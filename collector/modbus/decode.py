"""What the registers of an answer mean: precompiled per block, so that an answer costs microseconds. Pure.

Each value stands in the register's own type; word and byte order, "no value" patterns, scale and unit come from the
device's table. What the device says it does not have is None, never a number.
"""

from collections.abc import Container, Sequence
from dataclasses import dataclass
from fractions import Fraction

from collector.conversion import ratio_to_canonical
from collector.modbus.derive import Facts, is_simple, value_reader
from collector.modbus.plan import Block, spanning
from collector.modbus.words import TYPES, absent_values, text_in, unpacker
from config.errors import ConfigurationError
from config.profiles.registers import Register
from gateway.reading import Reading

__all__ = ["TYPES", "BlockDecoder", "FactsDecoder", "Series", "absent_values", "decode", "decode_text", "unpacker"]


@dataclass(frozen=True, slots=True)
class Series:
    """Where a register's value goes: a quantity of a meter."""

    meter: str
    quantity: str
    register: Register


class BlockDecoder:
    """Turns the payload of one block's answer into readings in canonical units.

    `facts` holds what the device said about its values in other blocks.
    """

    def __init__(self, block: Block, series: Sequence[Series], facts: Facts | None = None) -> None:
        ordered = sorted(series, key=lambda one: (one.register.address, one.register.count))
        simple = [one for one in ordered if is_simple(one.register)]
        known = facts or Facts()
        self._unpack = unpacker(block, [one.register for one in simple])
        self._steps = [(one.meter, one.quantity, *_conversion(one)) for one in simple]
        self._derived = [
            (one.meter, one.quantity, value_reader(one.register, block, known))
            for one in ordered
            if not is_simple(one.register)
        ]

    def readings(self, payload: bytes, time_ms: int) -> list[Reading]:
        """Return a reading for every series that has a value; `payload` is the block's registers, big-endian."""
        found = []
        for value, (meter, quantity, times, over, absent) in zip(self._unpack(payload), self._steps, strict=True):
            result = value * times / over
            # A NaN or an infinity minus itself is NaN: the cheapest way to see that a value is finite.
            if result - result == 0 and value not in absent:
                found.append(Reading(meter, quantity, time_ms, result))
        for meter, quantity, read in self._derived:
            derived = read(payload)
            if derived is not None:
                found.append(Reading(meter, quantity, time_ms, derived))
        return found


class FactsDecoder:
    """Keeps what a block's answer says about the values of other blocks; gives no readings."""

    def __init__(self, block: Block, facts: Facts) -> None:
        self._block = block
        self._facts = facts

    def readings(self, payload: bytes, _time_ms: int) -> list[Reading]:
        """Learn, and return nothing."""
        self._facts.learn(self._block.registers, self._block, payload)
        return []


def decode(register: Register, payload: bytes, facts: Facts | None = None) -> float | None:
    """Return one register's value in the unit of the table, scaled; None where the device says "not available".

    `payload` spans all its `pieces`. A register whose unit the device tells comes in the quantity's own. Raises
    `ConfigurationError` for one that needs `facts` where there are none.
    """
    block = spanning(register)
    if facts is None and any(need.address < block.address or need.end > block.end for need in register.needs):
        raise ConfigurationError(
            f"register {register.address}: what it means stands in a scale register or beside it, to be read as well"
        )
    if not is_simple(register):
        return value_reader(register, block, facts or Facts(), canonical=False)(payload)
    (value,) = unpacker(block, [register])(payload)
    if value - value != 0 or value in absent_values(register):
        return None
    scale = Fraction(register.scale)
    return value * scale.numerator / scale.denominator


def decode_text(register: Register, payload: bytes) -> str | None:
    """Return what a string register says; None where nothing is written."""
    return text_in(register, spanning(register), payload)


def _conversion(series: Series) -> tuple[int, int, Container[float]]:
    # Integers times over integers are divided exactly and rounded once, which no multiplication with 0.001 is.
    register = series.register
    ratio = Fraction(register.scale) * ratio_to_canonical(register.unit, register.quantity)
    return ratio.numerator, ratio.denominator, absent_values(register)
