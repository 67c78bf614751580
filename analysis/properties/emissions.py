"""Greenhouse gases of final energy by one factor set; sets are never mixed."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from analysis.known_amounts import total
from analysis.properties.year_of_property import MeterYear
from analysis.property_meters import hi_share
from config.factors import FactorSet

_TONNES_PER_GRAM = Decimal("1e-6")


@dataclass(frozen=True, slots=True)
class Emissions:
    """Tonnes of CO2e, None where a carrier has no factor (named in `without_factor`); `verified` only if all are."""

    co2e_t: Decimal | None
    verified: bool
    without_factor: tuple[str, ...] = ()


def emissions(meters: Sequence[MeterYear], factor_set: FactorSet, year: int) -> Emissions:
    """Multiply each carrier's final energy with the set's factor of the year, on the factor's own reference (Hs, Hi).

    Media without a carrier (water, PV) do not count.
    """
    sum_t, verified, lacking = Decimal(0), True, []
    for one in meters:
        carrier = one.meter.medium.carrier
        energy = total([(Decimal(1), one.daily)])
        if carrier is None or energy is None:
            continue
        factor = factor_set.factor(carrier, year)
        if factor is None:
            lacking.append(carrier)
            continue
        share = Decimal(1) if factor.reference == "Hs" else hi_share(one.meter)
        sum_t += energy * share * factor.g_co2e_per_kwh * _TONNES_PER_GRAM
        verified = verified and factor.verified
    return Emissions(None if lacking else sum_t, verified, tuple(dict.fromkeys(lacking)))
