"""From values read off a display to the registers that hold them: address, type, word order and scale. Pure.

Every place of what the device answered is read in every way; what lies within a display's limits is a match. A match
by chance is the likelier the fewer digits the display shows and the more places there are; displays whose matches
have the same function code, word order and kind of number confirm each other.
"""

import math
import struct
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from collector.modbus.words import FLOATS, TYPES
from collector.probing.comparing import Compared
from collector.probing.displays import Display
from config.profiles.registers import Register, WordOrder
from config.quantities import QUANTITIES, Kind

Words = Mapping[int, Mapping[int, int]]
Family = tuple[int, WordOrder, bool]  # function code, word order, floating point
_TYPES = ("uint16", "int16", "float32", "uint32", "int32", "float64", "uint64", "int64")
_INTEGER_SCALES = tuple(Decimal(1).scaleb(power) for power in range(-5, 4))
_FLOAT_SCALES = tuple(Decimal(1).scaleb(power) for power in (-3, 0, 3))
_SIGNED = frozenset({"active_power", "reactive_power", "current", "power_factor", "active_energy_net"})
_DECADE = math.log(10)
_CERTAIN, _LIKELY = 0.99, 0.8
# A place that a table names for just this quantity is so much likelier than any other.
_ODDS_OF_A_TABLE = 100.0


class Sureness(StrEnum):
    """How sure a match is."""

    SURE = "sure"
    LIKELY = "likely"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class Match:
    """A way to read a display's value from the device: `raw` × `scale` is what it shows, in its unit."""

    display: Display
    function_code: int
    address: int
    type: str
    word_order: WordOrder
    scale: Decimal
    value: float

    @property
    def count(self) -> int:
        """How many registers the value takes."""
        return TYPES[self.type][1]

    @property
    def is_float(self) -> bool:
        """Whether the register holds a floating-point number."""
        return TYPES[self.type][0] in FLOATS

    @property
    def off_by(self) -> float:
        """Distance from the display, in its last places."""
        return abs(self.value - float(self.display.value)) / float(self.display.step)


@dataclass(frozen=True, slots=True)
class Found:
    """The best way to read a display, how sure it is (0 to 1), and the other ways that remain."""

    match: Match
    probability: float
    others: tuple[Match, ...]

    @property
    def sureness(self) -> Sureness:
        """The same in a word."""
        if self.probability >= _CERTAIN:
            return Sureness.SURE
        return Sureness.LIKELY if self.probability >= _LIKELY else Sureness.UNSURE


def matches(words: Words, display: Display) -> list[Match]:
    """Return every way to read a display's value from what the device answered."""
    least, most = display.limits
    found = []
    for function_code, image in words.items():
        for address, kind, order, raw in _readings(image):
            for scale in _scales(kind, display):
                value = raw * float(scale)
                if float(least) <= value <= float(most):
                    found.append(Match(display, function_code, address, kind, order, scale, value))
    return found


def find(words: Words, displays: Sequence[Display], known: Sequence[Compared] = ()) -> list[Found]:
    """Return the best match of every display that has one; together they are surer than alone.

    `known`: the displays beside the registers of a table that reads them all.
    """
    if known:
        return _by_table(words, known)
    every = [matches(words, display) for display in displays]
    family = _best_family(every)
    places = sum(len(image) for image in words.values())
    chances = [_by_chance(display, places) for display in displays]
    agreeing = [any(family in _families(one) for one in ways) for ways in every]
    found = []
    for number, (display, ways) in enumerate(zip(displays, every, strict=True)):
        if not ways:
            continue
        first, *others = sorted(ways, key=lambda one: (family not in _families(one), *_liking(one, display)))
        rest = tuple(one for one in others if not _is_same(one, first))
        wrong = chances[number]
        for other, agrees in enumerate(agreeing):
            if other != number and agrees:
                wrong *= min(1.0, chances[other])
        rivals = len({(one.function_code, one.address + one.count) for one in rest if family in _families(one)})
        found.append(Found(first, 1 / (1 + wrong) / (1 + rivals), rest))
    return found


def _by_table(words: Words, known: Sequence[Compared]) -> list[Found]:
    places = sum(len(image) for image in words.values())
    wrong = math.prod(min(1.0, _by_chance(one.display, places) / _ODDS_OF_A_TABLE) for one in known)
    return [_named(words, one, one.register, wrong) for one in known if one.register is not None]


def _named(words: Words, compared: Compared, register: Register, wrong: float) -> Found:
    value = compared.read or 0.0
    code, kind = register.function_code, register.type
    first = Match(compared.display, code, register.address, kind, register.word_order, register.scale, value)
    others = tuple(one for one in matches(words, compared.display) if not _is_same(one, first))
    return Found(first, 1 / (1 + wrong), others)


def _scales(kind: str, display: Display) -> tuple[Decimal, ...]:
    # A register is as fine as the display, or finer.
    coarsest = display.step * 10
    return _FLOAT_SCALES if TYPES[kind][0] in FLOATS else tuple(one for one in _INTEGER_SCALES if one <= coarsest)


def _readings(image: Mapping[int, int]) -> Iterator[tuple[int, str, WordOrder, float]]:
    for address in image:
        for kind in _TYPES:
            code, count = TYPES[kind]
            words = [image.get(address + offset) for offset in range(count)]
            known = [word for word in words if word is not None]
            if len(known) < count or not any(known):
                continue
            for order in WordOrder if count > 1 else (WordOrder.MSW_FIRST,):
                ordered = known if order is WordOrder.MSW_FIRST else known[::-1]
                (raw,) = struct.unpack(f">{code}", struct.pack(f">{count}H", *ordered))
                if math.isfinite(raw):
                    yield address, kind, order, raw


def _families(match: Match) -> set[Family]:
    orders = [match.word_order] if match.count > 1 else list(WordOrder)  # one word has no order
    return {(match.function_code, order, match.is_float) for order in orders}


def _best_family(every: Sequence[Sequence[Match]]) -> Family | None:
    displays: dict[Family, set[int]] = defaultdict(set)
    exact: dict[Family, float] = defaultdict(float)
    for number, ways in enumerate(every):
        for one in ways:
            for family in _families(one):
                displays[family].add(number)
                exact[family] += 1 / (1 + one.off_by)
    # The usual order and function code 3 where nothing speaks for the others: most devices answer both codes alike.
    return max(
        displays,
        key=lambda one: (len(displays[one]), one[2], one[1] is WordOrder.MSW_FIRST, exact[one], -one[0]),
        default=None,
    )


def _liking(match: Match, display: Display) -> tuple[float, ...]:
    """The smaller, the better: as fine as the display, a fitting width and sign, a plain scale, a near value."""
    is_counter = QUANTITIES[display.quantity].kind is Kind.COUNTER
    wanted = 2 if is_counter or match.is_float else 1
    signed = match.type.startswith("int")
    return (
        float(not match.is_float and match.scale > display.step),
        abs(match.count - wanted),
        float(signed is not (display.quantity in _SIGNED)) if not match.is_float else 0.0,
        abs(float(match.scale.log10())) if match.is_float else 0.0,
        match.off_by,
        match.address,
    )


def _is_same(one: Match, other: Match) -> bool:
    """Whether both ways end on the same words: a narrower or wider reading of the same number."""
    ends = {one.address + one.count, one.address} & {other.address + other.count, other.address}
    return one.function_code != other.function_code or bool(ends)


def _by_chance(display: Display, places: int) -> float:
    """How many of the places would match if they held numbers of any magnitude."""
    least, most = display.limits
    if least <= 0 <= most:
        return float(places)
    width = abs(math.log(float(abs(most))) - math.log(float(abs(least))))
    return places * len(_TYPES) * width / _DECADE
