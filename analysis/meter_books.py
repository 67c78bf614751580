"""One meter's booked line with everything that is recorded about it: the thin shell around the ledger."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import numpy as np

from analysis.books import Books
from analysis.figures import MeterEvent
from analysis.ledger.amounts import Amounts, cut_amounts
from analysis.ledger.conversion import Conversion, conversions_of
from analysis.ledger.counter import Booked, Exchange, book_counter
from analysis.ledger.faults import Notice
from analysis.ledger.intervals import book_intervals
from analysis.ledger.line import Line
from analysis.ledger.micro import Integers, micro_of, micro_units
from analysis.ledger.rules import Rules, register_wrap, rules_of
from analysis.ledger.tank import book_tank
from config.meters import Meter
from config.quantities import QUANTITIES, UNITS, Kind
from gateway.operations.rows import MeterEventRow
from gateway.reading import instant, milliseconds
from gateway.series import Series

_SETTLED = frozenset({"recorded", "accepted"})


@dataclass(frozen=True, slots=True)
class MeterBooks:
    """A meter's line over (at least) a time span, its conversions and its events."""

    line: Line
    conversions: tuple[Conversion, ...]
    events: tuple[MeterEvent, ...]

    def amounts(self, bounds_ms: Integers, *, within: tuple[int, int] | None = None) -> Amounts:
        """Cut the line into slots [unit of the medium]."""
        return cut_amounts(self.line, bounds_ms, self.conversions, within=within)


def meter_books(books: Books, meter: Meter, start_ms: int, end_ms: int, *, now: datetime) -> MeterBooks:
    """Book what one metered (not virtual) meter says about `[start, end)`; readings after `now` are not looked at."""
    rules = rules_of(meter)
    span = (start_ms - rules.context_ms, end_ms + rules.context_ms)
    recorded = [event for event in books.operations.events.of_meter(meter.id) if event.time <= now]
    booked = _booked(books, meter, rules, span, recorded, milliseconds(now))
    ratios = [
        (milliseconds(event.time), event.factor)
        for event in recorded
        if event.factor is not None and event.state in _SETTLED
    ]
    conversions = conversions_of(meter, books.zone, factors=ratios)
    return MeterBooks(booked.line, conversions, _events(meter.id, booked.notices, recorded, start_ms, end_ms))


def _booked(
    books: Books, meter: Meter, rules: Rules, span: tuple[int, int], recorded: Sequence[MeterEventRow], now_ms: int
) -> Booked:
    series = _read(books, meter.id, meter.quantity, span, now_ms)
    micro = micro_units(series.value)
    if meter.tank is not None:
        delivered = _read(books, meter.id, "delivery", span, now_ms)
        return book_tank(series.time_ms, micro, delivered.time_ms, micro_units(delivered.value), rules)
    if QUANTITIES[meter.quantity].kind is Kind.AMOUNT:
        return book_intervals(series.time_ms, micro, rules.interval_ms, meter.stamps)
    exchanges = [_exchange(meter, event) for event in recorded if _is_exchange(event)]
    believed = {milliseconds(event.time) for event in recorded if event.state == "rejected"}
    return book_counter(series.time_ms, micro, rules, exchanges=_between(exchanges, series), believed=believed)


def _read(books: Books, meter_id: str, quantity: str, span: tuple[int, int], now_ms: int) -> Series:
    series = books.store.read_with_neighbours(meter_id, quantity, instant(span[0]), instant(span[1]))
    upto = int(np.searchsorted(series.time_ms, now_ms, side="right"))
    return Series(series.time_ms[:upto], series.value[:upto])


def _is_exchange(event: MeterEventRow) -> bool:
    return event.kind == "exchange" and event.state in _SETTLED


def _between(exchanges: Sequence[Exchange], series: Series) -> list[Exchange]:
    """Leave out what older devices showed; of the last exchange before the readings the new device still counts."""
    if not len(series):
        return []
    earlier = [one for one in exchanges if one.time_ms <= series.time_ms[0]][-1:]
    before = [one._replace(old_end=None) for one in earlier if one.time_ms < series.time_ms[0]]
    return [*before, *(one for one in exchanges if one.time_ms >= series.time_ms[0])]


def _exchange(meter: Meter, event: MeterEventRow) -> Exchange:
    """People write down what the display shows, in the display's unit."""
    unit = Decimal(UNITS.get(meter.unit, ("", "1"))[1])
    wrap = None if event.digits is None else register_wrap(meter, Decimal(10) ** event.digits)
    return Exchange(
        milliseconds(event.time),
        None if event.old_end is None else micro_of(event.old_end * unit),
        None if event.new_start is None else micro_of(event.new_start * unit),
        wrap,
    )


def _events(
    meter_id: str, notices: Sequence[Notice], recorded: Sequence[MeterEventRow], start_ms: int, end_ms: int
) -> tuple[MeterEvent, ...]:
    """What was noticed and recorded in the span; a recorded or decided event stands before a noticed one."""
    known = {event.id: _recorded_event(event) for event in recorded}
    for notice in notices:
        identifier = f"{meter_id}:{notice.kind}:{notice.time_ms}"
        event = MeterEvent(identifier, meter_id, notice.kind, instant(notice.time_ms), notice.detail, notice.state)
        known.setdefault(identifier, event)
    first, last = instant(start_ms), instant(end_ms)
    return tuple(sorted((one for one in known.values() if first <= one.time < last), key=lambda one: one.time))


def _recorded_event(event: MeterEventRow) -> MeterEvent:
    return MeterEvent(event.id, event.meter, event.kind, event.time, event.detail, event.state)
