"""Values that take more than one register: scale factors, units told by the device, counters in two parts. Pure."""

from collections.abc import Callable, Iterable
from fractions import Fraction
from math import lcm

from collector.conversion import ratio_to_canonical
from collector.modbus.plan import Block
from collector.modbus.words import absent_values, text_in, unpacker
from config.errors import ConfigurationError
from config.profiles.registers import FACTOR, SCALE, Coding, Register
from config.quantities import QUANTITIES, UNITS

Raw = float | str | None
Known = tuple[Raw, ...]
LARGEST_EXPONENT = 12  # SunSpec's -32768, a scale factor that is not implemented, lies far beyond
MOST_RATIOS = 64  # a healthy device has one; one that answers noise must not fill the memory


def is_simple(register: Register) -> bool:
    """Whether the register's own number times its scale is the value."""
    others = register.plus or register.needs or register.type == "bit"
    return not others and register.coding is Coding.PLAIN


class Facts:
    """What a device said once and what is true until it comes back from a silence: scale factors, units."""

    def __init__(self) -> None:
        self._known: dict[Register, Raw] = {}

    def get(self, register: Register) -> Raw:
        """Return what the register said; None where it was not read yet or has no value."""
        return self._known.get(register)

    def has(self, registers: Iterable[Register]) -> bool:
        """Say whether all of the registers had a value that means something."""
        return all(_means_something(register, self._known.get(register)) for register in registers)

    def learn(self, registers: Iterable[Register], block: Block, payload: bytes) -> None:
        """Keep what the registers of an answer say."""
        self._known.update((register, raw_reader(register, block)(payload)) for register in registers)


def raw_reader(register: Register, block: Block) -> Callable[[bytes], Raw]:
    """Return what reads a register's own number or text out of a payload; None where it has none."""
    if register.type == "string":
        return lambda payload: text_in(register, block, payload)
    unpack, absent, bit = unpacker(block, (register,)), absent_values(register), register.bit

    def read(payload: bytes) -> Raw:
        (value,) = unpack(payload)
        if value - value != 0 or value in absent:
            return None
        return value if bit is None else int(value) >> bit & 1

    return read


def value_reader(
    register: Register, block: Block, facts: Facts, *, canonical: bool = True
) -> Callable[[bytes], float | None]:
    """Return what makes a register's value of a payload, in the quantity's unit or that of the table.

    What the value needs is taken from the same payload where it stands there, else from `facts`. None where a part is
    missing, or where the device names a unit that nobody knows.
    """
    pieces = [raw_reader(piece, block) for piece in register.pieces]
    needs = [_need_reader(need, block, facts) for need in register.needs]
    weights, over = _weights(register)
    ratios: dict[Known, Fraction | None] = {}
    code = _coding(register, canonical=canonical)

    def read(payload: bytes) -> float | None:
        raw = [piece(payload) for piece in pieces]
        known = tuple(need(payload) for need in needs)
        if known not in ratios:
            if len(ratios) >= MOST_RATIOS:
                ratios.clear()
            ratios[known] = _ratio(register, known, canonical=canonical)
        ratio = ratios[known]
        if ratio is None:
            return None
        total: float = 0
        for number, weight in zip(raw, weights, strict=True):
            if not isinstance(number, int | float):
                return None
            total += number * weight
        value = code(total * ratio.numerator / (over * ratio.denominator))
        return value if value - value == 0 else None

    return read


def _need_reader(need: Register, block: Block, facts: Facts) -> Callable[[bytes], Raw]:
    if need.function_code == block.function_code and need.address >= block.address and need.end <= block.end:
        return raw_reader(need, block)
    return lambda _payload: facts.get(need)


def _weights(register: Register) -> tuple[list[int], int]:
    # Whole numbers over one denominator: the parts are added exactly and rounded once.
    scales = [Fraction(piece.scale) for piece in register.pieces]
    over = lcm(*(scale.denominator for scale in scales))
    return [int(scale * over) for scale in scales], over


def _ratio(register: Register, known: Known, *, canonical: bool) -> Fraction | None:
    ratio, unit = Fraction(1), register.unit
    for need, raw in zip(register.needs, known, strict=True):
        if raw is None or not _means_something(need, raw):
            return None
        if need.quantity == FACTOR:
            ratio *= Fraction(raw)
            continue
        exponent = raw
        if need.quantity != SCALE:
            told = register.unit_rule.unit_of(raw) if register.unit_rule is not None else None
            if told is None:
                return None
            unit, exponent = told
        if not _is_exponent(exponent):
            return None
        ratio *= Fraction(10) ** int(exponent)
    return _in_unit(register, ratio, unit, canonical=canonical)


def _means_something(need: Register, raw: Raw) -> bool:
    if raw is None or isinstance(raw, str):
        return raw is not None
    # A factor of 0 is one that nobody set: it would make a 0 of every count.
    return _is_exponent(raw) if need.quantity == SCALE else need.quantity != FACTOR or raw != 0


def _is_exponent(raw: float | str) -> bool:
    return -LARGEST_EXPONENT <= int(raw) <= LARGEST_EXPONENT


def _in_unit(register: Register, ratio: Fraction, unit: str, *, canonical: bool) -> Fraction | None:
    if register.unit_rule is None:
        return ratio * ratio_to_canonical(unit, register.quantity) if canonical else ratio
    if register.quantity not in QUANTITIES:
        return ratio * Fraction(UNITS[unit][1])
    try:
        return ratio * ratio_to_canonical(unit, register.quantity)
    except ConfigurationError:
        return None  # the device names a unit of another kind


def _coding(register: Register, *, canonical: bool) -> Callable[[float], float]:
    if register.coding is Coding.FOUR_QUADRANT:
        return _four_quadrant
    if register.coding is Coding.PERCENT_OR_SHARE:
        one = 0.01 if canonical else 1.0
        return lambda value: value * 100 if abs(value) <= one else value
    return lambda value: value


def _four_quadrant(value: float) -> float:
    if abs(value) <= 1:
        return value
    return value - 2 if value > 0 else value + 2
