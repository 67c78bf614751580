"""The booked line: a running total that only rises, and how long each kind of knowledge held up to each knot.

Every amount is a difference of two cuts through this line, so that the amounts of any partition of time add up to
the same total, to the last digit.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analysis.ledger.micro import Integers


class Row(IntEnum):
    """Rows of `Line.totals`: the amount, then the time [ms] spent in each kind of interval, from best to worst.

    Of a gap with readings at both ends the sum is known: it is drawn straight where it is short (`INTERPOLATED`),
    else spread by a method (`SPREAD`). `ESTIMATED` stands where no sum is known. `FAULTY` is not booked. The last
    three tell of gaps, beside their own kind, that a reading at one of their ends was no device's.
    """

    AMOUNT = 0
    MEASURED = 1
    BY_HAND = 2
    BILLED = 3
    CORRECTED = 4
    INTERPOLATED = 5
    SPREAD = 6
    ESTIMATED = 7
    FAULTY = 8
    END_BY_HAND = 9
    END_BILLED = 10
    END_CORRECTED = 11


# How the weaker end of a gap was read -> the row of such gaps.
ENDS: Final = {Row.BY_HAND: Row.END_BY_HAND, Row.BILLED: Row.END_BILLED, Row.CORRECTED: Row.END_CORRECTED}
READ: Final = (Row.MEASURED, Row.BY_HAND, Row.BILLED, Row.CORRECTED)
BRIDGED: Final = (Row.INTERPOLATED, Row.SPREAD)


@dataclass(frozen=True, slots=True)
class Line:
    """Knots `time_ms` (ascending) and cumulative `totals` of shape (12, knots), see `Row`; amounts in micro-units.

    `kinds` of shape (knots − 1) is the `Row` of each interval between two knots, 0 where nothing is known. `inner`
    marks knots that are no readings: they shape what is spread over a gap.
    """

    time_ms: Integers
    totals: Integers
    kinds: Integers
    inner: NDArray[np.bool_]

    def cut(self, instants_ms: Integers) -> Integers:
        """Return the totals at instants, shape (12, instants): linear between knots, flat outside of them.

        Between two knots the amount is rounded to a micro-unit; the whole quotient is split off first, so that
        nothing overflows and the line stays monotone.
        """
        found = np.zeros((len(Row), len(instants_ms)), np.int64)
        if not len(self.time_ms):
            return found
        last = len(self.time_ms) - 1
        before = np.clip(np.searchsorted(self.time_ms, instants_ms, side="right") - 1, 0, last)
        after = np.minimum(before + 1, last)
        span = np.maximum(self.time_ms[after] - self.time_ms[before], 1)
        into = np.clip(instants_ms - self.time_ms[before], 0, span)
        share = into / span
        for row in np.flatnonzero(self.totals[:, -1]):  # most kinds of knowledge never occur
            total = self.totals[row]
            whole, rest = np.divmod(total[after] - total[before], span)
            found[row] = total[before] + whole * into + np.rint(rest * share).astype(np.int64)
        return found

    def ends(self) -> Integers:
        """Return how the weaker end of each gap between two knots was read (`Row`), 0 for a device and for no gap."""
        found = np.zeros_like(self.kinds)
        for mark, row in ENDS.items():
            found[np.diff(self.totals[row]) > 0] = mark
        return found

    def changes(self) -> Integers:
        """Return the instants [ms] at which the kind of knowledge changes, first and last knot included."""
        if len(self.time_ms) < 2:
            return self.time_ms
        lasting = np.flatnonzero(np.diff(self.time_ms) > 0)
        kinds = self.kinds[lasting]
        begins = lasting[np.flatnonzero(kinds[1:] != kinds[:-1]) + 1]
        return np.concatenate([self.time_ms[:1], self.time_ms[begins], self.time_ms[-1:]])

    def bridges(self, instants_ms: Integers) -> Integers:
        """Return which instants cut a gap in two: the gap's `Row`, 0 for those that do not.

        What lies on either side of such a cut is a matter of the method; what has the whole gap is exact.
        """
        if len(self.time_ms) < 2:
            return np.zeros(len(instants_ms), np.int64)
        at = np.searchsorted(self.time_ms, instants_ms, side="right") - 1
        before = np.clip(at, 0, len(self.kinds) - 1)
        inside = (at == before) & ((instants_ms > self.time_ms[before]) | self.inner[before])
        kinds = self.kinds[before]
        return np.where(inside & is_bridged(kinds), kinds, 0)


def is_bridged(kinds: Integers) -> NDArray[np.bool_]:
    """Tell which of some kinds are gaps whose sum is known."""
    return np.asarray((kinds == Row.INTERPOLATED) | (kinds == Row.SPREAD))


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
    places = np.arange(1, len(line.time_ms))
    return Line(
        np.insert(line.time_ms, places, flat_until),
        np.insert(line.totals, places, just_before, axis=1),
        np.repeat(line.kinds, 2),
        np.insert(line.inner, places, line.inner[1:]),
    )


def line_of(
    time_ms: Integers,
    amounts: Integers,
    kinds: Integers,
    *,
    ends: Integers | None = None,
    inner: NDArray[np.bool_] | None = None,
) -> Line:
    """Make a line of knots and of the amount and kind (`Row`, 0: nothing is known) of each interval between them.

    `ends` tells of each interval how the weaker of its readings was read; of gaps alone it is kept.
    """
    totals = np.zeros((len(Row), len(time_ms)), np.int64)
    if len(time_ms) > 1:
        spans = np.diff(time_ms)
        np.cumsum(amounts, out=totals[Row.AMOUNT, 1:])
        for kind in np.flatnonzero(np.bincount(kinds, minlength=len(Row))):
            if kind:
                np.cumsum(np.where(kinds == kind, spans, 0), out=totals[kind, 1:])
        if ends is not None:
            _keep_ends(totals, ends, np.where(is_bridged(kinds), spans, 0))
    return Line(time_ms, totals, kinds[: max(len(time_ms) - 1, 0)], _flags(time_ms) if inner is None else inner)


def _keep_ends(totals: Integers, ends: Integers, gaps_ms: Integers) -> None:
    for mark, row in ENDS.items():
        if (held := ends == mark).any():
            np.cumsum(np.where(held, gaps_ms, 0), out=totals[row, 1:])


def _flags(time_ms: Integers) -> NDArray[np.bool_]:
    return np.zeros(len(time_ms), np.bool_)
