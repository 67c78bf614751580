"""A meter's books over any time span, always in the same blocks: so quarter-hours, days and years cannot differ."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import numpy as np

from analysis.bookkeeping.meter_books import Bookkeeper, MeterBooks, bookkeeper
from analysis.bookkeeping.meter_records import in_order
from analysis.books import Books
from analysis.calendar_cuts import local_day
from analysis.figures import MeterEvent
from analysis.ledger.amounts import Amounts, joined
from analysis.ledger.blocks import Block, blocks
from analysis.ledger.bridging import Substitution
from analysis.ledger.conversion import midnight_ms
from analysis.ledger.faults import Notice
from analysis.ledger.line import line_of, stepped
from analysis.ledger.micro import Integers
from config.meters.meter import Meter
from gateway.reading import milliseconds

BLOCKS_AT_ONCE = 36  # a year: what is held of raw readings
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Booking:
    """The books of `[start_ms, end_ms)`: a block, or time that has not come yet."""

    start_ms: int
    end_ms: int
    books: MeterBooks


@dataclass(frozen=True, slots=True)
class Bookings:
    """Bookings one after the other, at least one; what is asked for is cut out of them."""

    parts: tuple[Booking, ...]
    events: tuple[MeterEvent, ...] = ()

    @property
    def substitutions(self) -> tuple[Substitution, ...]:
        """What stands in for readings in the blocks that were booked, ascending."""
        return tuple(sorted({one for part in self.parts for one in part.books.substitutions}))

    @property
    def notices(self) -> list[Notice]:
        """What the ledger noticed by itself in the blocks that were booked, ascending."""
        return [notice for part in self.parts for notice in part.books.notices]

    def changes(self) -> Integers:
        """Return the instants [ms] at which the kind of knowledge or the conversion changes, in any order."""
        inside = (np.clip(part.books.changes(), part.start_ms, part.end_ms) for part in self.parts)
        return np.concatenate(list(inside))

    def amounts(self, bounds_ms: Integers, *, within: tuple[int, int] | None = None) -> Amounts:
        """Cut the lines into slots [unit of the medium]; `within` leaves out what lies outside of it [ms]."""
        cut = [
            part.books.amounts(edges, within=within)
            for part in self.parts
            if len(edges := _within(bounds_ms, part.start_ms, part.end_ms)) > 1
        ]
        if not cut:
            return self.parts[0].books.amounts(bounds_ms, within=within)
        whole = cut[0] if len(cut) == 1 else joined(cut)
        if len(whole.bounds_ms) == len(bounds_ms):
            return whole
        return whole.grouped(np.searchsorted(whole.bounds_ms, bounds_ms[:-1]).tolist())

    def stepped(self) -> "Bookings":
        """Return the books of a counter that speaks when it moves: see `ledger.line.stepped`."""
        parts = (replace(part, books=replace(part.books, line=stepped(part.books.line))) for part in self.parts)
        return replace(self, parts=tuple(parts))


def _within(bounds_ms: Integers, start_ms: int, end_ms: int) -> Integers:
    """Return the bounds inside `[start, end]`, and where they are cut off."""
    first, last = max(start_ms, int(bounds_ms[0])), min(end_ms, int(bounds_ms[-1]))
    inner = bounds_ms[np.searchsorted(bounds_ms, first, side="right") : np.searchsorted(bounds_ms, last)]
    return np.concatenate([[first], inner, [last]]) if first < last else bounds_ms[:0]


def bookings(books: Books, meter: Meter, start_ms: int, end_ms: int, *, now: datetime) -> Bookings:
    """Book what one metered (not virtual) meter says about `[start, end)`; readings after `now` are not looked at."""
    keeper = bookkeeper(books, meter, now=now)
    first, last = local_day(start_ms, books.zone), local_day(max(start_ms, end_ms - 1), books.zone)
    parts = tuple(_parts(keeper, first, last + _DAY, now))
    found = sorted((event for part in parts for event in part.books.events), key=in_order)
    return Bookings(parts, tuple(event for event in found if start_ms <= milliseconds(event.time) < end_ms))


def booked_blocks(keeper: Bookkeeper, wanted: Iterable[Block]) -> Iterator[tuple[Block, Booking]]:
    """Book blocks in ascending order, a year of raw readings in memory at a time."""
    zone, rules = keeper.books.zone, keeper.rules
    for chunk in _chunks(wanted):
        edges = [midnight_ms(block.first, zone) for block in chunk] + [midnight_ms(chunk[-1].end, zone)]
        keeper.raw.load(edges[0] - rules.context_ms, edges[-1] + rules.ahead_ms)
        for place, block in enumerate(chunk):
            start_ms, end_ms = edges[place], edges[place + 1]
            yield block, Booking(start_ms, end_ms, keeper.book(start_ms, end_ms))


def _chunks(wanted: Iterable[Block]) -> Iterator[list[Block]]:
    """Blocks that follow one another, at most a year of them."""
    chunk: list[Block] = []
    for block in wanted:
        if chunk and (len(chunk) == BLOCKS_AT_ONCE or block.first != chunk[-1].end):
            yield chunk
            chunk = []
        chunk.append(block)
    if chunk:
        yield chunk


def _parts(keeper: Bookkeeper, first: date, end: date, now: datetime) -> Iterator[Booking]:
    """Of what has not come yet nothing is known, however far it is asked for."""
    zone = keeper.books.zone
    come = min(end, local_day(min(milliseconds(now), midnight_ms(end, zone)), zone) + _DAY)
    booked_to = first
    for block, booking in booked_blocks(keeper, blocks(first, come)):
        booked_to = block.end
        yield booking
    if booked_to < end:
        none = np.empty(0, np.int64)
        nothing = MeterBooks(line_of(none, none, none), keeper.basis.conversions, ())
        yield Booking(midnight_ms(booked_to, zone), midnight_ms(end, zone), nothing)
