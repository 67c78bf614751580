"""Whether what a device says can be true in a public building. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from collector.conversion import convert, ratio_to_canonical
from config.profiles.registers import Register
from config.quantities import QUANTITIES, Kind


@dataclass(frozen=True, slots=True)
class ProbedReading:
    """What a register said, in `unit`; None: the device has no value there."""

    register: Register
    value: float | None

    @property
    def unit(self) -> str:
        """The unit of the table; the quantity's own where the device told in which unit it counts."""
        register = self.register
        return register.unit if register.unit_rule is None else QUANTITIES[register.quantity].unit


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a value tells about the table by which it was read.

    `weight` > 0: it speaks for the table, the more the less likely chance is; < 0: it speaks against it; 0: nothing.
    """

    weight: float
    problem: str = ""


# canonical unit -> (least, most) that a meter in a building can show
_LIMITS = {
    "frequency": (45.0, 65.0),
    "voltage": (180.0, 260.0),
    "current": (-10_000.0, 10_000.0),
    "power_factor": (-1.0, 1.0),
    "active_power": (-2e7, 2e7),
    "reactive_power": (-2e7, 2e7),
    "apparent_power": (-2e7, 2e7),
    "thermal_power": (-2e7, 2e7),
    "volume_flow": (-5_000.0, 5_000.0),
    "flow_temperature": (-30.0, 180.0),
    "return_temperature": (-30.0, 180.0),
    "temperature_difference": (-100.0, 150.0),
    "air_temperature": (-50.0, 60.0),
}
_BETWEEN_PHASES = (310.0, 450.0)
_LARGEST_COUNTER = 1e9
_SMALLEST = 1e-6  # a float that was put together wrongly is next to nothing or beyond all bounds
_SIGNED_COUNTERS = frozenset({"active_energy_net"})
# Any word below a thousand million may be a count of pulses.
_TELLING = {"frequency": 6.0, "voltage": 4.0, "power_factor": 1.0, "pulse_count": 0.1}
_PHASES = ("L1", "L2", "L3")
_DIRECT = "DC"
_SUM_TOLERANCE = 0.03
_SUM_WEIGHT = 3.0


def judge(reading: ProbedReading) -> Judgement:
    """Judge one value: limits of the grid and of the building, and no counter below zero."""
    quantity = reading.register.quantity
    value = _canonical(reading)
    if value is None:
        return Judgement(0.0)
    shown = f"{quantity} {reading.register.phase} = {reading.value:.6g} {reading.unit}".replace(" total", "")
    if value and abs(value) < _SMALLEST:
        return Judgement(-4.0, f"{shown}: next to nothing, as a wrong type or word order gives")
    if QUANTITIES[quantity].kind is Kind.COUNTER:
        return _counter(quantity, value, shown)
    return _gauge(reading.register, value, shown)


def problems(readings: Sequence[ProbedReading]) -> list[str]:
    """Return what cannot be true."""
    return [judged.problem for judged in map(judge, readings) if judged.problem]


def score(readings: Sequence[ProbedReading]) -> float:
    """Return how much the values speak for the table by which they were read; below 0: against it."""
    return sum(judge(one).weight for one in readings) + _SUM_WEIGHT * _agreeing_sums(readings)


def _counter(quantity: str, value: float, shown: str) -> Judgement:
    if value < 0 and quantity not in _SIGNED_COUNTERS:
        return Judgement(-4.0, f"{shown}: a counter is never negative")
    if abs(value) > _LARGEST_COUNTER:
        return Judgement(-4.0, f"{shown}: more than any meter counts")
    return Judgement(_TELLING.get(quantity, 1.0) if value else 0.0)


def _gauge(register: Register, value: float, shown: str) -> Judgement:
    if register.phase == _DIRECT:  # the side of the panels, which no grid bounds
        return Judgement(0.0)
    limits = [_LIMITS.get(register.quantity, (-float("inf"), float("inf")))]
    if register.quantity == "voltage" and register.phase not in _PHASES:
        limits.append(_BETWEEN_PHASES)
    if any(least <= value <= most for least, most in limits):
        return Judgement(_TELLING.get(register.quantity, 0.5) if value else 0.0)
    if not value:
        # A phase that is not connected shows 0; a grid without frequency there is not.
        return Judgement(-2.0, f"{shown}: not connected?") if register.quantity == "frequency" else Judgement(0.0)
    least, most = limits[0]
    return Judgement(-4.0, f"{shown}: not between {least:g} and {most:g}")


def _agreeing_sums(readings: Sequence[ProbedReading]) -> int:
    """How many totals are the sum of their phases."""
    values = {(one.register.quantity, one.register.phase): one.value for one in readings if one.value is not None}
    found = 0
    for quantity in {quantity for quantity, _ in values} & {"active_power", "active_energy_import", "current"}:
        total = values.get((quantity, "total"))
        phases = _all(values.get((quantity, phase)) for phase in _PHASES)
        if total and phases and any(phases):
            found += abs(sum(phases) - total) <= _SUM_TOLERANCE * abs(total)
    return found


def _all(values: Iterable[float | None]) -> list[float] | None:
    found = list(values)
    known = [value for value in found if value is not None]
    return known if len(known) == len(found) else None


def _canonical(reading: ProbedReading) -> float | None:
    if reading.value is None or reading.register.quantity not in QUANTITIES:
        return None
    return convert(reading.value, ratio_to_canonical(reading.unit, reading.register.quantity))
