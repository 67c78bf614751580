"""Derives blocks of one meter and says in what they differ from the tables: the core of the daily ledger."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta, tzinfo
from itertools import groupby
from typing import TypeVar

from analysis.bookkeeping.bookings import Booking, booked_blocks
from analysis.bookkeeping.ledger_digest import Basis
from analysis.bookkeeping.meter_books import Bookkeeper
from analysis.bookkeeping.meter_records import event_id
from analysis.calendar_cuts import day_cuts, days
from analysis.ledger.blocks import Block, block_of
from analysis.ledger.conversion import midnight_ms
from analysis.ledger.day_rows import day_rows
from analysis.ledger.planning import PROVISIONAL_MS, Seen, settled_to
from gateway.operations.ledger.rows import (
    Derivation,
    LedgerBlock,
    LedgerDay,
    LedgerNotice,
    LedgerState,
    LedgerSubstitution,
)
from gateway.reading import milliseconds

RowT = TypeVar("RowT", LedgerDay, LedgerNotice, LedgerSubstitution, LedgerBlock)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Known:
    """What the tables hold of a meter; what lies outside of the blocks that are derived is not looked at."""

    days: Sequence[LedgerDay] = ()
    notices: Sequence[LedgerNotice] = ()
    substitutions: Sequence[LedgerSubstitution] = ()
    blocks: Sequence[LedgerBlock] = ()

    def within(self, wanted: Sequence[Block], seen: Seen) -> "Known":
        """Return what belongs to some blocks."""
        firsts = {block.first for block in wanted}
        edges = [(midnight_ms(block.first, seen.zone), midnight_ms(block.end, seen.zone)) for block in wanted]

        def is_within(time_ms: int) -> bool:
            return any(start_ms <= time_ms < end_ms for start_ms, end_ms in edges)

        return Known(
            [row for row in self.days if block_of(row.day).first in firsts],
            [row for row in self.notices if is_within(row.time_ms)],
            [row for row in self.substitutions if is_within(row.start_ms)],
            [row for row in self.blocks if row.first in firsts],
        )


@dataclass(slots=True)
class _Found:
    days: list[LedgerDay] = field(default_factory=list)
    notices: dict[str, LedgerNotice] = field(default_factory=dict)
    substitutions: dict[int, LedgerSubstitution] = field(default_factory=dict)
    blocks: list[LedgerBlock] = field(default_factory=list)

    def take(self, basis: Basis, block: Block, booking: Booking, seen: Seen) -> None:
        """Take the days of a block that are over, with what was noticed and what begins to stand in in them."""
        end, meter_id = min(block.end, seen.today), basis.records.meter.id
        row = LedgerBlock(meter_id, block.first, *booking.books.reach)
        self.blocks.append(row._replace(digest=block_digest(basis, block, row, seen.zone)))
        amounts = booking.books.amounts(day_cuts(block.first, end, seen.zone))
        self.days += day_rows(meter_id, days(block.first, end), amounts)
        over_ms = midnight_ms(end, seen.zone)
        for kind, time_ms, detail, state in booking.books.notices:
            if time_ms < over_ms:
                identifier = event_id(meter_id, kind, time_ms)
                self.notices[identifier] = LedgerNotice(identifier, meter_id, kind, time_ms, detail, state)
        for one in booking.books.substitutions:
            if booking.start_ms <= one.start_ms < over_ms:
                self.substitutions[one.start_ms] = LedgerSubstitution(meter_id, *one)


def derived(keeper: Bookkeeper, state: LedgerState, seen: Seen, wanted: Sequence[Block], known: Known) -> Derivation:
    """Derive blocks, and return what has to be written: only what differs."""
    found, before = _Found(), known.within(wanted, seen)
    for block, booking in booked_blocks(keeper, wanted):
        found.take(keeper.basis, block, booking, seen)
    notices, substitutions = list(found.notices.values()), list(found.substitutions.values())
    dropped, added = _without(before.days, found.days), _without(found.days, before.days)
    return Derivation(
        state=next_state(state, seen, settled_to(state, seen, found.blocks)),
        dropped_days=[row.day for row in dropped],
        days=added,
        dropped_notices=[row.id for row in _without(before.notices, notices)],
        notices=_without(notices, before.notices),
        dropped_substitutions=[row.start_ms for row in _without(before.substitutions, substitutions)],
        substitutions=_without(substitutions, before.substitutions),
        dropped_blocks=[row.first for row in _without(before.blocks, found.blocks)],
        blocks=_without(found.blocks, before.blocks),
        changed=list(_runs(sorted({row.day for row in (*dropped, *added)}), state, seen)),
        arrival=max((span.arrival for span in seen.late), default=0),
    )


def block_digest(basis: Basis, block: Block, row: LedgerBlock, zone: tzinfo) -> str:
    """Return the digest of what is declared and recorded about a block that has read what its row says."""
    span_ms = midnight_ms(block.first, zone), midnight_ms(block.end, zone)
    return basis.digest_within(span_ms, (row.since_ms, row.until_ms))


def next_state(state: LedgerState, seen: Seen, settled: date | None) -> LedgerState:
    """Return the state of a meter after it was derived; its version is counted up as it is written."""
    return LedgerState(state.meter, state.version, seen.today, settled, seen.newest_ms, seen.now, seen.digest)


def _without(rows: Sequence[RowT], others: Sequence[RowT]) -> list[RowT]:
    known = set(others)
    return [row for row in rows if row not in known]


def _runs(changed: Sequence[date], state: LedgerState, seen: Seen) -> Iterator[tuple[date, date]]:
    """Return the days that came out otherwise than before, run by run: a day that is new has no before."""
    if state.derived_to is None:
        return
    is_provisional = milliseconds(seen.now) < midnight_ms(state.derived_to, seen.zone) + PROVISIONAL_MS
    end = state.derived_to - (_DAY if is_provisional else timedelta(0))
    earlier = enumerate(day for day in changed if day < end)
    for _, run in groupby(earlier, lambda numbered: numbered[1] - numbered[0] * _DAY):
        members = [day for _, day in run]
        yield members[0], members[-1]
