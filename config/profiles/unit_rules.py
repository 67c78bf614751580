"""How a register of the device tells the unit of others: a name, a code, or bits of a header."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from config.quantities import UNITS

# What devices write where the vocabulary writes otherwise.
SPELLINGS: Mapping[str, str] = MappingProxyType(
    {
        "KWH": "kWh",
        "kwh": "kWh",
        "MWH": "MWh",
        "m^3": "m3",
        "m³": "m3",
        "M3": "m3",
        "m^3/h": "m3/h",
        "m³/h": "m3/h",
        "M3/H": "m3/h",
        "KW": "kW",
        "C": "°C",
    }
)


@dataclass(frozen=True, slots=True)
class UnitCase:
    """Where `raw & mask == equals`, the unit is `unit` times ten to the power of `exponent_mask`'s bits."""

    unit: str
    mask: int
    equals: int
    exponent_shift: int = 0
    exponent_mask: int = 0


@dataclass(frozen=True, slots=True)
class UnitRule:
    """The register at `address` says in which unit another counts; no `cases`: as a text, by its name."""

    address: int
    count: int
    type: str
    cases: tuple[UnitCase, ...] = ()

    def unit_of(self, raw: float | str) -> tuple[str, int] | None:
        """Return unit and power of ten, or None for what nobody has said the meaning of."""
        if isinstance(raw, str):
            name = SPELLINGS.get(raw.strip(), raw.strip())
            return (name, 0) if name in UNITS else None
        bits = int(raw)
        for case in self.cases:
            if bits & case.mask == case.equals:
                return case.unit, bits >> case.exponent_shift & case.exponent_mask
        return None
