"""Books amounts that already belong to intervals: load profiles, bills."""

import numpy as np

from analysis.ledger.counter import Booked
from analysis.ledger.line import Row, line_of
from analysis.ledger.micro import Integers
from config.meters import Stamps


def book_intervals(time_ms: Integers, micro: Integers, interval_ms: int, stamps: Stamps) -> Booked:
    """Book amounts per interval; a stamp names the interval's start or end.

    What lies between two intervals is not known: nothing is interpolated, because no sum spans the hole. Intervals
    that overlap (irregular stamps) are cut at the end of the one before.
    """
    if not len(time_ms):
        return Booked(line_of(time_ms, micro, micro))
    ends = time_ms if stamps is Stamps.END else time_ms + interval_ms
    starts = np.maximum(ends - interval_ms, np.concatenate([ends[:1] - interval_ms, ends[:-1]]))
    knots = np.empty(2 * len(ends), np.int64)
    knots[0::2], knots[1::2] = starts, ends
    amounts = np.zeros(len(knots) - 1, np.int64)
    kinds = np.zeros(len(knots) - 1, np.int64)
    amounts[0::2], kinds[0::2] = np.maximum(micro, 0), Row.MEASURED
    return Booked(line_of(knots, amounts, kinds))
