"""From the words of an answer to raw numbers and texts, whatever the order of words and bytes. Pure."""

import struct
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass
from itertools import pairwise
from operator import itemgetter

from collector.modbus.plan import Block
from config.errors import ConfigurationError
from config.profiles.registers import ByteOrder, Register, WordOrder

# type of a device table -> (struct code, registers)
TYPES = {
    "bit": ("H", 1),
    "int8_low": ("xb", 1),
    "int8_high": ("bx", 1),
    "uint8_low": ("xB", 1),
    "uint8_high": ("Bx", 1),
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
FLOATS = frozenset("efd")


@dataclass(frozen=True, slots=True)
class _Either:
    patterns: Container[float]
    beyond: range

    def __contains__(self, value: object) -> bool:
        return value in self.patterns or value in self.beyond


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


def absent_values(register: Register) -> Container[float]:
    """Return the decoded values that mean "no value".

    NaN needs none. A floating-point zero is never taken for one: it cannot be told from a measured 0 afterwards.
    Raises `ConfigurationError` for a bound below which a number that is no integer should lie.
    """
    code, count = type_of(register)
    raw = (_as_register(pattern, code).to_bytes(2 * register.count, "big") for pattern in register.not_available)
    values = frozenset(struct.unpack(f">{code}", pattern)[0] for pattern in raw)
    if register.not_available_from is not None:
        if code in FLOATS:
            raise ConfigurationError(f"register {register.address}: not_available_from is for integers alone")
        beyond = range(register.not_available_from, 1 << 16 * count)
        return _Either(values, beyond) if values else beyond
    return values - {0.0} if code in FLOATS else values


def _as_register(pattern: int, code: str) -> int:
    # The pattern of a byte is written as a byte also where that is the upper one.
    return pattern << 8 if code.endswith("x") and pattern < 1 << 8 else pattern


def type_of(register: Register) -> tuple[str, int]:
    """Return the struct code and the count of registers of a number; raises `ConfigurationError` for what is none."""
    code, count = TYPES.get(register.type, ("", 0))
    if count != register.count:
        raise ConfigurationError(
            f"register {register.address}: {register.count} registers of type {register.type!r} "
            f"(allowed: {', '.join(TYPES)})"
        )
    return code, count


def text_in(register: Register, block: Block, payload: bytes) -> str | None:
    """Return the text of a string register without the blanks around it; None where nothing is written."""
    first = 2 * (register.address - block.address)
    raw = payload[first : first + 2 * register.count]
    if register.byte_order is ByteOrder.LITTLE:
        raw = b"".join(raw[at : at + 2][::-1] for at in range(0, len(raw), 2))
    written = raw.split(b"\0", maxsplit=1)[0].strip(b"\xff")
    try:
        return written.decode("utf-8").strip() or None
    except UnicodeDecodeError:
        return written.decode("latin-1").strip() or None


def _format(block: Block, registers: Sequence[Register]) -> str:
    parts, position = [">"], block.address
    for register in registers:
        parts.append("2x" * (register.address - position) + type_of(register)[0])
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
