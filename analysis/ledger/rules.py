"""What the ledger must know about a meter: where it wraps, how fast it can run, how long it may pause."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

import numpy as np

from analysis.ledger.micro import MICRO, Integers, micro_of
from config.meters import ByHandSource, Meter, Reporting, wrap_of
from config.quantities import UNITS

MARGIN = 1.25
_HOUR_MS = 3_600_000
_UNLIMITED = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True)
class Rules:
    """Limits of one register, in micro-units and milliseconds.

    `rate` is the fastest possible run [micro-units per ms], None: not declared. `gap_ms` is the spacing above which
    an interval counts as a gap, None: every spacing is normal. `context_ms` is how far around a time span readings
    must be seen to judge it.
    """

    wrap: int | None
    rate: float | None
    interval_ms: int
    gap_ms: int | None
    by_hand: bool
    context_ms: int

    def plausible(self, spans_ms: Integers) -> Integers:
        """Return what can have run through at most: rate × time × margin, and one unit of the register."""
        if self.rate is None:
            return np.full(len(spans_ms), _UNLIMITED, np.int64)
        limits = self.rate * MARGIN * np.maximum(spans_ms, self.interval_ms) + MICRO
        return np.asarray(np.minimum(limits, 9e18), dtype=np.int64)


def rules_of(meter: Meter) -> Rules:
    """Return the ledger's rules for a meter."""
    by_hand = meter.reporting is Reporting.BY_HAND or isinstance(meter.source, ByHandSource)
    every = meter.source.every if isinstance(meter.source, ByHandSource) else meter.interval
    context = max(timedelta(days=2), 13 * every if by_hand else 8 * meter.interval)
    return Rules(
        wrap=register_wrap(meter, wrap_of(meter)),
        rate=_rate(meter),
        interval_ms=meter.interval // timedelta(milliseconds=1),
        gap_ms=_gap_ms(meter, by_hand),
        by_hand=by_hand,
        context_ms=context // timedelta(milliseconds=1),
    )


def register_wrap(meter: Meter, wrap: Decimal | None) -> int | None:
    """Return the wrap of a display [micro-units of the stored unit], from its value in the display's unit."""
    if wrap is None:
        return None
    return micro_of(wrap * Decimal(UNITS.get(meter.unit, ("", "1"))[1]))


def _gap_ms(meter: Meter, by_hand: bool) -> int | None:
    if by_hand:
        return None if meter.longest_silence is None else meter.longest_silence // timedelta(milliseconds=1)
    if meter.reporting is Reporting.ON_CHANGE:
        pause = meter.longest_silence or max(timedelta(days=1), 2 * meter.interval)
        return pause // timedelta(milliseconds=1)
    return 2 * meter.interval // timedelta(milliseconds=1)


def _rate(meter: Meter) -> float | None:
    """Micro-units of the register per ms; the transformer ratio slows the register down."""
    maximum = meter.maximum_m3_h if meter.quantity == "volume" else meter.maximum_kw
    pulse: Decimal | None = None
    if meter.quantity == "pulse_count":
        pulse = meter.pulse_kwh or meter.pulse_m3
        maximum = meter.maximum_kw if meter.pulse_kwh else meter.maximum_m3_h
    if maximum is None:
        return None
    smallest_factor = min((float(entry.value) for entry in meter.factor), default=1.0)
    return maximum * MICRO / _HOUR_MS / smallest_factor / float(pulse or 1)
