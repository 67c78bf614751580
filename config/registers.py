"""What a device table says: registers, and the device they belong to."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType

from config.errors import NotFound
from config.quantities import QUANTITIES, UNITS

WORDS = MappingProxyType(
    {
        "bit": 1,
        "int16": 1,
        "uint16": 1,
        "int32": 2,
        "uint32": 2,
        "float32": 2,
        "acc32": 2,
        "int64": 4,
        "uint64": 4,
        "float64": 4,
    }
)
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


@dataclass(frozen=True, slots=True)
class Register:
    """A value of a device: `count` words from the zero-based wire `address`, times `scale`, in `unit`.

    `not_available` holds raw bit patterns (after word and byte order) that mean "no value". `scale_register` is the
    address of an int16 power of ten that multiplies as well. `bit` picks one bit (0 = least significant) of `bit`
    typed registers. Addresses of a profile that is `relative` count from its model-ID register. `phase` is `total`,
    `avg`, `L1`…, `N` or the channel of a pulse counter.
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

    @property
    def end(self) -> int:
        """The first address behind the value."""
        return self.address + self.count

    @property
    def is_measured(self) -> bool:
        """Whether quantity and unit belong to the vocabulary, so that readings can be kept."""
        return self.quantity in QUANTITIES and UNITS.get(self.unit, ("",))[0] == QUANTITIES[self.quantity].unit


@dataclass(frozen=True)
class DeviceProfile:
    """A device model's table. `max_registers` bounds one request, `even_only` demands even start and count.

    `is_template`: meant for reuse by others, not a device. `relative`: addresses count from a model-ID register that
    has to be found on the device first (SunSpec). `simulated`: no such device exists outside Zählwerk's simulation.
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

    @cached_property
    def series(self) -> dict[str, Register]:
        """The registers whose readings can be kept, by series name, in the table's order."""
        found: dict[str, Register] = {}
        for register in self.registers:
            if register.is_measured:
                found.setdefault(series_name(register), register)
        return found

    def register(self, series: str) -> Register:
        """Return the register of a series; raises `NotFound`."""
        if series not in self.series:
            raise NotFound(f"register of {self.id}", series)
        return self.series[series]


def series_name(register: Register) -> str:
    """Name of the series that the register feeds: its quantity, and `.L1` (phase or channel) where it has one."""
    return register.quantity if register.phase in UNPHASED else f"{register.quantity}.{register.phase}"
