"""One meter's booked line with everything that is recorded about it: the thin shell around the ledger."""

from bisect import bisect_left
from dataclasses import dataclass, replace
from datetime import datetime
from operator import attrgetter

import numpy as np

from analysis.bookkeeping.expectations import expectation_of
from analysis.bookkeeping.ledger_digest import Basis, basis_of
from analysis.bookkeeping.meter_records import Records, marks_of, records_of
from analysis.bookkeeping.window_readings import WindowReadings
from analysis.books import Books
from analysis.figures import MeterEvent
from analysis.ledger.amounts import Amounts, cut_amounts
from analysis.ledger.bridging import Expectation, Substitution, bridged
from analysis.ledger.conversion import Conversion
from analysis.ledger.counter import Booked, book_counter
from analysis.ledger.faults import Notice
from analysis.ledger.interval_bounds import interval_bounds
from analysis.ledger.intervals import book_intervals
from analysis.ledger.line import Line
from analysis.ledger.micro import Integers, micro_units
from analysis.ledger.readings import Decisions, Readings
from analysis.ledger.rules import Rules
from analysis.ledger.tank import book_tank
from analysis.ledger.window import FOR_EVER_MS, Window
from config.meters.meter import Meter
from config.quantities import QUANTITIES, Kind
from gateway.series import Series

_TIME = attrgetter("time_ms")


@dataclass(frozen=True, slots=True)
class MeterBooks:
    """A meter's line over (at least) a time span, its conversions, its events and what stands in for readings.

    `notices` are what the ledger noticed by itself within the span. A reading that comes later than now and lies
    outside of `reach` (first and last instant [ms]) changes nothing of it.
    """

    line: Line
    conversions: tuple[Conversion, ...]
    events: tuple[MeterEvent, ...]
    substitutions: tuple[Substitution, ...] = ()
    notices: tuple[Notice, ...] = ()
    reach: tuple[int, int] = (-FOR_EVER_MS, FOR_EVER_MS)

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

    `records`: what to take as recorded; None: all of it.
    """
    return bookkeeper(books, meter, now=now, records=records).book(start_ms, end_ms)


def bookkeeper(
    books: Books,
    meter: Meter,
    *,
    now: datetime,
    records: Records | None = None,
    basis: Basis | None = None,
) -> "Bookkeeper":
    """Return who books a meter as of `now`; `records` or the whole `basis` where they were read already."""
    if basis is None:
        found = records_of(books, meter, now=now) if records is None else records
        basis = basis_of(books.portfolio, found, books.operations.notes.of_meter(meter.id, meter.quantity))
    return Bookkeeper(
        books=books,
        meter=meter,
        rules=basis.rules,
        basis=basis,
        expectation=expectation_of(books, meter),
        raw=WindowReadings(books.store, meter.id, meter.quantity, now, basis.records.clock),
        delivered=WindowReadings(books.store, meter.id, "delivery", now),
    )


@dataclass(frozen=True, slots=True)
class Bookkeeper:
    """Books one time span of a meter after the other; what is declared and recorded about it is read once."""

    books: Books
    meter: Meter
    rules: Rules
    basis: Basis
    expectation: Expectation | None
    raw: WindowReadings
    delivered: WindowReadings

    def book(self, start_ms: int, end_ms: int) -> MeterBooks:
        """Book `[start, end)`.

        Read is as much around the span as its judgement needs: a counter that rests, a fault that is not over, and a
        gap whose shape other days give, reach further than an ordinary day.
        """
        window = Window(start_ms, end_ms, self.rules, is_counter=self._is_counter)
        while True:
            series = self.raw.around(*window.span)
            readings, decisions = self._readings(series), self._decisions(series, window)
            booked = self._booked(readings, series, decisions)
            believed = self._believed(booked, readings, series, decisions)
            further = window.widened(readings, booked.line, believed=believed.line, large_steps=believed.large_steps)
            if further is None:
                break
            window = further
        line, substitutions = bridged(booked.line, self.rules, self.expectation)
        changes = self.basis.records.factor_changes(self.books.zone, until=self.raw.upto)
        return MeterBooks(
            line=line,
            conversions=self.basis.conversions,
            events=self.basis.records.shown([*booked.notices, *changes], start_ms, end_ms),
            substitutions=tuple(one for one in substitutions if one.end_ms > start_ms and one.start_ms < end_ms),
            notices=tuple(one for one in booked.notices if start_ms <= one.time_ms < end_ms),
            reach=window.read(series.time_ms),
        )

    @property
    def _is_counter(self) -> bool:
        return QUANTITIES[self.meter.quantity].kind is Kind.COUNTER

    def _booked(self, readings: Readings, series: Series, decisions: Decisions) -> Booked:
        kind = QUANTITIES[self.meter.quantity].kind
        if kind is Kind.GAUGE:
            span = (int(series.time_ms[0]), int(series.time_ms[-1])) if len(series) else (0, 0)
            delivered = self.delivered.around(*span)
            return book_tank(readings, delivered.time_ms, micro_units(delivered.value), self.rules)
        if kind is Kind.AMOUNT:
            bounds = interval_bounds(readings.time_ms, self.meter, self.books.zone)
            return book_intervals(*bounds, readings, self.rules, decisions)
        return book_counter(readings, self.rules, decisions)

    def _believed(self, booked: Booked, readings: Readings, series: Series, decisions: Decisions) -> Booked:
        """What is doubted is not booked, and would look like a rest."""
        if not decisions.doubted and not decisions.jumps:
            return booked
        return self._booked(readings, series, replace(decisions, doubted=(), jumps=frozenset()))

    def _readings(self, series: Series) -> Readings:
        if not len(series):
            return Readings(series.time_ms, micro_units(series.value), series.time_ms)
        notes = self.basis.notes
        first = bisect_left(notes, int(series.time_ms[0]), key=_TIME)
        behind = bisect_left(notes, int(series.time_ms[-1]) + 1, key=_TIME)
        marks = marks_of(series, notes[first:behind], by_hand=self.rules.by_hand)
        return Readings(series.time_ms, micro_units(series.value), marks)

    def _decisions(self, series: Series, window: Window) -> Decisions:
        """What was written down at an exchange belongs to the readings around it: where these are not looked at, only
        what it leaves behind counts.
        """
        decisions = self.basis.records.decisions(series)
        first_ms, last_ms = window.read(series.time_ms)
        exchanges = [
            one if one.time_ms >= first_ms else one._replace(old_end=None, new_start=None)
            for one in decisions.exchanges
            if one.time_ms <= last_ms
        ]
        return replace(decisions, exchanges=exchanges)
