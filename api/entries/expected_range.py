"""What the next hand reading of a counter should show, so that a slip of the finger is caught at the meter."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from config.meters.meter import Meter, wrap_of
from config.quantities import QUANTITIES, UNITS, Kind
from gateway.reading import milliseconds
from gateway.series import Series

_HOUR_MS = 3_600_000
_DAY_MS = 24 * _HOUR_MS
_TOLERANCE = 3.0  # a cold month uses up to three times the mean of the year
_FEWEST_DAYS = 14


@dataclass(frozen=True, slots=True)
class ExpectedRange:
    """`low` and `high` in the canonical unit; None: nothing is known on that side.

    `after_wrap` is the highest value if the register has started anew since, None if it cannot have.
    """

    low: float | None
    high: float | None
    after_wrap: float | None = None

    def holds(self, value: float) -> bool:
        """Say whether a value lies within."""
        if self.after_wrap is not None and 0 <= value <= self.after_wrap:
            return True
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)


def expected_range(meter: Meter, past: Series, at: datetime) -> ExpectedRange:
    """Return the range at an instant: a counter never falls, and grows no faster than it did or than it can.

    `past` holds the readings known already, those after `at` included, in canonical units.
    """
    if QUANTITIES[meter.quantity].kind is not Kind.COUNTER:
        return ExpectedRange(0.0, canonical(meter, meter.tank.capacity) if meter.tank else None)
    at_ms = milliseconds(at)
    before = int(past.time_ms.searchsorted(at_ms))
    later = float(past.value[before]) if before < len(past) else None
    if before == 0:
        return ExpectedRange(0.0, later)
    last, since_ms = float(past.value[before - 1]), at_ms - int(past.time_ms[before - 1])
    grown = _growth_bound(meter, past, before, since_ms)
    high = None if grown is None else last + grown
    bounds = [bound for bound in (high, later) if bound is not None]
    return ExpectedRange(last, min(bounds) if bounds else None, _after_wrap(meter, high))


def _after_wrap(meter: Meter, high: float | None) -> float | None:
    wrap = wrap_of(meter)
    return high - float(wrap) if wrap is not None and high is not None and high >= float(wrap) else None


def _growth_bound(meter: Meter, past: Series, before: int, since_ms: int) -> float | None:
    # At least a day's worth, or an hour's of what is possible at all: a reading soon after the last is not held to
    # the second.
    spans = (
        (_physical_rate(meter), max(since_ms, _HOUR_MS)),
        (_usual_rate(past, before), max(since_ms, _DAY_MS)),
    )
    bounds = [rate * span_ms for rate, span_ms in spans if rate is not None]
    return min(bounds) if bounds else None


def _physical_rate(meter: Meter) -> float | None:
    hourly = meter.maximum_kw if QUANTITIES[meter.quantity].unit == "kWh" else meter.maximum_m3_h
    if hourly is None:
        return None
    ratio = float(meter.factor[-1].value) if meter.factor else 1.0
    return hourly / ratio / _HOUR_MS


def _usual_rate(past: Series, before: int) -> float | None:
    span_ms = int(past.time_ms[before - 1] - past.time_ms[0])
    growth = float(past.value[before - 1] - past.value[0])
    if span_ms < _FEWEST_DAYS * _DAY_MS or growth <= 0:
        return None
    return _TOLERANCE * growth / span_ms


def canonical(meter: Meter, shown: Decimal) -> float:
    """Return what the display shows in the canonical unit of the meter's quantity."""
    return float(shown * Decimal(UNITS[meter.unit][1]))
