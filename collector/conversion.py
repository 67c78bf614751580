"""Converts what a device counts in to the canonical unit of its quantity, once and exactly."""

from decimal import Decimal
from fractions import Fraction

from config.errors import ConfigurationError
from config.quantities import QUANTITIES, UNITS

# (unit of a register, canonical unit) -> exact factor, as decimals or as a fraction; goes before what `UNITS` has
_FURTHER = {
    ("varh", "kvarh"): "0.001",
    ("VAh", "kVAh"): "0.001",
    ("kvar", "var"): "1000",
    ("kVA", "VA"): "1000",
    ("mA", "A"): "0.001",
    ("degC", "°C"): "1",
    ("Pct", "1"): "0.01",
    ("l", "m3"): "0.001",
    ("m3", "l"): "1000",
    ("l/h", "m3/h"): "0.001",
    ("l/s", "m3/h"): "3.6",
    ("m3/s", "m3/h"): "3600",
    ("J", "kWh"): "1/3600000",
    ("Wmin", "kWh"): "1/60000",
    ("MJ", "kWh"): "5/18",
    ("GJ", "kWh"): "2500/9",
}


def ratio_to_canonical(unit: str, quantity: str) -> Fraction:
    """Return canonical unit per `unit` [1], exact; raises `ConfigurationError` where nothing leads there."""
    if quantity not in QUANTITIES:
        raise ConfigurationError(f"unknown quantity {quantity!r} (allowed: {', '.join(QUANTITIES)})")
    canonical = QUANTITIES[quantity].unit
    known, factor = UNITS.get(unit, ("", ""))
    if unit == canonical:
        return Fraction(1)
    if (unit, canonical) in _FURTHER:
        return Fraction(_FURTHER[unit, canonical])
    if known == canonical:
        return Fraction(factor)
    raise ConfigurationError(f"unit {unit!r} cannot be converted to {canonical!r}, the unit of {quantity}")


def convert(value: float, ratio: Fraction) -> float:
    """Return `value` × `ratio`, rounded once: the decimal number that was written is what gets multiplied."""
    return value if ratio == 1 else float(Fraction(Decimal(repr(value))) * ratio)
