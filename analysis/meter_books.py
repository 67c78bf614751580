"""One meter's booked line with everything that is recorded about it: the thin shell around the ledger."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from analysis.books import Books
from analysis.expectations import expectation_of
from analysis.figures import MeterEvent
from analysis.ledger.amounts import Amounts, cut_amounts
from analysis.ledger.bridging import Substitution, bridged
from analysis.ledger.conversion import Conversion, conversions_of
from analysis.ledger.counter import Booked, book_counter
from analysis.ledger.interval_bounds import interval_bounds
from analysis.ledger.intervals import book_intervals
from analysis.ledger.line import Line
from analysis.ledger.micro import Integers, micro_units
from analysis.ledger.readings import Readings
from analysis.ledger.rules import Rules, rules_of
from analysis.ledger.tank import book_tank
from analysis.ledger.window import Window
from analysis.meter_records import Records, marks_of, records_of
from config.meters import Meter
from config.quantities import QUANTITIES, Kind
from gateway.reading import instant, milliseconds
from gateway.series import Series


@dataclass(frozen=True, slots=True)
class MeterBooks:
    """A meter's line over (at least) a time span, its conversions, its events and what stands in for readings."""

    line: Line
    conversions: tuple[Conversion, ...]
    events: tuple[MeterEvent, ...]
    substitutions: tuple[Substitution, ...] = ()

    def amounts(self, bounds_ms: Integers, *, within: tuple[int, int] | None = None) -> Amounts:
        """Cut the line into slots [unit of the medium]."""
        return cut_amounts(self.line, bounds_ms, self.conversions, within=within)

    def changes(self) -> Integers:
        """Return the instants [ms] at which the kind of knowledge or the conversion changes."""
        return np.concatenate([self.line.changes(), np.array([one.from_ms for one in self.conversions], np.int64)])


def meter_books(
    books: Books, meter: Meter, start_ms: int, end_ms: int, *, now: datetime, records: Records | None = None
) -> MeterBooks:
    """Book what one metered (not virtual) meter says about `[start, end)`; readings after `now` are not looked at.

    Read is as much around the span as its judgement needs: a counter that rests, and a gap whose shape other days
    give, reach back further than an ordinary day. `records`: what to take as recorded; None: all of it.
    """
    rules = rules_of(meter)
    if records is None:
        records = records_of(books, meter, now=now)
    window = Window(start_ms, end_ms, rules)
    while True:
        series = _read(books, meter.id, meter.quantity, window.span, now)
        further = window.widened(series.time_ms, series.value)
        if further is None:
            break
        window = further
    booked = _booked(books, meter, rules, records, series, now)
    line, substitutions = bridged(booked.line, rules, expectation_of(books, meter))
    conversions = conversions_of(meter, books.zone, factors=records.ratios(), units=records.units())
    events = records.shown([*booked.notices, *records.factor_changes(books.zone, until=now)], start_ms, end_ms)
    inside = tuple(one for one in substitutions if one.end_ms > start_ms and one.start_ms < end_ms)
    return MeterBooks(line, conversions, events, inside)


def _booked(books: Books, meter: Meter, rules: Rules, records: Records, series: Series, now: datetime) -> Booked:
    readings = _readings(books, meter, rules, records, series)
    decisions = records.decisions(series)
    kind = QUANTITIES[meter.quantity].kind
    if kind is Kind.GAUGE:
        span = (int(series.time_ms[0]), int(series.time_ms[-1])) if len(series) else (0, 0)
        delivered = _read(books, meter.id, "delivery", span, now)
        return book_tank(readings, delivered.time_ms, micro_units(delivered.value), rules)
    if kind is Kind.AMOUNT:
        bounds = interval_bounds(readings.time_ms, meter, books.zone)
        return book_intervals(*bounds, readings, rules, decisions)
    return book_counter(readings, rules, decisions)


def _readings(books: Books, meter: Meter, rules: Rules, records: Records, series: Series) -> Readings:
    if not len(series):
        return Readings(series.time_ms, micro_units(series.value), series.time_ms)
    first, behind = instant(int(series.time_ms[0])), instant(int(series.time_ms[-1]) + 1)
    notes = books.operations.notes.of_meter(meter.id, meter.quantity, first, behind)
    marks = marks_of(series, notes, by_hand=rules.by_hand)
    right = records.shifted(series.time_ms)
    return Readings(right, micro_units(series.value), marks).kept(_rising(right))


def _rising(time_ms: Integers) -> NDArray[np.bool_]:
    """Where a clock is put right by moving it back, the hour that comes twice is told by the clock that is right."""
    later = np.minimum.accumulate(time_ms[::-1])[::-1]
    return np.append(time_ms[:-1] < later[1:], True)


def _read(books: Books, meter_id: str, quantity: str, span: tuple[int, int], now: datetime) -> Series:
    series = books.store.read_with_neighbours(meter_id, quantity, instant(span[0]), instant(span[1]))
    upto = int(np.searchsorted(series.time_ms, milliseconds(now), side="right"))
    return Series(series.time_ms[:upto], series.value[:upto])
