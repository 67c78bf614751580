"""Cuts a booked line into amounts, and says how each of them came about."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from analysis.figures import How
from analysis.ledger.conversion import Conversion
from analysis.ledger.line import Line, Row
from analysis.ledger.micro import MICRO, Floats, Integers

_SCALE = Decimal(1).scaleb(-6)


@dataclass(frozen=True, slots=True)
class Amounts:
    """Amounts of the slots between `bounds_ms` (n + 1 instants), exact.

    `micro` has one row per conversion, shape (k, n), with the conversion's factor in `factors`: an amount is the sum
    over the rows of micro × factor. `spans_ms`, shape (5, n), tells how much of each slot's time was measured, read
    by hand, interpolated or faulty (see `Row`; row 0 is unused); the rest is not known.
    """

    bounds_ms: Integers
    micro: Integers
    factors: tuple[Decimal, ...]
    spans_ms: Integers

    @property
    def lengths_ms(self) -> Integers:
        """Length of each slot [ms]."""
        return np.diff(self.bounds_ms)

    @property
    def known_ms(self) -> Integers:
        """Time of each slot for which the amount is known [ms]."""
        return np.asarray(self.spans_ms[[Row.MEASURED, Row.BY_HAND, Row.INTERPOLATED]].sum(axis=0), dtype=np.int64)

    def coverage(self) -> Floats:
        """Share of each slot between readings no further apart than the gap limit, 0..1."""
        covered = self.spans_ms[Row.MEASURED] + self.spans_ms[Row.BY_HAND]
        return np.asarray(covered / np.maximum(self.lengths_ms, 1), dtype=np.float64)

    def known(self) -> Floats:
        """Share of each slot for which the amount is known, interpolated time included, 0..1."""
        return np.asarray(self.known_ms / np.maximum(self.lengths_ms, 1), dtype=np.float64)

    def floats(self) -> Floats:
        """The amounts for models and charts; nan where nothing is known."""
        factors = np.array([float(factor) for factor in self.factors], np.float64)
        values = factors @ self.micro.astype(np.float64) / MICRO
        return np.where(self.known_ms > 0, values, np.nan)

    def decimals(self) -> list[Decimal | None]:
        """The exact amounts; None where nothing is known."""
        scaled = [factor * _SCALE for factor in self.factors]
        rows = [row.tolist() for row in self.micro]
        known = (self.known_ms > 0).tolist()
        return [
            sum((Decimal(row[slot]) * factor for row, factor in zip(rows, scaled, strict=True)), Decimal(0))
            if is_known
            else None
            for slot, is_known in enumerate(known)
        ]

    def total(self) -> Decimal | None:
        """The exact sum of the amounts that are known; None when none is."""
        known = self.known_ms > 0
        if not known.any():
            return None
        sums = self.micro[:, known].sum(axis=1).tolist()
        return sum(
            (Decimal(one) * factor * _SCALE for one, factor in zip(sums, self.factors, strict=True)), Decimal(0)
        )

    def hows(self) -> list[How]:
        """How each amount came about; the worst kind of knowledge that touches a slot names it."""
        spans = self.spans_ms
        codes = np.select(
            [
                spans[Row.FAULTY] > 0,
                self.known_ms == 0,
                spans[Row.INTERPOLATED] > 0,
                spans[Row.BY_HAND] > 0,
            ],
            [0, 1, 2, 3],
            default=4,
        )
        names = (How.FAULTY, How.MISSING, How.INTERPOLATED, How.READ_BY_HAND, How.MEASURED)
        return [names[code] for code in codes.tolist()]

    def part(self, first: int, last: int) -> "Amounts":
        """Return the slots `[first, last)`."""
        return Amounts(
            self.bounds_ms[first : last + 1], self.micro[:, first:last], self.factors, self.spans_ms[:, first:last]
        )


def cut_amounts(
    line: Line, bounds_ms: Integers, conversions: Sequence[Conversion], *, within: tuple[int, int] | None = None
) -> Amounts:
    """Cut a line at `bounds_ms`, and at every change of its conversion.

    Time without a conversion is not known. `within` leaves out what lies outside of `[first, last)` [ms].
    """
    low, high = within if within is not None else (bounds_ms[0], bounds_ms[-1])
    rows, factors = [], []
    spans = np.zeros((len(Row), len(bounds_ms) - 1), np.int64)
    for conversion in conversions:
        first, last = max(low, conversion.from_ms), min(high, conversion.to_ms)
        if conversion.factor is None or first >= last:
            continue
        pieces = np.diff(line.cut(np.clip(bounds_ms, first, last)), axis=1)
        rows.append(pieces[Row.AMOUNT])
        factors.append(conversion.factor)
        spans += pieces
    micro = np.array(rows, np.int64).reshape(len(rows), len(bounds_ms) - 1)
    return Amounts(bounds_ms, micro, tuple(factors), spans)


def joined(parts: Sequence[Amounts]) -> Amounts:
    """Return the slots of consecutive amounts as one; each part must begin where the one before ends."""
    bounds = np.concatenate([parts[0].bounds_ms, *(part.bounds_ms[1:] for part in parts[1:])])
    factors = tuple(dict.fromkeys(factor for part in parts for factor in part.factors))
    micro = np.zeros((len(factors), len(bounds) - 1), np.int64)
    position = 0
    for part in parts:
        size = part.micro.shape[1]
        for row, factor in zip(part.micro, part.factors, strict=True):
            micro[factors.index(factor), position : position + size] += row
        position += size
    return Amounts(bounds, micro, factors, np.concatenate([part.spans_ms for part in parts], axis=1))


def combined(terms: Sequence[tuple[Decimal, Amounts]]) -> Amounts:
    """Return the weighted sum of amounts over the same slots (a virtual meter); never surer than its weakest term."""
    parts = [part for _, part in terms]
    micro = np.concatenate([part.micro for part in parts])
    factors = tuple(share * factor for share, part in terms for factor in part.factors)
    measured = _least([part.spans_ms[Row.MEASURED] for part in parts])
    covered = _least([part.spans_ms[Row.MEASURED] + part.spans_ms[Row.BY_HAND] for part in parts])
    known = _least([part.known_ms for part in parts])
    faulty = np.max([part.spans_ms[Row.FAULTY] for part in parts], axis=0)
    room = parts[0].lengths_ms - known
    spans = np.array([np.zeros_like(known), measured, covered - measured, known - covered, np.minimum(faulty, room)])
    return Amounts(parts[0].bounds_ms, micro, factors, spans)


def _least(arrays: Sequence[NDArray[np.int64]]) -> Integers:
    return np.asarray(np.min(arrays, axis=0), dtype=np.int64)
