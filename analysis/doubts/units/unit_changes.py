"""Finds from when on a register counts in another unit or pulse weight, while it goes on counting: pure.

A change of the unit multiplies every day by the same. It is told apart from weather, holidays and seasons by what
the meter itself showed on days like these: three-day sums above three times the strongest of them, or below a third
of the weakest, for more than seven days on end.
"""

from typing import Final, NamedTuple

import numpy as np

from analysis.doubts.known_days import Flags, KnownDays
from analysis.doubts.units.change_levels import level_from
from analysis.doubts.units.pace import USUAL_PACE, Pace
from analysis.doubts.units.usual_days import FLOOR_OF_A_FALL, Usual, usual_days
from analysis.ledger.micro import Floats, Integers

BEYOND: Final = 3.0
# In the first year not every kind of day was seen yet: only what is almost ten times beyond all of them.
BEYOND_IN_THE_FIRST_YEAR: Final = 8.0
FEWEST_DAYS_BEFORE: Final = 56
A_YEAR: Final = 330
# A meter that rests most of the summer may run on a cool day: that is no rise yet.
_FLOOR_OF_A_RISE: Final = 0.15
_STILL_COUNTING: Final = 0.8
_SUMMED: Final = 3
_AT_ONCE: Final = 128


class UnitChange(NamedTuple):
    """From the local day `number` (ordinal) on amounts are `level` times what was usual before all changes.

    `days` have been measured for it; of their middle half the largest is `spread` times the smallest.
    """

    number: int
    level: float
    spread: float
    days: int


def unit_changes(days: KnownDays, *, since: int = 0, pace: Pace = USUAL_PACE) -> tuple[UnitChange, ...]:
    """Return the changes that show on the day of the ordinal `since` or later, ascending.

    After each the amounts are taken as they would be without it, so that a return is a change as well: to `level` 1.
    """
    found: list[UnitChange] = []
    index, judged, level = int(np.searchsorted(days.numbers, since)), 0, 1.0
    while (hit := _first_hit(days, index, pace)) is not None:
        measured = level_from(days, hit, pace, not_before=judged)
        if measured is None:
            index = hit + 1
            continue
        level *= measured.level
        number = int(days.numbers[measured.start])
        found.append(UnitChange(number, level, measured.spread, measured.days))
        days, judged = days.scaled_from(measured.start, 1 / measured.level), hit + pace.days
        index = judged
    return tuple(found)


def _first_hit(days: KnownDays, first: int, pace: Pace) -> int | None:
    """Return the index of the first day from which on all is beyond what was usual."""
    for begin in range(first, len(days) - pace.days + 1, _AT_ONCE):
        wanted = np.arange(begin, min(begin + _AT_ONCE + pace.within_days, len(days)))
        usual = usual_days(days, wanted, pace)
        hits = [*_rises(days, wanted, usual, pace), *_falls(days, wanted, usual, pace)]
        early = [hit for hit in hits if hit < begin + _AT_ONCE]
        if early:
            return min(early)
    return None


def _rises(days: KnownDays, wanted: Integers, usual: Usual, pace: Pace) -> list[int]:
    reference = np.maximum(usual.high, _FLOOR_OF_A_RISE * usual.top)
    starts, ratios = _windows(days, wanted, reference, reference > 0, pace)
    beyond = ratios.min(axis=0, initial=np.inf) > _limits(wanted, usual, starts)
    return [int(start) for start in starts[beyond]]


def _falls(days: KnownDays, wanted: Integers, usual: Usual, pace: Pace) -> list[int]:
    counts = (usual.low > 0) & (usual.low >= FLOOR_OF_A_FALL * usual.top)
    starts, ratios = _windows(days, wanted, usual.low, counts, pace)
    beyond = ratios.max(axis=0, initial=0.0) < 1 / _limits(wanted, usual, starts)
    return [int(start) for start in starts[beyond] if _counts_on(days, int(start), pace)]


def _limits(wanted: Integers, usual: Usual, starts: Integers) -> Floats:
    history = usual.history[starts - wanted[0]]
    limits = np.where(history >= A_YEAR, BEYOND, BEYOND_IN_THE_FIRST_YEAR)
    return np.asarray(np.where(history >= FEWEST_DAYS_BEFORE, limits, np.inf))


def _counts_on(days: KnownDays, start: int, pace: Pace) -> bool:
    """A register that stands still is another matter."""
    return bool((days.amounts[start : start + pace.days] > 0).mean() >= _STILL_COUNTING)


def _windows(
    days: KnownDays, wanted: Integers, reference: Floats, counts: Flags, pace: Pace
) -> tuple[Integers, Floats]:
    """Return the days with enough judged days from them on, and the ratios of sums to the reference, (days, n).

    The sums are those of the first day, of the first two, and then of any three in a row.
    """
    judged = wanted[counts]
    count = max(len(judged) - pace.days + 1, 0)
    starts, ends = judged[:count], judged[pace.days - 1 :]
    close = days.numbers[ends] - days.numbers[starts] <= pace.within_days
    shown, usual = (_sums(row, count, pace.days) for row in (days.amounts[judged], reference[counts]))
    return starts[close], (shown / usual)[:, close]


def _sums(row: Floats, count: int, days: int) -> Floats:
    spans = ((max(0, last - _SUMMED), last) for last in range(1, days + 1))
    return np.stack([np.sum([row[day : day + count] for day in range(*span)], axis=0) for span in spans])
