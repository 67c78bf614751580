"""Cuts a booked line into amounts, and says how each of them came about."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from analysis.figures import How
from analysis.ledger.conversion import Conversion
from analysis.ledger.line import BRIDGED, ENDS, READ, Line, Row
from analysis.ledger.micro import MICRO, Floats, Integers

_SCALE = Decimal(1).scaleb(-6)
_KNOWN = (*READ, *BRIDGED, Row.ESTIMATED)
# Of what holds for a slot, the first names it: see `Amounts._codes`.
_HOWS = (
    How.FAULTY,
    How.MISSING,
    How.SUBSTITUTED,
    How.INTERPOLATED,
    How.CORRECTED,
    How.BILLED,
    How.READ_BY_HAND,
    How.MEASURED,
)
_WORDS = tuple(str(how) for how in _HOWS)
# Whole numbers below 2**53 and powers of ten up to 10**22 are floats without an error.
_EXACT = 2**53
_EXACT_DIGITS = 22


@dataclass(frozen=True, slots=True)
class Amounts:
    """Amounts of the slots between `bounds_ms` (n + 1 instants), exact.

    `micro` has one row per conversion, shape (k, n), with the conversion's factor, never negative, in `factors`: an
    amount is the sum over the rows of micro × factor. `spans_ms`, shape (12, n), tells how much of each slot's time
    is known in which way (see `Row`; row 0 is unused); the rest is not known. `bridges`, shape (n + 1), tells at
    which bounds a gap is cut in two: its `Row`, else 0.
    """

    bounds_ms: Integers
    micro: Integers
    factors: tuple[Decimal, ...]
    spans_ms: Integers
    bridges: Integers

    @property
    def lengths_ms(self) -> Integers:
        """Length of each slot [ms]."""
        return np.diff(self.bounds_ms)

    @property
    def known_ms(self) -> Integers:
        """Time of each slot for which there is an amount [ms]."""
        return self._time_in(*_KNOWN)

    @property
    def counted_ms(self) -> Integers:
        """Time of each slot whose amount was counted, gaps with a known sum included, estimates not [ms]."""
        return self._time_in(*READ, *BRIDGED)

    def coverage(self) -> Floats:
        """Share of each slot between readings no further apart than the gap limit, 0..1."""
        return np.asarray(self._time_in(*READ) / np.maximum(self.lengths_ms, 1), dtype=np.float64)

    def known(self) -> Floats:
        """Share of each slot for which there is an amount, 0..1."""
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

    def numbers(self) -> list[float | None]:
        """The amounts, each as the float nearest to it; None where nothing is known.

        Where one factor counts in every slot, as it nearly always does, this needs no decimals: whole numbers that a
        float holds exactly, divided once, are rounded once.
        """
        found = np.zeros(len(self.lengths_ms), np.float64)
        for row, factor in zip(self.micro, self.factors, strict=True):
            whole, digits = _ratio(factor)
            if digits > _EXACT_DIGITS or int(np.abs(row).max(initial=0)) * whole >= _EXACT:
                return [None if one is None else float(one) for one in self.decimals()]
            found += row * whole / 10.0**digits
        if (np.count_nonzero(self.micro, axis=0) > 1).any():
            return [None if one is None else float(one) for one in self.decimals()]
        values: list[float | None] = list(found.tolist())
        for slot in np.flatnonzero(self.known_ms == 0).tolist():
            values[slot] = None
        return values

    def total(self, chosen: NDArray[np.bool_] | None = None) -> Decimal | None:
        """The exact sum of the amounts that are known, of the `chosen` slots only; None when none is."""
        known = self.known_ms > 0 if chosen is None else (self.known_ms > 0) & chosen
        if not known.any():
            return None
        sums = self.micro[:, known].sum(axis=1).tolist()
        return sum(
            (Decimal(one) * factor * _SCALE for one, factor in zip(sums, self.factors, strict=True)), Decimal(0)
        )

    def hows(self) -> list[How]:
        """How each amount came about; the worst kind of knowledge that touches a slot names it.

        A gap that lies in a slot from end to end does not: its sum is as sure as the readings around it.
        """
        return [_HOWS[code] for code in self._codes().tolist()]

    def words(self) -> list[str]:
        """How each amount came about, as `hows` says it, in the words of an answer."""
        return [_WORDS[code] for code in self._codes().tolist()]

    def part(self, first: int, last: int) -> "Amounts":
        """Return the slots `[first, last)`."""
        return Amounts(
            self.bounds_ms[first : last + 1],
            self.micro[:, first:last],
            self.factors,
            self.spans_ms[:, first:last],
            self.bridges[first : last + 1],
        )

    def grouped(self, firsts: Sequence[int]) -> "Amounts":
        """Return longer slots: each begins with the slot of its index in `firsts`, the last ends with the last."""
        starts, edges = np.asarray(firsts, np.int64), np.asarray([*firsts, self.micro.shape[1]], np.int64)
        return Amounts(
            self.bounds_ms[edges],
            np.add.reduceat(self.micro, starts, axis=1),
            self.factors,
            np.add.reduceat(self.spans_ms, starts, axis=1),
            self.bridges[edges],
        )

    def _codes(self) -> Integers:
        spans, cut = self.spans_ms, np.maximum(self.bridges[:-1], self.bridges[1:])
        holds = (
            spans[Row.FAULTY] > 0,
            self.known_ms == 0,
            (spans[Row.ESTIMATED] > 0) | (cut == Row.SPREAD),
            cut == Row.INTERPOLATED,
            *((spans[mark] > 0) | (spans[ENDS[mark]] > 0) for mark in (Row.CORRECTED, Row.BILLED, Row.BY_HAND)),
        )
        return np.asarray(np.select(holds, range(len(holds)), default=len(holds)), dtype=np.int64)

    def _time_in(self, *rows: Row) -> Integers:
        return np.asarray(self.spans_ms[list(rows)].sum(axis=0), dtype=np.int64)


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
    return Amounts(bounds_ms, micro, tuple(factors), spans, line.bridges(bounds_ms))


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
    bridges = np.concatenate([parts[0].bridges, *(part.bridges[1:] for part in parts[1:])])
    return Amounts(bounds, micro, factors, np.concatenate([part.spans_ms for part in parts], axis=1), bridges)


def pooled(parts: Sequence[Amounts]) -> Amounts:
    """Return amounts over the same slots as one, where at each instant at most one of them knows anything."""
    return Amounts(
        parts[0].bounds_ms,
        np.concatenate([part.micro for part in parts]),
        tuple(factor for part in parts for factor in part.factors),
        np.asarray(np.sum([part.spans_ms for part in parts], axis=0), dtype=np.int64),
        np.max([part.bridges for part in parts], axis=0),
    )


def nothing_known(bounds_ms: Integers) -> Amounts:
    """Return the slots between `bounds_ms` without any knowledge."""
    slots = len(bounds_ms) - 1
    spans = np.zeros((len(Row), slots), np.int64)
    return Amounts(bounds_ms, np.zeros((0, slots), np.int64), (), spans, np.zeros(slots + 1, np.int64))


def combined(terms: Sequence[tuple[Decimal, Amounts]]) -> Amounts:
    """Return the weighted sum of amounts over the same slots (a virtual meter); never surer than its weakest term.

    Of a slot of which the terms have nothing in common, nothing counts: longer slots are sums of these.
    """
    parts = [part for _, part in terms]
    rows = _weighted(terms)
    micro = np.array(list(rows.values()), np.int64).reshape(len(rows), len(parts[0].lengths_ms))
    # Time known at least as well as by each row, best first: what the terms have in common of it.
    common = np.min([np.cumsum(part.spans_ms[list(_KNOWN)], axis=0) for part in parts], axis=0)
    micro[:, common[-1] == 0] = 0
    spans = np.zeros_like(parts[0].spans_ms)
    spans[list(_KNOWN)] = np.diff(common, axis=0, prepend=0)
    faulty = np.max([part.spans_ms[Row.FAULTY] for part in parts], axis=0)
    spans[Row.FAULTY] = np.minimum(faulty, parts[0].lengths_ms - common[-1])
    ends = list(ENDS.values())
    spans[ends] = np.minimum(np.max([part.spans_ms[ends] for part in parts], axis=0), common[-1])
    bridges = np.max([part.bridges for part in parts], axis=0)
    return Amounts(parts[0].bounds_ms, micro, tuple(rows), spans, bridges)


def _weighted(terms: Sequence[tuple[Decimal, Amounts]]) -> dict[Decimal, Integers]:
    """What counts by the same factor is one row, and what is taken off counts negative: no factor does."""
    rows: dict[Decimal, Integers] = {}
    for share, part in terms:
        for factor, row in zip(part.factors, part.micro, strict=True):
            weight = share * factor
            signed = -row if weight < 0 else row
            rows[weight.copy_abs()] = rows.get(weight.copy_abs(), 0) + signed
    return rows


def _ratio(factor: Decimal) -> tuple[int, int]:
    """Return whole and digits, so that millionths × factor are millionths × whole / 10**digits."""
    _, digits, exponent = factor.normalize().as_tuple()
    whole, places = int("".join(map(str, digits))), -int(exponent)
    return (whole * 10**-places, 6) if places < 0 else (whole, places + 6)
