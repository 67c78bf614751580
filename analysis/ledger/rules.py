"""What the ledger must know about a meter: where it wraps, how fast it can run, how long it may pause."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

import numpy as np

from analysis.german import unit_text
from analysis.ledger.micro import MICRO, Floats, Integers, micro_of
from config.meters.ledger_policy import Filling, Spreading
from config.meters.meter import ByHandSource, Meter, Reporting, wrap_of
from config.quantities import QUANTITIES, UNITS, Kind

MARGIN = 1.25
SHORT_INTERVALS = 3
SHORT = timedelta(hours=1)
HEATING_MONTHS = frozenset({11, 12, 1, 2, 3})
ALL_YEAR = frozenset(range(1, 13))
# How long a counter may show the same before it counts as stuck, and in which months. Electricity always flows where
# a building stands; heat does where it freezes; water, PV and what has no frost protection may rest for ever.
# On ten real meters over four years: the longest pause of electricity was 47 h, of gas from November to March 66 h.
STUCK_AFTER = {
    "electricity_import": (timedelta(days=3), ALL_YEAR),
    "natural_gas": (timedelta(days=7), HEATING_MONTHS),
    "district_heat": (timedelta(days=7), HEATING_MONTHS),
    "heat_meter": (timedelta(days=7), HEATING_MONTHS),
}
_MS = timedelta(milliseconds=1)
_DAY = timedelta(days=1)
_HOUR_MS = 3_600_000
_UNLIMITED = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True)
class Rules:
    """Limits of one register, in micro-units and milliseconds.

    `rate` is the fastest possible run [micro-units per ms] at a ratio of one, None: not declared. `ratios` are by
    what the register is multiplied from an instant [ms] on, the first from ever on: it runs as much slower. `gap_ms`
    is the spacing above which an interval counts as a gap, None: every spacing is normal; a gap up to `short_ms` is
    bridged in a straight line, a longer one by `spread`; `fill` says what stands where no sum is known. A register
    that shows the same for longer than `stuck_ms` within the months `stuck_in` is stuck; None: it may rest.
    `context_ms` is how far before a time span and `ahead_ms` how far behind it readings must be seen to judge it.
    `unit` is what people read behind the register's values.
    """

    wrap: int | None
    rate: float | None
    interval_ms: int
    gap_ms: int | None
    by_hand: bool
    context_ms: int
    ahead_ms: int = 0
    short_ms: int = 0
    spread: Spreading = Spreading.LINEAR
    fill: Filling = Filling.NONE
    stuck_ms: int | None = None
    stuck_in: frozenset[int] = ALL_YEAR
    unit: str = ""
    ratios: tuple[tuple[int, float], ...] = ()

    def plausible(self, starts_ms: Integers, ends_ms: Integers) -> Integers:
        """Return what can have run through at most: rate × time × margin, and one unit of the register."""
        if self.rate is None:
            return np.full(len(starts_ms), _UNLIMITED, np.int64)
        spans_ms = np.maximum(ends_ms - starts_ms, self.interval_ms)
        limits = self.rate / self._smallest_ratios(starts_ms, ends_ms) * MARGIN * spans_ms + MICRO
        return np.asarray(np.minimum(limits, 9e18), dtype=np.int64)

    def _smallest_ratios(self, starts_ms: Integers, ends_ms: Integers) -> Floats:
        """Where the ratio changes within an interval, the smallest one says how fast it may have run."""
        if not self.ratios:
            return np.ones(len(starts_ms))
        from_ms, ratios = np.array([since for since, _ in self.ratios]), np.array([one for _, one in self.ratios])
        first, last = (np.searchsorted(from_ms, at, side="right") - 1 for at in (starts_ms, ends_ms))
        smallest = np.minimum(ratios[first], ratios[last])
        for place in np.flatnonzero(last - first > 1).tolist():
            smallest[place] = ratios[first[place] : last[place] + 1].min()
        return np.asarray(smallest, dtype=np.float64)


def rules_of(meter: Meter, *, ratios: Sequence[tuple[int, Decimal]] = ()) -> Rules:
    """Return the ledger's rules for a meter: what its policy says, else what follows from the meter.

    `ratios` are by what the register is multiplied (transformers, another unit), each from its instant [ms] on.
    """
    by_hand = meter.reporting is Reporting.BY_HAND or isinstance(meter.source, ByHandSource)
    every = meter.source.every if isinstance(meter.source, ByHandSource) else meter.interval
    stuck_after, stuck_in = _stuck_after(meter, by_hand=by_hand)
    context = max(timedelta(days=2), 13 * every if by_hand else 8 * meter.interval)
    rest = stuck_after or timedelta(0)
    return Rules(
        wrap=register_wrap(meter, wrap_of(meter)),
        rate=_rate(meter),
        interval_ms=meter.interval // _MS,
        gap_ms=_gap_ms(meter, by_hand=by_hand),
        by_hand=by_hand,
        # Half a rest is enough to see that it has to be followed further back.
        context_ms=max(context, rest / 2 + _DAY) // _MS,
        ahead_ms=max(context, rest + _DAY) // _MS,
        short_ms=(meter.policy.short_gap or max(SHORT, SHORT_INTERVALS * meter.interval)) // _MS,
        spread=meter.policy.spread,
        fill=meter.policy.fill,
        stuck_ms=None if stuck_after is None else stuck_after // _MS,
        stuck_in=stuck_in,
        unit=_unit(meter),
        ratios=tuple((since, float(ratio)) for since, ratio in ratios),
    )


def register_wrap(meter: Meter, wrap: Decimal | None) -> int | None:
    """Return the wrap of a display [micro-units of the stored unit], from its value in the display's unit."""
    if wrap is None:
        return None
    return micro_of(wrap * Decimal(UNITS.get(meter.unit, ("", "1"))[1]))


def _unit(meter: Meter) -> str:
    unit = QUANTITIES[meter.quantity].unit
    return "Impulse" if unit == "1" else unit_text(unit)


def _gap_ms(meter: Meter, *, by_hand: bool) -> int | None:
    if meter.policy.gap_after is not None:
        return meter.policy.gap_after // _MS
    if by_hand:
        return None if meter.longest_silence is None else meter.longest_silence // _MS
    if meter.reporting is Reporting.ON_CHANGE:
        pause = meter.longest_silence or max(timedelta(days=1), 2 * meter.interval)
        return pause // _MS
    return 2 * meter.interval // _MS


def _stuck_after(meter: Meter, *, by_hand: bool) -> tuple[timedelta | None, frozenset[int]]:
    is_level = QUANTITIES[meter.quantity].kind is Kind.GAUGE
    if by_hand or meter.reporting is Reporting.ON_CHANGE or is_level:
        return None, ALL_YEAR
    usual, months = STUCK_AFTER.get(meter.medium_id, (None, ALL_YEAR))
    return meter.policy.stuck_after or usual, months


def _rate(meter: Meter) -> float | None:
    """Micro-units per ms that the register would count without transformers."""
    maximum = meter.maximum_m3_h if meter.quantity == "volume" else meter.maximum_kw
    pulse: Decimal | None = None
    if meter.quantity == "pulse_count":
        pulse = meter.pulse_kwh or meter.pulse_m3
        maximum = meter.maximum_kw if meter.pulse_kwh else meter.maximum_m3_h
    if maximum is None:
        return None
    return maximum * MICRO / _HOUR_MS / float(pulse or 1)
