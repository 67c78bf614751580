"""What a device table says: registers, and the device they belong to."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType
from typing import Any

from config.errors import NotFound
from config.profiles.unit_rules import UnitRule
from config.quantities import QUANTITIES, UNITS

WORDS = MappingProxyType(
    {
        "bit": 1,
        "int8_low": 1,
        "int8_high": 1,
        "uint8_low": 1,
        "uint8_high": 1,
        "int16": 1,
        "uint16": 1,
        "float16": 1,
        "int32": 2,
        "uint32": 2,
        "float32": 2,
        "acc32": 2,
        "int64": 4,
        "uint64": 4,
        "float64": 4,
    }
)
IDENTITIES = frozenset({"serial_number", "meter_id"})
UNPHASED = frozenset({"total", "device", ""})


class WordOrder(StrEnum):
    """Which word of a value stands at the lower address."""

    MSW_FIRST = "msw_first"
    LSW_FIRST = "lsw_first"


class ByteOrder(StrEnum):
    """Order of the two bytes inside each word; Modbus says big."""

    BIG = "big"
    LITTLE = "little"


class GapReads(StrEnum):
    """May one request span addresses that the table does not list?"""

    ALLOWED = "allowed"
    INSIDE_TABLE_ONLY = "inside_table_only"  # gaps are fine between the first and the last listed register
    FORBIDDEN = "forbidden"


class Coding(StrEnum):
    """How a number stands for its value where it is not simply the value."""

    PLAIN = "plain"
    FOUR_QUADRANT = "four_quadrant"  # power factor: beyond ±1 the distance to ±2, on the other side of zero
    PERCENT_OR_SHARE = "percent_or_share"  # percent by the specification, a share of one on real devices


@dataclass(frozen=True, slots=True)
class Register:
    """A value of a device: `count` words from the zero-based wire `address`, times `scale`, in `unit`.

    `not_available` holds raw bit patterns (after word and byte order) that mean "no value", and every raw number from
    `not_available_from` on means it too. `scale_register` is the address of an int16 power of ten that multiplies as
    well, `factor_register` that of a uint16 factor, and `unit_rule` says which register tells the unit. `plus` are
    further registers, read in the same request, whose scaled values are added in the same unit. `bit` picks one bit
    (0 = least significant) of `bit` typed registers. `static`: does not change while the device is the same.
    Addresses of a profile that is `relative` count from its model-ID register. `phase` is `total`, `avg`, `L1`…, `N`
    or the channel of a pulse counter.
    """

    quantity: str
    phase: str
    address: int
    count: int
    type: str
    scale: Decimal
    unit: str
    function_code: int
    word_order: WordOrder
    byte_order: ByteOrder
    not_available: tuple[int, ...] = ()
    scale_register: int | None = None
    bit: int | None = None
    note: str = ""
    not_available_from: int | None = None
    factor_register: int | None = None
    unit_rule: UnitRule | None = None
    plus: tuple["Register", ...] = ()
    coding: Coding = Coding.PLAIN
    static: bool = False

    @property
    def end(self) -> int:
        """The first address behind the value."""
        return self.address + self.count

    @property
    def pieces(self) -> tuple["Register", ...]:
        """The registers that make up the value, itself first; one request has to read them all."""
        return (self, *self.plus)

    @property
    def needs(self) -> tuple["Register", ...]:
        """The registers that say how to understand the value: power of ten, factor, unit."""
        return tuple(
            replace(_BARE, address=address, count=count, type=kind, quantity=quantity, **self._order())
            for quantity, address, count, kind in self._places()
        )

    @property
    def is_measured(self) -> bool:
        """Whether quantity and unit belong to the vocabulary, so that readings can be kept."""
        if self.quantity not in QUANTITIES or self.type == "string":
            return False
        return self.unit_rule is not None or UNITS.get(self.unit, ("",))[0] == QUANTITIES[self.quantity].unit

    def moved(self, by: int) -> "Register":
        """Return the register with all its addresses further on, as on a device where they were searched for."""
        rule = self.unit_rule
        return replace(
            self,
            address=self.address + by,
            scale_register=None if self.scale_register is None else self.scale_register + by,
            factor_register=None if self.factor_register is None else self.factor_register + by,
            unit_rule=None if rule is None else replace(rule, address=rule.address + by),
            plus=tuple(other.moved(by) for other in self.plus),
        )

    def _places(self) -> list[tuple[str, int, int, str]]:
        rule = self.unit_rule
        places = [] if self.scale_register is None else [(SCALE, self.scale_register, 1, "int16")]
        places += [] if self.factor_register is None else [(FACTOR, self.factor_register, 1, "uint16")]
        return places + ([] if rule is None else [(UNIT, rule.address, rule.count, rule.type)])

    def _order(self) -> Mapping[str, Any]:
        return {
            "function_code": self.function_code,
            "word_order": self.word_order,
            "byte_order": self.byte_order,
        }


SCALE, FACTOR, UNIT = "scale_of_others", "factor_of_others", "unit_of_others"
_BARE = Register("", "device", 0, 1, "int16", Decimal(1), "1", 3, WordOrder.MSW_FIRST, ByteOrder.BIG, static=True)


@dataclass(frozen=True)
class DeviceProfile:
    """A device model's table. `max_registers` bounds one request, `even_only` demands even start and count.

    `is_template`: meant for reuse by others, not a device. `relative`: addresses count from a model-ID register that
    has to be found on the device first (SunSpec): at the places `search_at`, as one of the models that are the keys
    of `variants`, each with its own registers. `simulated`: no such device exists outside Zählwerk's simulation.
    """

    id: str
    manufacturer: str
    models: tuple[str, ...]
    kind: str
    max_registers: int
    gap_reads: GapReads
    even_only: bool
    registers: tuple[Register, ...]
    sources: tuple[str, ...]
    function_code: int = 3
    alternative_function_codes: tuple[int, ...] = ()
    default_unit_id: int | None = None
    tcp_port: int = 502
    response_timeout_ms: int | None = None
    is_template: bool = False
    relative: bool = False
    simulated: bool = False
    verification: str = ""
    constraints: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    variants: Mapping[int, tuple[Register, ...]] = field(default_factory=dict)
    search_at: tuple[int, ...] = ()
    model_length: int | None = None
    is_located: bool = False

    @cached_property
    def identity(self) -> tuple[Register, ...]:
        """The registers that tell one device from another of its kind: its serial number, where the table has it."""
        return tuple(register for register in self.registers if register.quantity in IDENTITIES)

    @cached_property
    def series(self) -> dict[str, Register]:
        """The registers whose readings can be kept, by series name, in the table's order."""
        found: dict[str, Register] = {}
        for register in self.registers:
            if register.is_measured:
                found.setdefault(series_name(register), register)
        return found

    def located(self, model: int, address: int) -> "DeviceProfile":
        """Return the table of a model that was found on the device: the addresses are those of the wire."""
        registers = tuple(register.moved(address) for register in self.variants.get(model, self.registers))
        return replace(self, registers=registers, relative=False, is_located=True)

    def channels(self, quantity: str) -> tuple[str, ...]:
        """The phases and channels on which a quantity can be read one by one."""
        return tuple(
            register.phase
            for register in self.series.values()
            if register.quantity == quantity and register.phase not in UNPHASED
        )

    def register(self, series: str) -> Register:
        """Return the register of a series; raises `NotFound`."""
        if series not in self.series:
            raise NotFound(f"register of {self.id}", series)
        return self.series[series]


def series_name(register: Register) -> str:
    """Name of the series that the register feeds: its quantity, and `.L1` (phase or channel) where it has one."""
    return register.quantity if register.phase in UNPHASED else f"{register.quantity}.{register.phase}"
