"""By what amounts have to be multiplied to be right again: pure.

A measured level is uncertain by the building; units are not. Where a change of unit is near that happens in practice
it is taken, else the level rounded as transformer ratios are stepped.
"""

from collections.abc import Sequence
from decimal import Decimal
from math import log
from typing import Final, NamedTuple

from config.meters.meter import Meter

_NEAR: Final = log(1.4)
_ONE: Final = Decimal(1)
_STEPS: Final = tuple(Decimal(step) for step in ("1", "1.2", "1.5", "2", "2.5", "3", "4", "5", "6", "8"))
_DECIMALS: Final = "Kommastelle oder Impulswertigkeit"
_EVERYWHERE: Final = ((Decimal(10), _DECIMALS), (Decimal(100), _DECIMALS), (Decimal(1000), "Tausenderstelle"))
_ENERGY: Final = ((Decimal("3.6"), "MJ statt kWh"), (Decimal("277.8"), "GJ und kWh"))
_GAS: Final = (Decimal("11.1"), "kWh statt m³")


class Ratio(NamedTuple):
    """How many times more (`is_more`) or less is shown than is right, and what makes it so; empty: not known."""

    times: Decimal
    is_more: bool
    cause: str

    @property
    def factor(self) -> Decimal:
        """By what amounts have to be multiplied to be right again."""
        return round(_ONE / self.times, 9) if self.is_more else self.times


def known_ratios(level: float, meter: Meter) -> list[Ratio]:
    """Return the changes of unit that a level (shown by usual) may stand for, the nearest first.

    Where none is near there is one, rounded, without a cause. A level of about 1 is no change at all.
    """
    is_more = level > 1
    size = abs(log(level))
    near = [(abs(size - log(times)), Ratio(times, is_more, cause)) for times, cause in _candidates(meter)]
    found = [ratio for distance, ratio in sorted(near) if distance <= _NEAR]
    return found or [Ratio(_rounded(level if is_more else 1 / level), is_more, "")]


def _candidates(meter: Meter) -> Sequence[tuple[Decimal, str]]:
    common = ((_ONE, ""), *_EVERYWHERE)
    if meter.medium_id in {"district_heat", "heat_meter"}:
        return (*common, *_ENERGY)
    if meter.medium_id != "natural_gas":
        return common
    declared = [entry.value for entry in meter.gas]
    if not declared:
        return (*common, _GAS)
    return (*common, (round(declared[-1].state_number * declared[-1].heating_value_kwh_m3, 2), _GAS[1]))


def _rounded(times: float) -> Decimal:
    power = Decimal(10) ** (len(str(int(times))) - 1)
    steps = [step * power for step in (*_STEPS, Decimal(10))]
    return min(steps, key=lambda step: abs(log(times) - log(step)))
