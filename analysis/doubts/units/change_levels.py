"""From where on, and how many times more or less than usual: pure."""

from typing import Final, NamedTuple

import numpy as np

from analysis.doubts.known_days import KnownDays
from analysis.doubts.units.pace import Pace
from analysis.doubts.units.usual_days import FLOOR_OF_A_FALL, usual_days
from analysis.ledger.micro import Floats, Integers

_DAYS: Final = 28
_FEWEST_DAYS: Final = 4
_LONGEST: Final = 200
_DRIFT: Final = (0.6, 1.67)
# Days like this one differ by no more than this from the middle of them: what is usual is certain.
_CERTAIN: Final = 2.5
_FITS: Final = 2.0
_FURTHEST_BACK: Final = 150


class Level(NamedTuple):
    """From the day of index `start` on amounts are `level` times the usual, by so many `days`; see `UnitChange`."""

    start: int
    level: float
    spread: float
    days: int


def level_from(days: KnownDays, hit: int, pace: Pace, *, not_before: int) -> Level | None:
    """Measure a change that was seen from the index `hit` on; it may have begun earlier, `not_before` an index.

    It is measured against how the meter stood to its usual just before. None where it is not far enough from it.
    """
    after = _ratios(days, np.arange(hit, min(hit + _LONGEST, len(days))), pace)[:_DAYS]
    if len(after) < _FEWEST_DAYS:
        after = _against_the_last_weeks(days, hit, pace)
    low, middle, high = np.quantile(after, (0.25, 0.5, 0.75)).tolist()
    if not _is_far(middle, pace):
        return None
    start = _begin(days, hit, middle, pace, not_before=not_before)
    level = middle / _drift(days, start, pace)
    return Level(start, level, high / low if low > 0 else np.inf, len(after)) if _is_far(level, pace) else None


def _is_far(level: float, pace: Pace) -> bool:
    return level > 0 and not 1 / pace.least < level < pace.least


def _against_the_last_weeks(days: KnownDays, hit: int, pace: Pace) -> Floats:
    before = days.amounts[max(0, hit - _DAYS) : hit].mean()
    return days.amounts[hit : hit + pace.days] / before if before > 0 else np.zeros(1)


def _drift(days: KnownDays, start: int, pace: Pace) -> float:
    """How the last weeks before stood to their usual: a building that saves goes on saving."""
    before = _ratios(days, np.arange(max(0, start - 2 * _DAYS), start), pace, certain_only=True)[-_DAYS:]
    return float(np.clip(np.median(before), *_DRIFT)) if len(before) >= pace.days else 1.0


def _ratios(days: KnownDays, wanted: Integers, pace: Pace, *, certain_only: bool = False) -> Floats:
    """What days showed against the usual: those whose usual is certain, or, where they are few, all that count."""
    usual = usual_days(days, wanted, pace)
    counts = (usual.middle > 0) & (usual.middle >= FLOOR_OF_A_FALL * usual.top)
    certain = counts & (usual.low >= usual.middle / _CERTAIN) & (usual.high <= usual.middle * _CERTAIN)
    chosen = certain if certain_only or certain.sum() >= _FEWEST_DAYS else counts
    return days.amounts[wanted[chosen]] / usual.middle[chosen]


def _begin(days: KnownDays, hit: int, level: float, pace: Pace, *, not_before: int) -> int:
    """Go back from a fall over days that fit the new level as well: those of a season in which nothing is judged."""
    start, not_before = hit, max(not_before, hit - _FURTHEST_BACK)
    while level < 1 and start > not_before and _fits(days, start - 1, level, pace):
        start -= 1
    return start + int(np.argmax(days.amounts[start : hit + 1] > 0))


def _fits(days: KnownDays, index: int, level: float, pace: Pace) -> bool:
    """Whether a day, were it of the new unit, would have been a usual one."""
    usual = usual_days(days, np.array([index]), pace)
    most = np.maximum(usual.high, FLOOR_OF_A_FALL * usual.top)
    return bool((days.amounts[index] / level <= _FITS * most).all())
