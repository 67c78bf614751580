"""Fills gaps: spreads a sum that is known by the shape of an expectation, and estimates where none is known.

A gap's parts add up to the whole to the last digit: what rounding leaves over goes along with the running total.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from analysis.ledger.line import Line, Row, line_of
from analysis.ledger.micro import Floats, Integers
from analysis.ledger.rules import Rules
from config.meters.ledger_policy import Filling, Spreading


class Substitution(NamedTuple):
    """What stands in for readings in `[start, end)` [ms]: by which `Spreading`, of a sum that is known or not."""

    start_ms: int
    end_ms: int
    method: str
    known_sum: bool


@dataclass(frozen=True, slots=True)
class Shape:
    """How amounts are expected to lie in a span: between `bounds_ms` (n + 1 instants) `amounts` (n) [micro-units]."""

    bounds_ms: Integers
    amounts: Floats


class Expectation(Protocol):
    """What a line makes expect in one of its own gaps; None where it is too young, or nothing is comparable."""

    def __call__(self, line: Line, first_ms: int, last_ms: int, /) -> Shape | None: ...


def bridged(line: Line, rules: Rules, expectation: Expectation | None) -> tuple[Line, tuple[Substitution, ...]]:
    """Return the line with its gaps shaped as the policy wants, and what was substituted."""
    spread = np.flatnonzero(line.kinds == Row.SPREAD)
    unknown = np.flatnonzero((line.kinds == 0) | (line.kinds == Row.FAULTY))
    filled = unknown if rules.fill is not Filling.NONE and expectation is not None else unknown[:0]
    if not len(spread) and not len(filled):
        return line, ()
    pieces = {
        **dict(_spread(line, spread, expectation if rules.spread is not Spreading.LINEAR else None)),
        **dict(_filled(line, filled, expectation)),
    }
    return _rebuilt(line, pieces), tuple(_told(line, pieces, rules))


@dataclass(frozen=True, slots=True)
class _Piece:
    """An interval in parts: `inner_ms` (n − 1 instants) and whole `amounts` (n)."""

    inner_ms: Integers
    amounts: Integers
    kind: Row
    is_shaped: bool


def _spread(line: Line, gaps: Integers, expectation: Expectation | None) -> Iterator[tuple[int, _Piece]]:
    for index in gaps.tolist():
        first_ms, last_ms = int(line.time_ms[index]), int(line.time_ms[index + 1])
        total = int(line.totals[Row.AMOUNT, index + 1] - line.totals[Row.AMOUNT, index])
        shape = expectation(line, first_ms, last_ms) if expectation is not None and total else None
        if shape is None or not shape.amounts.sum() > 0:
            yield index, _Piece(line.time_ms[:0], np.array([total], np.int64), Row.SPREAD, is_shaped=False)
        else:
            yield index, _Piece(shape.bounds_ms[1:-1], _shares(total, shape.amounts), Row.SPREAD, is_shaped=True)


def _filled(line: Line, gaps: Integers, expectation: Expectation | None) -> Iterator[tuple[int, _Piece]]:
    for index in gaps.tolist():
        first_ms, last_ms = int(line.time_ms[index]), int(line.time_ms[index + 1])
        shape = expectation(line, first_ms, last_ms) if expectation is not None and last_ms > first_ms else None
        if shape is not None:
            amounts = np.rint(shape.amounts).astype(np.int64)
            yield index, _Piece(shape.bounds_ms[1:-1], amounts, Row.ESTIMATED, is_shaped=True)


def _shares(total: int, weights: Floats) -> Integers:
    """Divide a total by weights into whole parts that add up to it."""
    running = np.cumsum(weights)
    upto = np.rint(total * (running / running[-1])).astype(np.int64)
    upto[-1] = total
    return np.asarray(np.diff(upto, prepend=0), dtype=np.int64)


def _rebuilt(line: Line, pieces: dict[int, _Piece]) -> Line:
    amounts, kinds, read = np.diff(line.totals[Row.AMOUNT]), line.kinds, line.ends()
    times: list[Integers] = []
    parts: list[Integers] = []
    how: list[Integers] = []
    ends: list[Integers] = []
    inner: list[NDArray[np.bool_]] = []
    done = 0
    for index in sorted(pieces):
        piece = pieces[index]
        times += [line.time_ms[done : index + 1], piece.inner_ms]
        inner += [line.inner[done : index + 1], np.ones(len(piece.inner_ms), np.bool_)]
        parts += [amounts[done:index], piece.amounts]
        how += [kinds[done:index], np.full(len(piece.amounts), piece.kind, np.int64)]
        ends += [read[done:index], np.full(len(piece.amounts), read[index], np.int64)]
        done = index + 1
    times.append(line.time_ms[done:])
    inner.append(line.inner[done:])
    joined = [np.concatenate(rows) for rows in (times, [*parts, amounts[done:]], [*how, kinds[done:]])]
    return line_of(*joined, ends=np.concatenate([*ends, read[done:]]), inner=np.concatenate(inner))


def _told(line: Line, pieces: dict[int, _Piece], rules: Rules) -> Iterator[Substitution]:
    for index in sorted(pieces):
        piece, span = pieces[index], (int(line.time_ms[index]), int(line.time_ms[index + 1]))
        is_spread = piece.kind is Row.SPREAD
        method = (str(rules.spread) if is_spread else str(rules.fill)) if piece.is_shaped else str(Spreading.LINEAR)
        yield Substitution(*span, method, is_spread)
