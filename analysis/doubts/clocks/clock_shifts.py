"""Finds from when on a meter's days run an hour or two earlier or later by the clock: pure.

People and boilers follow the clock, and so does the mean profile of open days. Where it fits the days before only
when it is moved, and every single day says so too, a clock was changed: the logger's, or that of the controller.
"""

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from analysis.ledger.micro import Floats, Integers

DAYS: Final = 10
HOURS: Final = 24
LAGS: Final = (-2, -1, 0, 1, 2)
# How far apart the twenty days may lie: what a season changes is no clock.
LONGEST_DAYS: Final = 50
_STAYS: Final = LAGS.index(0)
_EDGE: Final = max(LAGS)
_FITS: Final = 0.95
# The moved profile has to leave a third of what the unmoved one leaves unexplained. Half a per cent is nothing:
# a flat profile fits at any hour.
_GAIN: Final = 3.0
_UNEXPLAINED: Final = 0.005
_AGREE: Final = 0.8


@dataclass(frozen=True, slots=True)
class DayProfiles:
    """Open local days with all their 24 hours, ascending: `numbers` are ordinals, `hours` of shape (n, 24)."""

    numbers: Integers
    hours: Floats


class ClockShift(NamedTuple):
    """From the local day `number` (ordinal) on, days run `hours` later by the clock than before (negative: earlier).

    `agreeing` of the ten days say so each for itself.
    """

    number: int
    hours: int
    agreeing: int


def clock_shifts(profiles: DayProfiles) -> tuple[ClockShift, ...]:
    """Return the shifts, ascending, each against the days just before it; a return is a shift too."""
    suspects, lags, gains = _suspects(profiles)
    found: list[ClockShift] = []
    position = 0
    while position < len(suspects):
        last = position
        while last + 1 < len(suspects) and suspects[last + 1] < suspects[position] + DAYS:
            last += 1
        together = slice(position, last + 1)
        best = position + int(np.argmax(gains[together]))
        shift = _confirmed(profiles, int(suspects[best]), int(lags[best]))
        if shift is not None:
            found.append(shift)
        position = last + 1
    return tuple(found)


def _suspects(profiles: DayProfiles) -> tuple[Integers, Integers, Floats]:
    """Return the days (by index) from which on the mean profile fits moved only, its lag, and how much better."""
    count = len(profiles.numbers) - 2 * DAYS + 1
    if count < 1:
        return np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0)
    sums = np.concatenate([np.zeros((1, HOURS)), np.cumsum(profiles.hours, axis=0)])
    before, after = sums[DAYS : DAYS + count] - sums[:count], sums[2 * DAYS :] - sums[DAYS : DAYS + count]
    fits = _fits(after, before)
    best = fits.argmax(axis=1)
    fit, unmoved = fits[np.arange(count), best], fits[:, _STAYS]
    gains = (1 - unmoved) / np.maximum(1 - fit, _UNEXPLAINED)
    near = profiles.numbers[2 * DAYS - 1 :] - profiles.numbers[:count] <= LONGEST_DAYS
    chosen = np.flatnonzero(near & (best != _STAYS) & (fit >= _FITS) & (gains >= _GAIN))
    return chosen + DAYS, np.array(LAGS)[best[chosen]], gains[chosen]


def _confirmed(profiles: DayProfiles, index: int, lag: int) -> ClockShift | None:
    """Let every day speak for itself: those before fit better unmoved, those after moved."""
    before, after = profiles.hours[index - DAYS : index], profiles.hours[index : index + DAYS]
    whole = before.sum(axis=0)
    stay = _better_moved(before, whole - before, lag) < 0
    moved = _better_moved(after, np.broadcast_to(whole, after.shape), lag) > 0
    if stay.mean() < _AGREE or moved.mean() < _AGREE:
        return None
    return ClockShift(int(profiles.numbers[_first_moved(profiles, index, lag)]), lag, int(moved.sum()))


def _first_moved(profiles: DayProfiles, index: int, lag: int) -> int:
    """Where the days divide best into such that fit unmoved and such that fit by the lag."""
    around = np.arange(max(0, index - DAYS), min(len(profiles.numbers), index + DAYS))
    usual = profiles.hours[index - DAYS : index - DAYS // 2].sum(axis=0)
    better = _better_moved(profiles.hours[around], np.broadcast_to(usual, (len(around), HOURS)), lag)
    # What is lost by calling the first k days unmoved, and the others moved.
    lost = np.concatenate([[0.0], np.cumsum(better)])
    return int(around[min(int(np.argmin(lost)), len(around) - 1)])


def _better_moved(days: Floats, usual: Floats, lag: int) -> Floats:
    """Return by how much each day fits better moved by the lag than unmoved."""
    fits = _fits(days, usual)
    return np.asarray(fits[:, LAGS.index(lag)] - fits[:, _STAYS])


def _fits(days: Floats, usual: Floats) -> Floats:
    """Return how well each day (n, 24) fits its usual one (n, 24), moved by each lag: correlations (n, 5)."""
    inner = days[:, _EDGE : HOURS - _EDGE]
    return np.stack([_correlation(inner, usual[:, _EDGE - lag : HOURS - _EDGE - lag]) for lag in LAGS], axis=1)


def _correlation(one: Floats, other: Floats) -> Floats:
    one, other = one - one.mean(axis=1, keepdims=True), other - other.mean(axis=1, keepdims=True)
    norms = np.sqrt((one**2).sum(axis=1) * (other**2).sum(axis=1))
    return np.where(norms > 0, (one * other).sum(axis=1) / np.where(norms > 0, norms, 1), 0.0)
