"""What the next hand reading of a counter should show, so that a slip of the finger is caught at the meter."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from analysis.ledger.micro import MICRO
from analysis.ledger.rules import rules_of
from config.meters.meter import Meter, wrap_of
from config.quantities import QUANTITIES, UNITS, Kind
from gateway.reading import milliseconds
from gateway.series import Series

_HOUR_MS = 3_600_000
DAY_MS = 24 * _HOUR_MS
TOLERANCE = 3.0  # a cold month uses up to three times the mean of the year
FEWEST_MS = 14 * DAY_MS


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


def missed(meter: Meter, display: Decimal, expected: ExpectedRange) -> str | None:
    """Say in the display's unit what was typed and what was expected instead; None where it is as expected."""
    if expected.holds(canonical(meter, display)):
        return None
    return f"{display.normalize():f} {meter.unit} is not {range_words(meter, expected)}"


def range_words(meter: Meter, expected: ExpectedRange) -> str:
    """Say in the display's unit what is expected: `between 1.0 and 2.0 kWh`, `at least 1.0 kWh`."""
    low, high = (shown(meter, bound) for bound in (expected.low, expected.high))
    if low is None or high is None:
        sides = [f"at least {low} {meter.unit}"] if low is not None else []
        sides += [f"at most {high} {meter.unit}"] if high is not None else []
        words = "".join(sides) or "any value"
    else:
        words = f"between {low} and {high} {meter.unit}"
    wrapped = shown(meter, expected.after_wrap)
    return words if wrapped is None else f"{words}, or up to {wrapped} {meter.unit} where the register has wrapped"


def expected_range(meter: Meter, past: Series, at: datetime, *, ratio: Decimal = Decimal(1)) -> ExpectedRange:
    """Return the range at an instant: a counter never falls, and grows no faster than it did or than it can.

    `past` holds the readings known already, those after `at` included, in canonical units; `ratio` is by what the
    register is multiplied then: it runs as much slower than the connection.
    """
    if QUANTITIES[meter.quantity].kind is not Kind.COUNTER:
        return ExpectedRange(0.0, None)
    at_ms = milliseconds(at)
    before = int(past.time_ms.searchsorted(at_ms))
    later = float(past.value[before]) if before < len(past) else None
    if before == 0:
        return ExpectedRange(0.0, later)
    last, since_ms = float(past.value[before - 1]), at_ms - int(past.time_ms[before - 1])
    grown = _growth_bound(past, before, since_ms, rate=_physical_rate(meter, ratio))
    high = None if grown is None else last + grown
    bounds = [bound for bound in (high, later) if bound is not None]
    return ExpectedRange(last, min(bounds) if bounds else None, _after_wrap(meter, high))


def _after_wrap(meter: Meter, high: float | None) -> float | None:
    wrap = wrap_of(meter)
    return high - float(wrap) if wrap is not None and high is not None and high >= float(wrap) else None


def _growth_bound(past: Series, before: int, since_ms: int, *, rate: float | None) -> float | None:
    # At least a day's worth, or an hour's of what is possible at all: a reading soon after the last is not held to
    # the second.
    spans = (
        (rate, max(since_ms, _HOUR_MS)),
        (_usual_rate(past, before), max(since_ms, DAY_MS)),
    )
    bounds = [fastest * span_ms for fastest, span_ms in spans if fastest is not None]
    return min(bounds) if bounds else None


def _physical_rate(meter: Meter, ratio: Decimal) -> float | None:
    """Canonical units per ms that the connection can carry."""
    rate = rules_of(meter).rate
    return None if rate is None else rate / MICRO / float(ratio)


def _usual_rate(past: Series, before: int) -> float | None:
    span_ms = int(past.time_ms[before - 1] - past.time_ms[0])
    growth = float(past.value[before - 1] - past.value[0])
    if span_ms < FEWEST_MS or growth <= 0:
        return None
    return TOLERANCE * growth / span_ms


def shown(meter: Meter, value: float | None) -> float | None:
    """Return a canonical value as the display shows it; None stays None."""
    return None if value is None else round(value / float(UNITS[meter.unit][1]), 3)


def canonical(meter: Meter, shown: Decimal) -> float:
    """Return what the display shows in the canonical unit of the meter's quantity."""
    return float(shown * Decimal(UNITS[meter.unit][1]))
