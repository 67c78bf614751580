"""Converts what a device counts in to the canonical unit of its quantity, once and exactly."""

from decimal import Decimal
from fractions import Fraction

from config.errors import ConfigurationError, InvalidReading
from config.quantities import QUANTITIES, UNITS

# (unit of a register, canonical unit) -> exact factor, as decimals or as a fraction: what `UNITS` has not, or only
# rounded. Litres are canonical for tanks and cubic metres for meters, so the factors between the two stand here.
_FURTHER = {
    ("l", "m3"): "0.001",
    ("m3", "l"): "1000",
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
    """Return `value` × `ratio`, rounded once: the decimal number that was written is what gets multiplied.

    Raises `InvalidReading` (`not_a_number`) for a product that no float can hold.
    """
    if ratio == 1:
        return value
    try:
        return float(Fraction(Decimal(repr(value))) * ratio)
    except OverflowError:
        raise InvalidReading("not_a_number", f"{value} in the canonical unit is not finite") from None
