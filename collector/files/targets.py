"""Where the values of a column go: whose they are, their unit, and which end of an interval they stand at."""

from dataclasses import dataclass
from datetime import timedelta, timezone, tzinfo
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from collector.conversion import convert, ratio_to_canonical
from collector.files.account import SeriesKey
from collector.files.mapping import FileMapping, ValueColumn
from config.errors import ConfigurationError, InvalidReading
from config.meters.meter import Meter, measured_as
from config.portfolio.portfolio import Portfolio
from config.quantities import QUANTITIES, Kind, is_never_negative

# A mean flow times the length of its interval is the amount: unit -> (amount, its canonical unit per unit and hour)
RATES = {
    "W": ("interval_energy", Fraction(1, 1000)),
    "kW": ("interval_energy", Fraction(1)),
    "MW": ("interval_energy", Fraction(1000)),
    "m3/h": ("interval_volume", Fraction(1)),
    "l/h": ("interval_volume", Fraction(1, 1000)),
}
_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Target:
    """A series and how a written value becomes one of its own: times `ratio`, at a stamp moved by `shift_ms`."""

    key: SeriesKey
    ratio: Fraction
    shift_ms: int
    zone: tzinfo

    def impossible(self, values: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Return which values no register of the quantity can show."""
        return (values < 0) & is_never_negative(self.key.quantity)

    def below_zero(self, value: float) -> InvalidReading:
        """Return the refusal of such a value."""
        detail = f"{value} is below zero, where no {self.key.quantity} can be"
        return InvalidReading("implausible", detail, meter=self.key.meter)

    def converted(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return canonical values, rounded once."""
        if self.ratio == 1:
            return values
        if _is_dyadic(self.ratio):
            return values * float(self.ratio)  # exact in binary too
        ratio = self.ratio
        return np.fromiter((convert(value, ratio) for value in values.tolist()), np.float64, len(values))


def target_of(meter: Meter, column: ValueColumn, mapping: FileMapping, portfolio: Portfolio) -> Target:
    """Return where values go; raises `InvalidReading` (`virtual_meter`), `ConfigurationError` for units."""
    if meter.is_virtual:
        raise InvalidReading("virtual_meter", f"{meter.id} is worked out from others")
    quantity = column.quantity or meter.quantity
    interval = mapping.interval or meter.interval
    zone = mapping.clock_zone or zone_of_meter(meter, portfolio)
    ratio = _ratio(column.unit or _own_unit(meter, quantity), measured_as(meter, quantity), interval)
    return Target(SeriesKey(meter.id, quantity), ratio, _shift_ms(meter, quantity, mapping, interval), zone)


def zone_of_meter(meter: Meter, portfolio: Portfolio) -> tzinfo:
    """Return the zone of a meter's stamps without offset: its fixed offset, else the district's."""
    return portfolio.district.zone if meter.fixed_offset is None else timezone(meter.fixed_offset)


def _own_unit(meter: Meter, quantity: str) -> str:
    return meter.unit if measured_as(meter, quantity) == meter.quantity else QUANTITIES[quantity].unit


def _ratio(unit: str, quantity: str, interval: timedelta) -> Fraction:
    amount, per_hour = RATES.get(unit, ("", Fraction(0)))
    if amount == quantity:
        return per_hour * Fraction(interval // timedelta(milliseconds=1), _HOUR // timedelta(milliseconds=1))
    try:
        return ratio_to_canonical(unit, quantity)
    except ConfigurationError as error:
        raise ConfigurationError(f"{error}; name another --quantity, or unit: in the mapping") from error


def _shift_ms(meter: Meter, quantity: str, mapping: FileMapping, interval: timedelta) -> int:
    if mapping.stamps is None or mapping.stamps is meter.stamps or QUANTITIES[quantity].kind is not Kind.AMOUNT:
        return 0
    shift_ms = interval // timedelta(milliseconds=1)
    return shift_ms if mapping.stamps == "start" else -shift_ms


def _is_dyadic(ratio: Fraction) -> bool:
    return all(part > 0 and part & (part - 1) == 0 for part in (ratio.numerator, ratio.denominator))
