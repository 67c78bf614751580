"""What the registers of an answer mean: precompiled per block, so that an answer costs microseconds. Pure.

Each value stands in the register's own type; word and byte order, "no value" patterns, scale and unit come from the
device's table. What the device says it does not have is None, never a number.
"""

import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from operator import itemgetter

from collector.conversion import ratio_to_canonical
from collector.modbus.plan import Block
from config.errors import ConfigurationError
from config.profiles import ByteOrder, Register, WordOrder
from gateway.reading import Reading

# type of a device table -> (struct code, registers)
TYPES = {
    "int16": ("h", 1),
    "uint16": ("H", 1),
    "float16": ("e", 1),
    "int32": ("i", 2),
    "uint32": ("I", 2),
    "acc32": ("I", 2),
    "float32": ("f", 2),
    "int64": ("q", 4),
    "uint64": ("Q", 4),
    "float64": ("d", 4),
}


@dataclass(frozen=True, slots=True)
class Series:
    """Where a register's value goes: a quantity of a meter."""

    meter: str
    quantity: str
    register: Register


class BlockDecoder:
    """Turns the payload of one block's answer into readings in canonical units."""

    def __init__(self, block: Block, series: Sequence[Series]) -> None:
        ordered = sorted(series, key=lambda one: (one.register.address, one.register.count))
        self._unpack = unpacker(block, [one.register for one in ordered])
        self._steps = [(one.meter, one.quantity, *_conversion(one)) for one in ordered]

    def readings(self, payload: bytes, time_ms: int) -> list[Reading]:
        """Return a reading for every series that has a value; `payload` is the block's registers, big-endian."""
        found = []
        for value, (meter, quantity, times, over, absent) in zip(self._unpack(payload), self._steps, strict=True):
            scaled = value * times / over
            # A NaN or an infinity minus itself is NaN: the cheapest way to see that a value is finite.
            if scaled - scaled == 0 and value not in absent:
                found.append(Reading(meter, quantity, time_ms, scaled))
        return found


def decode(register: Register, payload: bytes) -> float | None:
    """Return one register's value in the unit of the table, scaled; None where the device says "not available"."""
    block = Block(register.function_code, register.address, register.count, (register,))
    (value,) = unpacker(block, [register])(payload)
    if value - value != 0 or value in absent_values(register):
        return None
    scale = Fraction(register.scale)
    return value * scale.numerator / scale.denominator


def unpacker(block: Block, registers: Sequence[Register]) -> Callable[[bytes], tuple[float, ...]]:
    """Return what takes a block's payload apart; `registers` are in ascending order of address.

    One `struct.unpack` where no two registers overlap and all have the usual order; the bytes are put into the usual
    order first where the device has another, and overlapping ones are unpacked one by one.
    """
    overlapping = any(second.address < first.end for first, second in pairwise(registers))
    if overlapping:
        each = [unpacker(block, [register]) for register in registers]
        return lambda payload: tuple(value for unpack in each for value in unpack(payload))
    unpack = struct.Struct(_format(block, registers)).unpack
    order = _byte_order(block, registers)
    if order == tuple(range(len(order))):
        return unpack
    reorder = itemgetter(*order)
    return lambda payload: unpack(bytes(reorder(payload)))


def absent_values(register: Register) -> frozenset[float]:
    """Return the decoded values of the register's "no value" bit patterns.

    NaN needs none. A floating-point zero is never taken for one: it cannot be told from a measured 0 afterwards.
    """
    code, _ = _type(register)
    raw = (pattern.to_bytes(2 * register.count, "big") for pattern in register.not_available)
    values = frozenset(struct.unpack(f">{code}", pattern)[0] for pattern in raw)
    return values - {0.0} if code in "efd" else values


def _conversion(series: Series) -> tuple[int, int, frozenset[float]]:
    # Integers times over integers are divided exactly and rounded once, which no multiplication with 0.001 is.
    register = series.register
    ratio = Fraction(register.scale) * ratio_to_canonical(register.unit, register.quantity)
    return ratio.numerator, ratio.denominator, absent_values(register)


def _type(register: Register) -> tuple[str, int]:
    if register.scale_register is not None:
        raise ConfigurationError(f"register {register.address}: a scale register in the device is not read yet")
    code, count = TYPES.get(register.type, ("", 0))
    if count != register.count:
        raise ConfigurationError(
            f"register {register.address}: {register.count} registers of type {register.type!r} "
            f"(allowed: {', '.join(TYPES)})"
        )
    return code, count


def _format(block: Block, registers: Sequence[Register]) -> str:
    parts, position = [">"], block.address
    for register in registers:
        parts.append("2x" * (register.address - position) + _type(register)[0])
        position = register.end
    return "".join(parts) + "2x" * (block.address + block.count - position)


def _byte_order(block: Block, registers: Sequence[Register]) -> tuple[int, ...]:
    order = list(range(2 * block.count))
    for register in registers:
        first = 2 * (register.address - block.address)
        words = [order[at : at + 2] for at in range(first, first + 2 * register.count, 2)]
        words = words[::-1] if register.word_order is WordOrder.LSW_FIRST else words
        words = [word[::-1] for word in words] if register.byte_order is ByteOrder.LITTLE else words
        order[first : first + 2 * register.count] = [byte for word in words for byte in word]
    return tuple(order)
