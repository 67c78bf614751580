"""What a meter showed on days like this one: pure.

Days are alike when the property is used alike and the weather is alike or, where weather says nothing, the time of
the year. What they showed is a range, not a mean: a boiler in April runs on one cool day and rests on the next.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analysis.doubts.known_days import Flags, KnownDays
from analysis.doubts.units.pace import Pace
from analysis.ledger.micro import Floats, Integers

LOOK_BACK_DAYS: Final = 760
ALIKE_K: Final = 2.0
ALIKE_DAYS: Final = 28
FEWEST: Final = 8
_LOW, _MIDDLE, _HIGH, _TOP = 0.1, 0.5, 0.9, 0.95
# Below this share of the strongest days a meter rests, and a ratio says nothing.
FLOOR_OF_A_FALL: Final = 0.05
_AT_ONCE: Final = 64
_YEAR: Final = 365


@dataclass(frozen=True, slots=True)
class Usual:
    """Of each day what days like it showed before: tenth, middle and ninetieth hundredth, nan where there were few.

    `top` is what the meter's strongest days showed at all (95th hundredth), `history` how many days before the day
    its first known one lies, 0: none.
    """

    low: Floats
    middle: Floats
    high: Floats
    top: Floats
    history: Integers


def usual_days(days: KnownDays, wanted: Integers, pace: Pace) -> Usual:
    """Return what days like those of the indices `wanted` (ascending) showed in the two years before."""
    parts = [_usual(days, wanted[first : first + _AT_ONCE], pace) for first in range(0, len(wanted), _AT_ONCE)]
    if not parts:
        nothing = np.empty(0)
        return Usual(nothing, nothing, nothing, nothing, np.empty(0, np.int64))
    return Usual(
        np.concatenate([part.low for part in parts]),
        np.concatenate([part.middle for part in parts]),
        np.concatenate([part.high for part in parts]),
        np.concatenate([part.top for part in parts]),
        np.concatenate([part.history for part in parts]),
    )


def _usual(days: KnownDays, wanted: Integers, pace: Pace) -> Usual:
    first = int(np.searchsorted(days.numbers, days.numbers[wanted[0]] - LOOK_BACK_DAYS))
    seen = slice(first, int(wanted[-1]) + 1)
    numbers, amounts = days.numbers[seen], days.amounts[seen]
    own = days.numbers[wanted][:, None]
    before = (numbers < own - pace.lag_days) & (numbers >= own - LOOK_BACK_DAYS)
    like = _like(days, wanted, seen, before, pace)
    low, middle, high = _quantiles(amounts, like, (_LOW, _MIDDLE, _HIGH))
    (top,) = _quantiles(amounts, before, (_TOP,))
    earliest = np.where(before, numbers, own).min(axis=1, initial=np.iinfo(np.int64).max)
    return Usual(low, middle, high, top, own[:, 0] - np.minimum(earliest, own[:, 0]))


def _like(days: KnownDays, wanted: Integers, seen: slice, before: Flags, pace: Pace) -> Flags:
    own_celsius = days.celsius[wanted][:, None]
    alike = np.where(
        np.isfinite(own_celsius),
        np.abs(days.celsius[seen] - own_celsius) <= ALIKE_K,
        _in_season(days, wanted, seen, pace),
    )
    alike &= before
    used_alike = alike & (days.quiet[seen] == days.quiet[wanted][:, None])
    chosen = np.where((used_alike.sum(axis=1) >= FEWEST)[:, None], used_alike, alike)
    chosen[chosen.sum(axis=1) < FEWEST] = False
    return chosen


def _in_season(days: KnownDays, wanted: Integers, seen: slice, pace: Pace) -> Flags:
    """The same weeks of the years before, and the last weeks where a season is not everything."""
    numbers, own = days.numbers[seen], days.numbers[wanted][:, None]
    apart = (numbers - own + _YEAR // 2) % _YEAR - _YEAR // 2
    years_ago = (np.abs(apart) <= ALIKE_DAYS) & (numbers < own - _YEAR // 2)
    lately = numbers >= own - pace.lag_days - ALIKE_DAYS
    return np.asarray(years_ago if pace.needs_a_year else years_ago | lately)


def _quantiles(amounts: Floats, chosen: NDArray[np.bool_], shares: tuple[float, ...]) -> list[Floats]:
    """Return for each row the values at the shares of what it chose, the nearest one; nan where nothing was."""
    ordered = np.sort(np.where(chosen, amounts, np.inf), axis=1)
    last = chosen.sum(axis=1) - 1
    rows = np.arange(len(ordered))
    return [
        np.where(last >= 0, ordered[rows, np.rint(share * np.maximum(last, 0)).astype(np.int64)], np.nan)
        for share in shares
    ]
