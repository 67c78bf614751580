"""Finds where a register stood still although something ran through: pure.

A register that shows the same for longer than it ever may has lost contact to what it counts. When it moves on where
it stood, what ran through meanwhile is lost; when it catches up at once, only the telling was, and the sum is known.
"""

from datetime import UTC, datetime
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from analysis.ledger.micro import MICRO, Integers
from analysis.ledger.rules import ALL_YEAR, Rules

# The first step after a rest, against what the day after it makes usual: more than this caught up.
CATCHES_UP = 3.0
_DAY_MS = 86_400_000


class Rest(NamedTuple):
    """The readings `[first, last]` show the same; `caught_up`: the reading behind them has what ran through."""

    first: int
    last: int
    caught_up: bool


def stuck_rests(time_ms: Integers, micro: Integers, rules: Rules) -> list[Rest]:
    """Return the rests of a counter that are too long; micro-units, ascending in time and value."""
    if rules.stuck_ms is None:
        return []
    return [
        Rest(first, last, _has_caught_up(time_ms, micro, last))
        for first, last in _runs(np.diff(micro) == 0)
        if is_too_long(int(time_ms[first]), int(time_ms[last]), rules)
    ]


def stuck_zeros(starts_ms: Integers, ends_ms: Integers, micro: Integers, rules: Rules) -> list[tuple[int, int]]:
    """Return the runs `[first, last]` of intervals without any amount that are too long."""
    if rules.stuck_ms is None:
        return []
    follows = (micro[:-1] == 0) & (micro[1:] == 0) & (ends_ms[:-1] == starts_ms[1:])
    return [
        (first, last)
        for first, last in _runs(follows)
        if is_too_long(int(starts_ms[first]), int(ends_ms[last]), rules)
    ]


def is_too_long(first_ms: int, last_ms: int, rules: Rules) -> bool:
    """Whether a register may not rest so long: only the months count in which it has to move."""
    limit_ms = rules.stuck_ms
    if limit_ms is None or last_ms - first_ms <= limit_ms:
        return False
    if rules.stuck_in == ALL_YEAR:
        return True
    return any(
        min(last_ms, until_ms) - max(first_ms, since_ms) > limit_ms
        for since_ms, until_ms in _seasons(first_ms, last_ms, rules.stuck_in)
    )


def _runs(same: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return the first and last index of every run in which each is like the one before."""
    edges = np.diff(np.concatenate([[False], same, [False]]).astype(np.int8))
    return list(zip(np.flatnonzero(edges == 1).tolist(), np.flatnonzero(edges == -1).tolist(), strict=True))


def _has_caught_up(time_ms: Integers, micro: Integers, last: int) -> bool:
    after = last + 1
    if after >= len(micro):
        return False
    behind = int(np.searchsorted(time_ms, time_ms[after] + _DAY_MS, side="right")) - 1
    if behind == after:
        return False
    usual = (int(micro[behind]) - int(micro[after])) / (int(time_ms[behind]) - int(time_ms[after]))
    step, span_ms = int(micro[after]) - int(micro[last]), int(time_ms[after]) - int(time_ms[last])
    return step > CATCHES_UP * usual * span_ms + MICRO


def _seasons(first_ms: int, last_ms: int, months: frozenset[int]) -> list[tuple[int, int]]:
    """Return the spans of consecutive months that touch `[first, last]`, cut at the month in UTC."""
    spans: list[tuple[int, int]] = []
    year, month = (datetime.fromtimestamp(first_ms / 1000, UTC)).timetuple()[:2]
    while (since_ms := _month_ms(year, month)) < last_ms:
        year, following = (year + 1, 1) if month == 12 else (year, month + 1)
        until_ms = _month_ms(year, following)
        if month in months:
            if spans and spans[-1][1] == since_ms:
                since_ms = spans.pop()[0]
            spans.append((since_ms, until_ms))
        month = following
    return spans


def _month_ms(year: int, month: int) -> int:
    return round(datetime(year, month, 1, tzinfo=UTC).timestamp()) * 1000
