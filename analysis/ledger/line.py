"""The booked line: a running total that only rises, and how long each kind of knowledge held up to each knot.

Every amount is a difference of two cuts through this line, so that the amounts of any partition of time add up to
the same total, to the last digit.
"""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from analysis.ledger.micro import Integers


class Row(IntEnum):
    """Rows of `Line.totals`: the amount, then the time [ms] spent in each kind of interval."""

    AMOUNT = 0
    MEASURED = 1
    BY_HAND = 2
    INTERPOLATED = 3
    FAULTY = 4


@dataclass(frozen=True, slots=True)
class Line:
    """Knots `time_ms` (ascending) and cumulative `totals` of shape (5, knots), see `Row`; amounts in micro-units."""

    time_ms: Integers
    totals: Integers

    def cut(self, instants_ms: Integers) -> Integers:
        """Return the totals at instants, shape (5, instants): linear between knots, flat outside of them.

        Between two knots the amount is rounded to a micro-unit; the whole quotient is split off first, so that
        nothing overflows and the line stays monotone.
        """
        if not len(self.time_ms):
            return np.zeros((len(Row), len(instants_ms)), np.int64)
        last = len(self.time_ms) - 1
        before = np.clip(np.searchsorted(self.time_ms, instants_ms, side="right") - 1, 0, last)
        after = np.minimum(before + 1, last)
        span = self.time_ms[after] - self.time_ms[before]
        into = np.clip(instants_ms - self.time_ms[before], 0, span)
        whole, rest = np.divmod(self.totals[:, after] - self.totals[:, before], np.maximum(span, 1))
        part = np.rint(rest * (into / np.maximum(span, 1))).astype(np.int64)
        return np.asarray(self.totals[:, before] + whole * into + part, dtype=np.int64)


def stepped(line: Line) -> Line:
    """Return the line of a counter that speaks when it moves: flat up to each knot, where its whole amount falls.

    Between two readings of such a counter nothing ran through that it would have counted. Two knots may share an
    instant (an exchange with both readings): there is no time between them to be flat in.
    """
    if len(line.time_ms) < 2:
        return line
    steps = np.diff(line.totals, axis=1)
    just_before = line.totals[:, 1:] - np.where(np.arange(len(Row))[:, None] == Row.AMOUNT, steps, steps > 0)
    flat_until = np.maximum(line.time_ms[1:] - 1, line.time_ms[:-1])
    times = np.insert(line.time_ms, np.arange(1, len(line.time_ms)), flat_until)
    totals = np.insert(line.totals, np.arange(1, len(line.time_ms)), just_before, axis=1)
    return Line(times, totals)


def line_of(time_ms: Integers, amounts: Integers, kinds: Integers) -> Line:
    """Make a line of knots and of the amount and kind (`Row`, 0: nothing is known) of each interval between them."""
    totals = np.zeros((len(Row), len(time_ms)), np.int64)
    if len(time_ms) > 1:
        spans = np.diff(time_ms)
        np.cumsum(amounts, out=totals[Row.AMOUNT, 1:])
        for kind in (Row.MEASURED, Row.BY_HAND, Row.INTERPOLATED, Row.FAULTY):
            np.cumsum(np.where(kinds == kind, spans, 0), out=totals[kind, 1:])
    return Line(time_ms, totals)
