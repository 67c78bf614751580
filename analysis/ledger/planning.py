"""Which blocks of a meter have to be derived: what is missing, what is not settled, what was touched. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from analysis.ledger.blocks import Block, block_of, blocks
from analysis.ledger.conversion import midnight_ms
from gateway.operations.ledger.rows import LedgerBlock, LedgerState
from gateway.reading import instant, milliseconds
from gateway.touched import LATE_AFTER_MS, Touched

# What comes later than an hour after its time is told. Twice that lets clocks differ by an hour.
SETTLES_AFTER_MS: Final = 2 * LATE_AFTER_MS
# Until so long after a day its last reading may not be there yet: what it shows by then is no news.
PROVISIONAL_MS: Final = 3 * 3_600_000
_DAY: Final = timedelta(days=1)
# A stamp can name an interval that ends in the next day, and be put right by hours.
_REACHES_ON: Final = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Seen:
    """What a meter has at an instant: its newest reading [ms] up to then (None: none at all), what arrived late.

    Both are told at the time that the clock of the device is put right to; stamps are moved back by it by
    `moved_back_ms` at most.
    """

    now: datetime
    zone: ZoneInfo
    newest_ms: int | None
    digest: str
    late: Sequence[Touched] = ()
    moved_back_ms: int = 0

    @property
    def today(self) -> date:
        """The local day that is running."""
        return self.now.astimezone(self.zone).date()

    @property
    def settled_ms(self) -> int:
        """The instant up to which nothing can arrive any more without being told."""
        return milliseconds(self.now) - SETTLES_AFTER_MS - self.moved_back_ms


def may_be_due(state: LedgerState, seen: Seen) -> bool:
    """Whether the newest reading matters at all; it does not once the end of the last day was seen.

    What is asked for as of an earlier instant leaves the table as it is.
    """
    if state.derived_at is not None and seen.now < state.derived_at:
        return False
    if state.derived_to is None or state.derived_to != seen.today or state.digest != seen.digest or seen.late:
        return True
    # As long as the end of the last day was not seen, each further reading may change it.
    covered_ms = midnight_ms(state.derived_to, seen.zone) + LATE_AFTER_MS
    return state.newest_ms is None or state.newest_ms < covered_ms


def is_due(state: LedgerState, seen: Seen) -> bool:
    """Whether there is anything to do about a meter that may be due."""
    is_as_before = state.derived_to == seen.today and state.digest == seen.digest and not seen.late
    return not is_as_before or seen.newest_ms != state.newest_ms


def is_whole(state: LedgerState) -> bool:
    """Whether nothing was derived yet."""
    return state.derived_at is None or state.settled_to is None


def reaches_back(state: LedgerState, seen: Seen) -> bool:
    """Whether more may have to be derived than the end that is not settled."""
    return is_whole(state) or state.digest != seen.digest or bool(seen.late)


def is_quiet(state: LedgerState, seen: Seen) -> bool:
    """Whether nothing can have come since: a meter that fell silent long before it was derived last."""
    if state.derived_at is None or state.digest != seen.digest or seen.late or seen.newest_ms != state.newest_ms:
        return False
    return seen.newest_ms is None or seen.newest_ms < milliseconds(state.derived_at) - SETTLES_AFTER_MS


def planned(
    state: LedgerState,
    seen: Seen,
    known: Sequence[LedgerBlock],
    *,
    first: Callable[[], date],
    differs: Callable[[LedgerBlock], bool],
) -> list[Block]:
    """Return the blocks to derive, ascending: those that are not settled, those that have read what arrived late, and
    those of which something else is declared or recorded.

    All of them where nothing was derived yet, and none of a meter without readings. `known` are the blocks derived
    before, `first` tells the day of the first reading, `differs` whether something else holds for a block.
    """
    if seen.newest_ms is None:
        return []
    end = min(seen.today, _day(seen.newest_ms, seen.zone) + _REACHES_ON)
    if is_whole(state) or state.settled_to is None:
        return list(blocks(min([first() - _DAY, *(one.first for one in known[:1])]), _end(end, seen, known)))
    wanted = set(blocks(state.settled_to, end))
    end = _end(end, seen, known)
    for span in seen.late:
        wanted |= {block_of(one.first) for one in known if _has_read(one, span)}
        wanted |= set(blocks(_day(span.start_ms, seen.zone) - _DAY, known[0].first if known else end))
    if state.digest != seen.digest:
        wanted |= {block_of(one.first) for one in known if differs(one)}
        wanted |= set(blocks(first() - _DAY, known[0].first if known else end)) | set(blocks(state.settled_to, end))
    return sorted(block for block in wanted if block.first < end)


def _end(end: date, seen: Seen, known: Sequence[LedgerBlock]) -> date:
    """A clock that is put right may take the newest reading back to before what was derived."""
    return max([end, *(min(seen.today, block_of(one.first).end) for one in known[-1:])])


def settled_to(state: LedgerState, seen: Seen, derived: Sequence[LedgerBlock]) -> date | None:
    """Return before which day nothing that arrives in order changes a block; None: no block was ever derived.

    `derived` ascend, and hold every block that was not settled before.
    """
    unsettled = (one.first for one in derived if one.until_ms > seen.settled_ms)
    ends = [block_of(one.first).end for one in derived]
    return next(unsettled, max([*ends[-1:], *([state.settled_to] if state.settled_to else [])], default=None))


def _has_read(block: LedgerBlock, span: Touched) -> bool:
    return block.since_ms < span.end_ms and block.until_ms >= span.start_ms


def _day(time_ms: int, zone: ZoneInfo) -> date:
    return instant(time_ms).astimezone(zone).date()
