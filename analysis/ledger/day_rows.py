"""Amounts of local days as rows of a table and back, to the last digit: pure."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache

import numpy as np

from analysis.ledger.amounts import Amounts
from analysis.ledger.line import Row
from analysis.ledger.micro import Integers
from gateway.operations.ledger_rows import LedgerDay


def day_rows(meter_id: str, days: Iterable[date], amounts: Amounts) -> Iterator[LedgerDay]:
    """Yield a row for every day of which something is known; `amounts` has one slot a day."""
    columns = zip(
        days,
        amounts.lengths_ms.tolist(),
        amounts.micro.T.tolist(),
        amounts.spans_ms.T.tolist(),
        amounts.bridges[:-1].tolist(),
        amounts.bridges[1:].tolist(),
        strict=True,
    )
    for day, length_ms, micro, spans_ms, before, after in columns:
        if any(spans_ms) or before or after:
            pieces = _pieces(micro, amounts.factors)
            spans = " ".join(f"{row}={span_ms}" for row, span_ms in enumerate(spans_ms) if row and span_ms)
            yield LedgerDay(meter_id, day, length_ms, pieces, spans, before, after)


def amounts_of_rows(rows: Sequence[LedgerDay], first: date, bounds_ms: Integers) -> Amounts:
    """Return the amounts of consecutive days between `bounds_ms`, from `first` on; no row: nothing is known."""
    count = len(bounds_ms) - 1
    factors: dict[str, int] = {}
    pieces: list[tuple[int, int, int]] = []
    spans_ms = np.zeros((len(Row), count), np.int64)
    bridges = np.zeros(count + 1, np.int64)
    for row in rows:
        slot = (row.day - first).days
        for piece in row.pieces.split():
            micro, _, factor = piece.partition("*")
            pieces.append((factors.setdefault(factor, len(factors)), slot, int(micro)))
        for kind, span_ms in _spans(row.spans):
            spans_ms[kind, slot] = span_ms
        bridges[slot] = max(bridges[slot], row.bridge_before)
        bridges[slot + 1] = row.bridge_after
    amounts = np.zeros((len(factors), count), np.int64)
    for place, slot, whole in pieces:
        amounts[place, slot] = whole
    return Amounts(bounds_ms, amounts, tuple(Decimal(factor) for factor in factors), spans_ms, bridges)


def _pieces(micro: Sequence[int], factors: Sequence[Decimal]) -> str:
    """An amount of zero needs no piece: that it is known stands in the spans."""
    sums: dict[Decimal, int] = {}
    for whole, factor in zip(micro, factors, strict=True):
        if whole:
            sums[factor] = sums.get(factor, 0) + whole
    return " ".join(f"{whole}*{factor}" for factor, whole in sums.items())


@lru_cache(maxsize=4096)
def _spans(text: str) -> tuple[tuple[int, int], ...]:
    """Most days are measured from end to end: their text is the same."""
    parts = (one.partition("=") for one in text.split())
    return tuple((int(kind), int(span_ms)) for kind, _, span_ms in parts)
