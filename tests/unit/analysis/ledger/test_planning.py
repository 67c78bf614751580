"""Which blocks of a meter are derived again when readings arrive late."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from analysis.ledger.planning import Seen, planned
from gateway.operations.ledger.rows import LedgerBlock, LedgerState
from gateway.reading import milliseconds
from gateway.touched import Touched

ZONE = ZoneInfo("UTC")
HOUR_MS = 3_600_000
NOW = datetime(2025, 4, 2, 12, tzinfo=UTC)
FIRSTS = [date(2025, 3, 1), date(2025, 3, 11), date(2025, 3, 21)]


def at(day: int, hour: int = 0) -> int:
    return milliseconds(datetime(2025, 3, day, hour, tzinfo=UTC))


def block(number: int, since_ms: int, until_ms: int) -> LedgerBlock:
    return LedgerBlock("strom", FIRSTS[number], since_ms, until_ms)


# Each block has read two days around itself.
KNOWN = [block(0, at(1) - 48 * HOUR_MS, at(13)), block(1, at(9), at(23)), block(2, at(19), 2**60)]
STATE = LedgerState("strom", 1, NOW.date(), date(2025, 4, 1), at(31), NOW, "same")


def derived_again(
    start_ms: int, end_ms: int, known: list[LedgerBlock] = KNOWN, newest_ms: int = at(31)
) -> list[date]:
    """Return the first days of the blocks that follow from something late in `[start, end)`."""
    late = (Touched("strom", start_ms, end_ms, 7),)
    seen = Seen(NOW, ZONE, newest_ms, "same", late)
    found = planned(STATE, seen, known, first=lambda: date(2025, 3, 2), differs=lambda _: False)
    return [one.first for one in found if one.first in FIRSTS]


@pytest.mark.parametrize(
    ("start_ms", "end_ms", "blocks"),
    [
        (at(5), at(6), [0]),
        (at(9) - HOUR_MS, at(9), [0]),
        (at(9), at(9) + 1, [0, 1]),
        (at(13), at(13) + 1, [0, 1]),
        (at(13) + 1, at(14), [1]),
        (at(9) - HOUR_MS, at(30), [0, 1, 2]),
        (at(23), at(23) + 1, [1, 2]),
        (at(23) + 1, at(24), [2]),
    ],
)
def test_blocks_that_read_the_time_are_derived_again_and_no_others(
    start_ms: int, end_ms: int, blocks: list[int]
) -> None:
    assert derived_again(start_ms, end_ms) == [FIRSTS[number] for number in blocks]


def test_block_that_lies_behind_the_newest_reading_is_derived_again_all_the_same() -> None:
    """A clock that is put right by weeks takes the newest reading back to before what was derived."""
    assert derived_again(at(19), at(20), newest_ms=at(12)) == FIRSTS[1:]


def test_late_readings_from_before_the_first_block_derive_what_lies_between() -> None:
    seen = Seen(
        NOW, ZONE, at(31), "same", (Touched("strom", at(1) - 30 * 24 * HOUR_MS, at(1) - 29 * 24 * HOUR_MS, 7),)
    )
    found = planned(STATE, seen, KNOWN, first=lambda: date(2025, 1, 30), differs=lambda _: False)
    between = [date(2025, 1, 21), date(2025, 2, 1), date(2025, 2, 11), date(2025, 2, 21)]
    assert [one.first for one in found] == [*between, date(2025, 4, 1)]


def test_nothing_late_derives_only_what_is_not_settled() -> None:
    seen = Seen(NOW + timedelta(hours=1), ZONE, at(31), "same")
    (block,) = planned(STATE, seen, KNOWN, first=lambda: date(2025, 3, 2), differs=lambda _: False)
    assert block.first == date(2025, 4, 1)
