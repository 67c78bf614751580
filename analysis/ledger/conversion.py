"""From the register's unit to the medium's: ratio, pulse weight, gas to kWh (Hs), fuel to kWh; all dated."""

from collections.abc import Sequence
from datetime import date, datetime, tzinfo
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple, TypeVar

from config.meters.meter import Dated, Meter
from config.quantities import UNITS
from gateway.reading import milliseconds

T = TypeVar("T")

ALWAYS_MS = -(2**60)
FOR_EVER_MS = 2**60


class Conversion(NamedTuple):
    """Medium's units per register unit in `[from_ms, to_ms)`; `factor` None: not declared for that time."""

    from_ms: int
    to_ms: int
    factor: Decimal | None


def conversions_of(
    meter: Meter,
    zone: tzinfo,
    *,
    factors: Sequence[tuple[int, Decimal]] = (),
    units: Sequence[tuple[int, Decimal]] = (),
) -> tuple[Conversion, ...]:
    """Return a meter's conversions without a gap or overlap.

    `factors` are transformer ratios recorded with an exchange or a change, each from its instant [ms] on; `units` by
    what amounts have to be multiplied to be right again since the register's unit changed: 0.1 where it counts ten
    times too much. The newest of them holds, they do not multiply each other. Dated values of the portfolio hold from
    local midnight.
    """
    ratios, gas = ratios_of(meter, zone, factors=factors, units=units), _instants(meter.gas, zone)
    starts = sorted({start for dated in (ratios, gas) for start, _ in dated})
    conversions: list[Conversion] = []
    for start, end in zip(starts, [*starts[1:], FOR_EVER_MS], strict=True):
        fuel = _latest(gas, start)
        energy = None if fuel is None else fuel.state_number * fuel.heating_value_kwh_m3
        conversions.append(Conversion(start, end, _factor(meter, _latest(ratios, start) or Decimal(1), energy)))
    return tuple(conversions)


def ratios_of(
    meter: Meter,
    zone: tzinfo,
    *,
    factors: Sequence[tuple[int, Decimal]] = (),
    units: Sequence[tuple[int, Decimal]] = (),
) -> tuple[tuple[int, Decimal], ...]:
    """Return by what the register is multiplied from an instant [ms] on, ascending: transformers and changed units.

    The first holds from ever on, each differs from the one before. Arguments as for `conversions_of`.
    """
    ratio = _ratio(meter, zone, factors)
    starts = sorted({ALWAYS_MS, *(start for dated in (ratio, units) for start, _ in dated)})
    found: list[tuple[int, Decimal]] = []
    for start in starts:
        both = (_latest(units, start) or Decimal(1)) * (_latest(ratio, start) or Decimal(1))
        if not found or found[-1][1] != both:
            found.append((start, both))
    return tuple(found)


def factor_changes(
    meter: Meter, zone: tzinfo, factors: Sequence[tuple[int, Decimal]] = ()
) -> list[tuple[int, Decimal, Decimal]]:
    """Return from which instants [ms] on which transformer ratio holds instead of which: before, from then on."""
    ratio = [(ALWAYS_MS, Decimal(1)), *_ratio(meter, zone, factors)]
    return [
        (start, before, after)
        for (_, before), (start, after) in pairwise(ratio)
        if start > ALWAYS_MS and before != after
    ]


def _ratio(meter: Meter, zone: tzinfo, factors: Sequence[tuple[int, Decimal]]) -> list[tuple[int, Decimal]]:
    return sorted([*_instants(meter.factor, zone), *factors], key=lambda entry: entry[0])


def _factor(meter: Meter, ratio: Decimal, gas_kwh_m3: Decimal | None) -> Decimal | None:
    """Units of the medium per unit of the register; None where it cannot be known."""
    if meter.tank is not None:
        return ratio * meter.tank.kwh_per_unit / Decimal(UNITS[meter.unit][1])
    pulse = Decimal(1)
    is_volume = meter.quantity in {"volume", "interval_volume"}
    if meter.quantity == "pulse_count":
        is_volume = meter.pulse_m3 is not None
        declared = meter.pulse_m3 if is_volume else meter.pulse_kwh
        if declared is None:
            return None
        pulse = declared
    if not is_volume or meter.medium.unit == "m3":
        return ratio * pulse
    return None if gas_kwh_m3 is None else ratio * pulse * gas_kwh_m3


def _instants(dated: Sequence[Dated[T]], zone: tzinfo) -> list[tuple[int, T]]:
    return [
        (ALWAYS_MS if entry.valid_from is None else midnight_ms(entry.valid_from, zone), entry.value)
        for entry in dated
    ]


def _latest(entries: Sequence[tuple[int, T]], start_ms: int) -> T | None:
    valid = [value for since, value in entries if since <= start_ms]
    return valid[-1] if valid else None


@lru_cache(maxsize=16_384)
def midnight_ms(day: date, zone: tzinfo) -> int:
    """Return the instant [ms] at which a local day begins."""
    return milliseconds(datetime(day.year, day.month, day.day, tzinfo=zone))
