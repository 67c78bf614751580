"""Encodes values as a device with a given table would put them on the wire. Pure."""

import struct
from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction

from collector.conversion import ratio_to_canonical
from collector.modbus.words import FLOATS, TYPES
from config.errors import ConfigurationError
from config.profiles.registers import FACTOR, SCALE, ByteOrder, Coding, Register, WordOrder
from config.quantities import QUANTITIES

# Powers of ten that a device with scale registers uses, by the unit of the table; any other is 0.
_EXPONENTS = {"V": -1, "A": -2, "Hz": -2, "W": 1, "VA": 1, "var": 1, "Pct": -2}
_BLANK = b"\0"


def encode(register: Register, value: float) -> bytes:
    """Return the register's bytes on the wire for a value in the quantity's canonical unit.

    Integer registers are rounded to their scale and wrap at their width, as counters do.
    """
    return encode_raw(register, _in_register_unit(register, value) / Fraction(register.scale))


def encode_raw(register: Register, raw: Fraction) -> bytes:
    """Return the bytes of the register's own number."""
    code, _ = TYPES[register.type]
    if code in FLOATS:
        packed = struct.pack(f">{code}", float(raw))
    elif len(code) > 1:  # half of a register
        packed = (round(raw) % 256).to_bytes(2, "little" if code[0] in "Bb" else "big")
    else:
        packed = (round(raw) % 2 ** (16 * register.count)).to_bytes(2 * register.count, "big")
    words = [packed[at : at + 2] for at in range(0, len(packed), 2)]
    words = words[::-1] if register.word_order is WordOrder.LSW_FIRST else words
    return b"".join(word[::-1] if register.byte_order is ByteOrder.LITTLE else word for word in words)


def encode_text(register: Register, text: str) -> bytes:
    """Return the bytes of a string register, filled up with zeros."""
    packed = text.encode()[: 2 * register.count].ljust(2 * register.count, _BLANK)
    if register.byte_order is ByteOrder.LITTLE:
        return b"".join(packed[at : at + 2][::-1] for at in range(0, len(packed), 2))
    return packed


def encoded_pieces(register: Register, value: float) -> list[tuple[Register, bytes]]:
    """Return all registers that make up the value, with their bytes: a counter in two parts is taken apart."""
    if not register.plus:
        return [(register, encode(register, value))]
    rest = _in_register_unit(register, value)
    shares: list[tuple[Register, Fraction]] = []
    for piece, following in zip(register.pieces, (*register.plus, None), strict=True):
        raw = rest / Fraction(piece.scale)
        if following is not None and abs(following.scale) < abs(piece.scale):
            raw = Fraction(int(raw))
        raw = max(Fraction(0), raw)  # what is negative stands in a register that is subtracted
        shares.append((piece, raw))
        rest -= raw * Fraction(piece.scale)
    return [(piece, encode_raw(piece, raw)) for piece, raw in shares]


def unit_codes(registers: Iterable[Register]) -> dict[int, int]:
    """Return what the registers that tell units by a code show, by address: the first meaning of every rule."""
    codes: dict[int, int] = {}
    for register in registers:
        rule = register.unit_rule
        if rule is not None and rule.cases:
            codes[rule.address] = codes.get(rule.address, 0) | rule.cases[0].equals
    return codes


def encoded_needs(register: Register, codes: Mapping[int, int]) -> list[tuple[Register, bytes]]:
    """Return the registers that say how to understand the value, with what the simulated device says there."""
    found: list[tuple[Register, bytes]] = []
    for need in register.needs if register.is_measured else ():
        if need.quantity == SCALE:
            found.append((need, encode_raw(need, Fraction(_EXPONENTS.get(register.unit, 0)))))
        elif need.quantity == FACTOR:
            found.append((need, encode_raw(need, Fraction(1))))
        elif need.type == "string":
            found.append((need, encode_text(need, QUANTITIES[register.quantity].unit)))
        else:
            found.append((need, encode_raw(need, Fraction(codes.get(need.address, 0)))))
    return found


def _in_register_unit(register: Register, value: float) -> Fraction:
    exact = Fraction(Decimal(repr(value)))
    if register.scale_register is not None:
        exact /= Fraction(10) ** _EXPONENTS.get(register.unit, 0)
    if register.coding is Coding.FOUR_QUADRANT and abs(value) < 1:
        exact = exact + 2 if exact < 0 else exact
    return exact / _ratio(register)


def _ratio(register: Register) -> Fraction:
    rule = register.unit_rule
    try:
        if rule is not None and not rule.cases:
            return Fraction(1)  # the device names the canonical unit
        return ratio_to_canonical(register.unit if rule is None else rule.cases[0].unit, register.quantity)
    except ConfigurationError:
        return Fraction(1)  # no reading is ever made of it
