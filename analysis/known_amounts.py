"""Sums with what is known about them: coverage, quality, and whether that is enough."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

import numpy as np

from analysis.figures import How
from analysis.ledger.amounts import Amounts
from analysis.ledger.line import READ, Row

_NAMES = (
    (How.MEASURED, (Row.MEASURED,)),
    (How.READ_BY_HAND, (Row.BY_HAND,)),
    (How.BILLED, (Row.BILLED,)),
    (How.CORRECTED, (Row.CORRECTED,)),
    (How.INTERPOLATED, (Row.INTERPOLATED,)),
    (How.SUBSTITUTED, (Row.SPREAD, Row.ESTIMATED)),
    (How.FAULTY, (Row.FAULTY,)),
)


def coverage(parts: Iterable[Amounts]) -> float:
    """Return the share of the meters' time whose amount was counted, estimates excluded, 0..1; 0 without a meter."""
    counted, length = 0, 0
    for part in parts:
        counted += int(part.counted_ms.sum())
        length += int(part.lengths_ms.sum())
    return counted / length if length else 0.0


def read_share(parts: Iterable[Amounts]) -> float:
    """Return the share of the meters' time between readings no further apart than the gap limit, 0..1."""
    read, length = 0, 0
    for part in parts:
        read += int(part.spans_ms[list(READ)].sum())
        length += int(part.lengths_ms.sum())
    return read / length if length else 0.0


def quality(parts: Sequence[Amounts]) -> Mapping[str, float]:
    """Return the share of the meters' time in each way of knowing; they add up to 1."""
    length = sum(int(part.lengths_ms.sum()) for part in parts)
    if not length:
        return {}
    shares = {
        str(name): sum(int(part.spans_ms[row].sum()) for part in parts for row in rows) / length
        for name, rows in _NAMES
    }
    shares[str(How.MISSING)] = max(0.0, 1 - sum(shares.values()))
    return {name: round(share, 6) for name, share in shares.items() if share > 5e-7}


def total(parts: Iterable[tuple[Decimal, Amounts]]) -> Decimal | None:
    """Return the exact weighted sum of what is known; None where nothing is."""
    sums = [(weight, part.total()) for weight, part in parts]
    known = [weight * amount for weight, amount in sums if amount is not None]
    return sum(known, Decimal(0)) if known else None


def wholly_known(part: Amounts) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Tell for each slot whether its amount is known over its whole length."""
    return np.asarray(part.known_ms >= part.lengths_ms)
