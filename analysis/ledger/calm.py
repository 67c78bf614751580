"""Where nothing can be held against a counter: what happened on one side of a calm stretch cannot reach beyond it.

A fault is told by its neighbours: a spike by the reading behind it, low readings by the way back up, an exchange by
staying low. After a reading that rose as it may, followed by two more that are not suspect, nothing is pending.
So is nothing after a rest that is longer than low readings may last. A large step may be the way back: it tells
nothing.
"""

import numpy as np
from numpy.typing import NDArray

from analysis.ledger.faults import FEWEST_SPURIOUS, LONGEST_RETURN_MS, large_rises
from analysis.ledger.readings import Readings
from analysis.ledger.rules import Rules

_INTERVALS = 3


def is_calm(readings: Readings, rules: Rules) -> bool:
    """Whether a stretch of readings (ascending) holds a calm piece."""
    if len(readings) <= _INTERVALS:
        return False
    times, micro = readings.time_ms, readings.micro
    rises = micro[1:] - micro[:-1]
    fine = (rises >= 0) & (rises <= rules.plausible(times[:-1], times[1:]))
    count = len(fine) - _INTERVALS + 1
    pieces = fine[:count] & fine[1 : count + 1] & fine[2 : count + 2]
    rose = (rises > 0) & ~large_rises(micro)
    return bool((pieces & rose[:count]).any()) or _rests_long(times, rises == 0)


def _rests_long(times: NDArray[np.int64], same: NDArray[np.bool_]) -> bool:
    moves = np.flatnonzero(~same)
    firsts, lasts = np.concatenate([[0], moves + 1]), np.concatenate([moves, [len(same)]])
    long = (times[lasts] - times[firsts] > LONGEST_RETURN_MS) & (lasts - firsts > FEWEST_SPURIOUS + 1)
    return bool(long.any())
