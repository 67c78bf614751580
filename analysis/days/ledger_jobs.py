"""What there is to derive of many meters: looked up together, because a thousand questions cost more than one."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Final

import numpy as np

from analysis.bookkeeping.ledger_digest import Basis, basis_of
from analysis.bookkeeping.meter_books import Bookkeeper, bookkeeper
from analysis.bookkeeping.meter_records import Records
from analysis.books import Books
from analysis.days.deriving import Known, block_digest
from analysis.ledger.blocks import Block, block_of
from analysis.ledger.clock import Clock
from analysis.ledger.conversion import midnight_ms
from analysis.ledger.micro import Integers
from analysis.ledger.planning import Seen, is_due, may_be_due, planned, reaches_back
from analysis.ledger.window import FOR_EVER_MS
from config.meters.meter import Meter
from gateway.operations.ledger.ledger import Ledger
from gateway.operations.ledger.rows import LedgerBlock, LedgerState
from gateway.reading import instant, milliseconds
from gateway.series import Series
from gateway.touched import Touched

_EARLIEST: Final = datetime(1700, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Job:
    """A meter that is due, with everything that says what to derive of it."""

    books: Books
    meter: Meter
    state: LedgerState
    seen: Seen
    basis: Basis

    @property
    def reaches_back(self) -> bool:
        """Whether more is derived than the end that is not settled."""
        return reaches_back(self.state, self.seen)

    def keeper(self) -> Bookkeeper:
        """Return who books the meter."""
        return bookkeeper(self.books, self.meter, now=self.seen.now, basis=self.basis)

    def wanted(self, known: Known) -> list[Block]:
        """Return the blocks to derive."""
        return planned(self.state, self.seen, known.blocks, first=self._first_day, differs=self._differs)

    def all_blocks(self, known: Known) -> list[Block]:
        """Return the blocks to derive if nothing had been derived yet."""
        nothing = LedgerState(self.meter.id)
        return planned(nothing, self.seen, known.blocks, first=self._first_day, differs=self._differs)

    def _first_day(self) -> date:
        """The day of the first reading; one behind a shift of the clock may be moved to before all others."""
        clock = self.basis.records.clock
        moments = [_EARLIEST, *(instant(from_ms) for from_ms, _ in clock.shifts)]
        stamps = np.concatenate([self._first_stamp(moment) for moment in moments])
        return instant(int(clock.right(stamps).min())).astimezone(self.seen.zone).date()

    def _first_stamp(self, moment: datetime) -> Integers:
        """The first stamp [ms] at an instant or later; none where nothing came since."""
        around = _around(self.books, self.meter, moment).time_ms
        return around[around >= milliseconds(moment)][:1]

    def _differs(self, block: LedgerBlock) -> bool:
        return block.digest != block_digest(self.basis, block_of(block.first), block, self.seen.zone)


def jobs_of(
    books: Books, ledger: Ledger, meters: Sequence[Meter], *, now: datetime, all_due: bool = False
) -> list[Job]:
    """Return a job for each of some metered meters that is due, or for all."""
    ids = [meter.id for meter in meters]
    states, late = ledger.states(ids), ledger.late.of(ids)
    events, notes = books.operations.events.of_meters(ids), books.operations.notes.of_meters(ids)
    jobs = []
    for meter in meters:
        records = Records(meter, tuple(one for one in events.get(meter.id, ()) if one.time <= now))
        of_quantity = [one for one in notes.get(meter.id, ()) if one.quantity == meter.quantity]
        basis, state = basis_of(books.portfolio, records, of_quantity), states[meter.id]
        seen = _seen(books, basis, late.get(meter.id, ()), now)
        if not (all_due or may_be_due(state, seen)):
            continue
        seen = replace(seen, newest_ms=_newest_ms(books, meter, records.clock, now))
        if all_due or is_due(state, seen):
            jobs.append(Job(books, meter, state, seen, basis))
    return jobs


def _seen(books: Books, basis: Basis, late: Sequence[Touched], now: datetime) -> Seen:
    """What is seen of a meter, but for its newest reading."""
    clock = basis.records.clock
    right = []
    for span in late:
        start_ms, end_ms = clock.touches(span.start_ms, span.end_ms)
        right.append(span._replace(start_ms=start_ms, end_ms=end_ms))
    return Seen(now, books.zone, None, basis.digest(), right, clock.earlier_ms)


def known_of(ledger: Ledger, meter_id: str) -> Known:
    """Return everything that the tables hold of a meter."""
    blocks = ledger.blocks_since([meter_id], date.min).get(meter_id, ())
    ever = -FOR_EVER_MS, FOR_EVER_MS
    return Known(
        ledger.days(meter_id), ledger.notices(meter_id, *ever), ledger.substitutions(meter_id, *ever), blocks
    )


def known_ends(ledger: Ledger, jobs: Collection[Job]) -> dict[str, Known]:
    """Return what the tables hold of the ends that are not settled, of many meters at once."""
    starts = [job.state.settled_to for job in jobs if job.state.settled_to is not None]
    if not starts:
        return {}
    ids, first = [job.meter.id for job in jobs], min(starts)
    zone = next(iter(jobs)).seen.zone
    since_ms = midnight_ms(first, zone)
    days, notices = ledger.days_since(ids, first), ledger.notices_since(ids, since_ms)
    substitutions, blocks = ledger.substitutions_since(ids, since_ms), ledger.blocks_since(ids, first)
    return {
        one: Known(days.get(one, ()), notices.get(one, ()), substitutions.get(one, ()), blocks.get(one, ()))
        for one in ids
    }


def _newest_ms(books: Books, meter: Meter, clock: Clock, now: datetime) -> int | None:
    """The newest reading that has come: one of the future is none yet."""
    series = _around(books, meter, now)
    count = int(np.searchsorted(series.time_ms, milliseconds(now), side="right"))
    return int(clock.right(series.time_ms[count - 1 : count])[0]) if count else None


def _around(books: Books, meter: Meter, moment: datetime) -> Series:
    return books.store.read_with_neighbours(meter.id, meter.quantity, moment, moment)
