"""Why a number is what it is: the readings that an amount comes from, and what became of each difference."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

import numpy as np

from analysis.bookkeeping.meter_books import MeterBooks, meter_books
from analysis.books import Books
from analysis.calendar_cuts import boundary_ms
from analysis.figures import How, MeterEvent, Substitute
from analysis.ledger.amounts import Amounts
from analysis.ledger.line import Line, Row
from analysis.ledger.micro import Integers
from analysis.meters.raw_readings import HOW_OF, LeftOut, RawReading, RawReadings, raw_readings
from analysis.meters.substitutes import substitutes_of
from analysis.property_meters import reference_of
from config.errors import InvalidReading
from config.meters.meter import Meter
from gateway.reading import instant

MOST_ROWS = 200


@dataclass(frozen=True, slots=True)
class TracedInterval:
    """What one interval between two readings gives to the span `[start, end)` that is asked for.

    `amount` [unit of the medium] is exact, None where nothing is booked; `whole` is that of the interval from end to
    end. `counted` is what the register went on by within the span, `factors` what a unit of it counted then, one
    after the other where it changed. `earlier` and `later` are the readings at its ends, None where there is none:
    an amount that came as such is its own `later`. `deliveries` went into the tank meanwhile.
    """

    start: datetime
    end: datetime
    amount: Decimal | None
    whole: Decimal | None
    counted: Decimal
    factors: tuple[Decimal, ...]
    how: How
    earlier: RawReading | None
    later: RawReading | None
    deliveries: tuple[RawReading, ...] = ()
    substitute: Substitute | None = None


@dataclass(frozen=True, slots=True)
class Trace:
    """The intervals of `[start, end)` of one meter; their amounts add up to `total`, to the last digit.

    `intervals` are those from number `first` on, of `count` in all. `left_out` are readings of the span that were
    not taken, each with its reason; `events` touch the span, newest first; `reference` says what kWh of a fuel are
    told on (Hs, Hi).
    """

    meter: str
    unit: str
    start: datetime
    end: datetime
    total: Decimal | None
    count: int
    first: int
    intervals: tuple[TracedInterval, ...]
    left_out: tuple[LeftOut, ...]
    events: tuple[MeterEvent, ...]
    reference: str | None = None


def trace(
    books: Books,
    meter: Meter,
    start: date | datetime,
    end: date | datetime,
    *,
    now: datetime,
    first: int = 0,
    most: int = MOST_ROWS,
) -> Trace:
    """Return what the amount of `[start, end)` comes from, `most` intervals from number `first` on.

    `start` and `end` are local days or aware instants. Raises `InvalidReading` (`virtual_meter`) for a meter that is
    worked out from others: its terms can be traced.
    """
    if meter.is_virtual:
        raise InvalidReading("virtual_meter", f"{meter.id} is worked out from other meters: trace those")
    start_ms, end_ms = boundary_ms(start, books.zone), boundary_ms(end, books.zone)
    ledger = meter_books(books, meter, start_ms, end_ms, now=now)
    knots = _knots(ledger.line, start_ms, end_ms)
    raw = raw_readings(books, meter, knots, now=now)
    cut = _Cut.of(ledger, knots, start_ms, end_ms)
    substitutes = substitutes_of(books, meter, ledger.substitutions, start_ms, end_ms)
    places = range(first, min(first + most, cut.count))
    return Trace(
        meter=meter.id,
        unit=meter.medium.unit,
        start=instant(start_ms),
        end=instant(end_ms),
        total=cut.amounts.total(),
        count=cut.count,
        first=first,
        intervals=tuple(cut.intervals(places, raw, substitutes)),
        left_out=raw.left_out(start_ms, end_ms, ledger.events),
        events=tuple(sorted(ledger.events, key=lambda one: one.time, reverse=True)),
        reference=reference_of(meter),
    )


def _knots(line: Line, start_ms: int, end_ms: int) -> Integers:
    """Return the readings of a line within `[start, end)`, and the nearest outside on either side."""
    read = np.unique(line.time_ms[~line.inner])
    if end_ms <= start_ms:
        return read[:0]
    low = max(int(np.searchsorted(read, start_ms, side="right")) - 1, 0)
    return read[low : int(np.searchsorted(read, end_ms, side="left")) + 1]


@dataclass(frozen=True, slots=True)
class _Cut:
    """A span cut at its readings: `amounts` between `bounds_ms` (n + 1), `wholes` between the `knots` as such."""

    ledger: MeterBooks
    knots: Integers
    bounds_ms: Integers
    amounts: Amounts
    wholes: Amounts

    @classmethod
    def of(cls, ledger: MeterBooks, knots: Integers, start_ms: int, end_ms: int) -> "_Cut":
        """Cut a span at its readings; before the first and behind the last one nothing is known."""
        bounds = np.unique(np.clip(np.concatenate([[start_ms], knots, [max(start_ms, end_ms)]]), start_ms, end_ms))
        outer = knots if len(knots) > 1 else np.array([start_ms], np.int64)
        return cls(ledger, knots, bounds, ledger.amounts(bounds), ledger.amounts(outer))

    @property
    def count(self) -> int:
        """How many pieces there are."""
        return len(self.bounds_ms) - 1

    def intervals(
        self, places: range, raw: RawReadings, substitutes: Sequence[Substitute]
    ) -> Iterator[TracedInterval]:
        """Yield the pieces of these places."""
        amounts = self.amounts.part(places.start, places.stop).decimals()
        wholes = self.wholes.decimals()
        for place, amount in zip(places, amounts, strict=True):
            start_ms, end_ms = (int(one) for one in self.bounds_ms[place : place + 2])
            at = int(np.searchsorted(self.knots, start_ms, side="right")) - 1
            if not 0 <= at < len(self.knots) - 1:
                yield _nothing(start_ms, end_ms)
                continue
            earlier_ms, later_ms = (int(one) for one in self.knots[at : at + 2])
            known = instant(earlier_ms), instant(later_ms)
            yield TracedInterval(
                start=instant(start_ms),
                end=instant(end_ms),
                amount=amount,
                whole=wholes[at],
                counted=self._counted(start_ms, end_ms),
                factors=self._factors(start_ms, end_ms),
                how=HOW_OF[self._kind(earlier_ms)],
                earlier=raw.beginning.get(earlier_ms),
                later=raw.ending.get(later_ms),
                deliveries=raw.delivered(*known),
                substitute=next((one for one in substitutes if one.start <= known[0] and known[1] <= one.end), None),
            )

    def _kind(self, knot_ms: int) -> int:
        line = self.ledger.line
        return int(line.kinds[int(np.searchsorted(line.time_ms, knot_ms, side="right")) - 1])

    def _counted(self, start_ms: int, end_ms: int) -> Decimal:
        first, last = self.ledger.line.cut(np.array([start_ms, end_ms], np.int64))[Row.AMOUNT].tolist()
        return Decimal(last - first).scaleb(-6)

    def _factors(self, start_ms: int, end_ms: int) -> tuple[Decimal, ...]:
        valid = [one.factor for one in self.ledger.conversions if one.from_ms < end_ms and one.to_ms > start_ms]
        return tuple(dict.fromkeys(factor for factor in valid if factor is not None))


def _nothing(start_ms: int, end_ms: int) -> TracedInterval:
    return TracedInterval(instant(start_ms), instant(end_ms), None, None, Decimal(0), (), How.MISSING, None, None)
