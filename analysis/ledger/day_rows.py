"""Amounts of local days as rows of a table and back, to the last digit: pure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

import numpy as np

from analysis.ledger.amounts import Amounts
from analysis.ledger.line import Row
from analysis.ledger.micro import Integers
from gateway.operations.ledger.rows import LedgerDay


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
    count, begin = len(bounds_ms) - 1, first.toordinal()
    by_factor: dict[str, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
    by_spans: dict[str, list[int]] = defaultdict(list)
    bridges = np.zeros(count + 1, np.int64)
    for _, day, _, pieces, spans, before, after in rows:
        slot = day.toordinal() - begin
        by_spans[spans].append(slot)
        for piece in pieces.split():
            micro, _, factor = piece.partition("*")
            slots, amounts = by_factor[factor]
            slots.append(slot)
            amounts.append(int(micro))
        if before or after:
            bridges[slot] = max(bridges[slot], before)
            bridges[slot + 1] = after
    return Amounts(
        bounds_ms,
        _table(list(by_factor.values()), count),
        tuple(Decimal(factor) for factor in by_factor),
        _spans_of(by_spans, count),
        bridges,
    )


def _table(filled: Sequence[tuple[list[int], list[int]]], count: int) -> Integers:
    table = np.zeros((len(filled), count), np.int64)
    for row, (slots, amounts) in zip(table, filled, strict=True):
        row[slots] = amounts
    return table


def _spans_of(by_spans: Mapping[str, list[int]], count: int) -> Integers:
    """Most days are measured from end to end: their text is the same."""
    spans_ms = np.zeros((len(Row), count), np.int64)
    for text, slots in by_spans.items():
        for one in text.split():
            kind, _, span_ms = one.partition("=")
            spans_ms[int(kind), slots] = int(span_ms)
    return spans_ms


def _pieces(micro: Sequence[int], factors: Sequence[Decimal]) -> str:
    """An amount of zero needs no piece: that it is known stands in the spans."""
    sums: dict[Decimal, int] = {}
    for whole, factor in zip(micro, factors, strict=True):
        if whole:
            sums[factor] = sums.get(factor, 0) + whole
    return " ".join(f"{whole}*{factor}" for factor, whole in sums.items())
