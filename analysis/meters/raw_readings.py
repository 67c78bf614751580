"""The readings behind a booked line: what is stored, what people wrote down, and what was left out and why."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Final

import numpy as np

from analysis.bookkeeping.meter_records import SETTLED, Records, marks_of, records_of
from analysis.books import Books
from analysis.figures import How, MeterEvent
from analysis.ledger.interval_bounds import interval_bounds
from analysis.ledger.line import Row
from analysis.ledger.micro import Integers
from analysis.ledger.rules import rules_of
from config.meters.meter import Meter
from config.quantities import QUANTITIES, UNITS, Kind, to_a_millionth
from gateway.operations.rows import MeterEventRow, ReadingNoteRow
from gateway.reading import instant, milliseconds
from gateway.series import Series

_DROPS: Final = frozenset({"spurious_zero", "counter_fell", "implausible_jump", "stuck", "future_reading"})
HOW_OF: Final = {
    0: How.MISSING,
    Row.MEASURED: How.MEASURED,
    Row.BY_HAND: How.READ_BY_HAND,
    Row.BILLED: How.BILLED,
    Row.CORRECTED: How.CORRECTED,
    Row.INTERPOLATED: How.INTERPOLATED,
    Row.SPREAD: How.SUBSTITUTED,
    Row.ESTIMATED: How.SUBSTITUTED,
    Row.FAULTY: How.FAULTY,
}
_UNFIT: Final = "passt nicht zu den Ablesungen davor und danach"
_WRITTEN: Final = "zum Zählerwechsel sind die Stände von Hand erfasst"


@dataclass(frozen=True, slots=True)
class RawReading:
    """One reading: `value` as it is stored (canonical unit), `shown` as the display has it (the meter's unit).

    `stamp` is the time that came with it, `time` the same unless a clock was put right. `how` says who read it;
    `author`, `recorded_at` and, where one was given, the `reason` are known where it was no device; `event` is the
    exchange at which it was written down.
    """

    time: datetime
    stamp: datetime
    value: Decimal
    shown: Decimal
    how: How
    author: str | None = None
    reason: str | None = None
    recorded_at: datetime | None = None
    event: str | None = None


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A reading that was not taken, and why, in German; `event` is what was noticed of it, None where nothing was."""

    reading: RawReading
    reason: str
    event: str | None


@dataclass(frozen=True, slots=True)
class RawReadings:
    """Readings by the instant [ms] at which an interval begins or ends with them; two devices may share one.

    `unused` are stored but in no knot of the line; `deliveries` go into a tank.
    """

    beginning: Mapping[int, RawReading]
    ending: Mapping[int, RawReading]
    unused: tuple[RawReading, ...] = ()
    deliveries: tuple[RawReading, ...] = ()

    def left_out(self, start_ms: int, end_ms: int, events: Sequence[MeterEvent]) -> tuple[LeftOut, ...]:
        """Return the readings of `[start, end)` that were not taken, with what was noticed of them."""
        first, last = instant(start_ms), instant(end_ms)
        inside = [one for one in self.unused if first <= one.time < last]
        return tuple(_left_out(one, events) for one in inside)

    def delivered(self, earlier: datetime, later: datetime) -> tuple[RawReading, ...]:
        """Return the deliveries of `(earlier, later]`."""
        return tuple(one for one in self.deliveries if earlier < one.time <= later)


def raw_readings(books: Books, meter: Meter, knots: Integers, *, now: datetime) -> RawReadings:
    """Return the readings behind the knots [ms] of a meter's line, from the first to the last of them."""
    if not len(knots):
        return RawReadings({}, {})
    records = records_of(books, meter, now=now)
    stored = _stored(books, meter, records, (int(knots[0]), int(knots[-1])), now)
    if QUANTITIES[meter.quantity].kind is Kind.AMOUNT:
        return _amounts(books, meter, stored)
    if QUANTITIES[meter.quantity].kind is not Kind.GAUGE:
        return _counter(meter, records, stored, knots)
    return replace(_counter(meter, records, stored, knots), deliveries=_deliveries(books, meter, knots))


def hows_of(books: Books, meter: Meter, quantity: str, series: Series) -> list[How]:
    """Return how each reading of a series was read: as its note says, else as the meter is read."""
    if not len(series):
        return []
    span = instant(int(series.time_ms[0])), instant(int(series.time_ms[-1]) + 1)
    notes = books.operations.notes.of_meter(meter.id, quantity, *span)
    return [HOW_OF[mark] for mark in marks_of(series, notes, by_hand=rules_of(meter).by_hand).tolist()]


def _deliveries(books: Books, meter: Meter, knots: Integers) -> tuple[RawReading, ...]:
    span = instant(int(knots[0])), instant(int(knots[-1]) + 1)
    notes = {note.time_ms: note for note in books.operations.notes.of_meter(meter.id, "delivery", *span)}
    delivered = _rows(books.store.read(meter.id, "delivery", *span))
    return tuple(_reading(meter, value, stamp_ms=at, note=notes.get(at)) for at, value in delivered)


def _amounts(books: Books, meter: Meter, stored: Sequence[RawReading]) -> RawReadings:
    """An amount belongs to its interval: it ends with it, and no other reading begins it."""
    times = np.array([milliseconds(one.time) for one in stored], np.int64)
    _, ends = interval_bounds(times, meter, books.zone)
    return RawReadings({}, dict(zip(ends.tolist(), stored, strict=True)))


def _counter(meter: Meter, records: Records, stored: Sequence[RawReading], knots: Integers) -> RawReadings:
    """What was written down at an exchange says it better than a reading of the very instant."""
    by_time = {milliseconds(one.time): one for one in stored}
    beginning, ending = dict(by_time), dict(by_time)
    replaced: set[int] = set()
    for event in records.events:
        if event.kind != "exchange" or event.state not in SETTLED:
            continue
        at = milliseconds(event.time)
        if event.new_start is not None:
            beginning[at] = ending[at] = _written(meter, event, event.new_start)
            replaced.add(at)
        if event.old_end is not None:
            ending[at] = _written(meter, event, event.old_end)
    taken = set(knots.tolist()) - replaced
    unused = tuple(one for at, one in by_time.items() if at not in taken)
    return RawReadings(beginning, ending, unused)


def _stored(books: Books, meter: Meter, records: Records, span: tuple[int, int], now: datetime) -> list[RawReading]:
    """Return what is stored of `[first, last]` [ms]; a clock that was put right moved its stamps."""
    first, last = records.clock.stamps(*span)
    series = books.store.read_with_neighbours(meter.id, meter.quantity, instant(first), instant(last))
    series = _upto(series, now)
    if not len(series):
        return []
    behind = instant(int(series.time_ms[-1]) + 1)
    notes = books.operations.notes.of_meter(meter.id, meter.quantity, instant(int(series.time_ms[0])), behind)
    by_stamp = {note.time_ms: note for note in notes}
    marks = marks_of(series, notes, by_hand=rules_of(meter).by_hand).tolist()
    right = records.clock.right(series.time_ms).tolist()
    rows = [
        _reading(meter, value, stamp_ms=stamp, time_ms=time, mark=mark, note=by_stamp.get(stamp))
        for (stamp, value), time, mark in zip(_rows(series), right, marks, strict=True)
    ]
    return [one for one in rows if span[0] <= milliseconds(one.time) <= span[1]]


def _upto(series: Series, now: datetime) -> Series:
    upto = int(np.searchsorted(series.time_ms, milliseconds(now), side="right"))
    return Series(series.time_ms[:upto], series.value[:upto])


def _rows(series: Series) -> Iterable[tuple[int, float]]:
    return zip(series.time_ms.tolist(), series.value.tolist(), strict=True)


def _reading(
    meter: Meter,
    value: float,
    *,
    stamp_ms: int,
    note: ReadingNoteRow | None,
    time_ms: int | None = None,
    mark: int = Row.MEASURED,
) -> RawReading:
    """`time_ms` None: no clock was put right."""
    stored = Decimal(repr(value))
    return RawReading(
        time=instant(stamp_ms if time_ms is None else time_ms),
        stamp=instant(stamp_ms),
        value=stored,
        shown=as_displayed(meter, stored),
        how=HOW_OF[mark],
        author=None if note is None else note.author,
        reason=None if note is None else note.reason or None,
        recorded_at=None if note is None else note.recorded_at,
    )


def _written(meter: Meter, event: MeterEventRow, shown: Decimal) -> RawReading:
    return RawReading(
        time=event.time,
        stamp=event.time,
        value=shown * _unit(meter),
        shown=shown,
        how=How.READ_BY_HAND,
        author=event.author,
        recorded_at=event.recorded_at,
        event=event.id,
    )


def as_displayed(meter: Meter, stored: Decimal) -> Decimal:
    """Return a stored value in the unit of the meter's display, to a millionth."""
    return to_a_millionth(stored / _unit(meter)).normalize()


def _unit(meter: Meter) -> Decimal:
    return Decimal(UNITS.get(meter.unit, ("", "1"))[1])


def _left_out(reading: RawReading, events: Sequence[MeterEvent]) -> LeftOut:
    before = [one for one in events if one.time <= reading.time]
    exchange = next((one for one in before if one.kind == "exchange" and one.time == reading.time), None)
    if exchange is not None:
        return LeftOut(reading, _WRITTEN, exchange.id)
    cause = max((one for one in before if one.kind in _DROPS), key=lambda one: one.time, default=None)
    return LeftOut(reading, _UNFIT, None) if cause is None else LeftOut(reading, cause.detail, cause.id)
