"""How much of a series must be seen to judge a time span: pure.

Whatever a day shows must not depend on where somebody cut. A fault needs its neighbours, a rest its beginning and its
end, and a gap that is shaped by comparable days the weeks before it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from analysis.ledger.calm import is_calm
from analysis.ledger.faults import LargeStep
from analysis.ledger.line import Line, Row
from analysis.ledger.micro import Integers
from analysis.ledger.readings import Readings
from analysis.ledger.rules import Rules
from config.meters.ledger_policy import Filling, Spreading

_DAY_MS: Final = 86_400_000
LOOK_BACK_MS: Final = 24 * _DAY_MS  # comparable days, and the day that is cut at either end
FOR_EVER_MS: Final = 2**60
LONGEST_MS: Final = 800 * _DAY_MS
# Nothing but noise for so long: then no context makes it better.
LONGEST_UNREST_MS: Final = 32 * _DAY_MS


@dataclass(frozen=True, slots=True)
class Window:
    """The span that is asked for, `[start, end)` [ms], and how far around it readings are looked at.

    `since_ms` and `until_ms` reach further than what the rules need in any case. `is_counter`: a fault can hide among
    the neighbours.
    """

    start_ms: int
    end_ms: int
    rules: Rules
    is_counter: bool = True
    since_ms: int | None = None
    until_ms: int | None = None

    @property
    def span(self) -> tuple[int, int]:
        """First and last instant [ms] to read."""
        first_ms = self.start_ms - self.rules.context_ms
        last_ms = self.end_ms + self.rules.ahead_ms
        return (
            first_ms if self.since_ms is None else min(first_ms, self.since_ms),
            last_ms if self.until_ms is None else max(last_ms, self.until_ms),
        )

    def widened(
        self, readings: Readings, line: Line, *, believed: Line, large_steps: Sequence[LargeStep] = ()
    ) -> "Window | None":
        """Return the window that what was read and booked asks for; None where it is wide enough.

        `readings` are those of `span` with their neighbours: where one of these is missing, the series ends.
        `believed` is the line as it would be if nothing were doubted: what is left out of `line` is no rest.
        `large_steps` are those that a fall before `readings` may explain.
        """
        if not len(readings):
            return None
        first_ms, last_ms = self.span
        needed_ms = self._needed_ms(line)
        since_ms = until_ms = None
        if readings.time_ms[0] < first_ms:
            since_ms = self._since_ms(readings, believed, large_steps, needed_ms=needed_ms)
        if readings.time_ms[-1] >= last_ms:
            until_ms = self._until_ms(readings, believed)
        if since_ms is None and until_ms is None:
            return None
        return replace(self, since_ms=since_ms or self.since_ms, until_ms=until_ms or self.until_ms)

    def read(self, time_ms: Integers) -> tuple[int, int]:
        """Return the instants [ms] from which and up to which the series is known, of the readings of the window."""
        first_ms, last_ms = self.span
        since_ms = int(time_ms[0]) if len(time_ms) and time_ms[0] < first_ms else -FOR_EVER_MS
        until_ms = int(time_ms[-1]) if len(time_ms) and time_ms[-1] >= last_ms else FOR_EVER_MS
        return since_ms, until_ms

    def _needed_ms(self, line: Line) -> int:
        """From where on the line has to be right: the comparable days before the first gap that they shape."""
        shaped = _shaped(line, self.rules)
        gaps = np.flatnonzero(shaped & (line.time_ms[1:] > self.start_ms) & (line.time_ms[:-1] < self.end_ms))
        return min(self.start_ms, int(line.time_ms[gaps[0]]) - LOOK_BACK_MS) if len(gaps) else self.start_ms

    def _since_ms(
        self, readings: Readings, line: Line, large_steps: Sequence[LargeStep], *, needed_ms: int
    ) -> int | None:
        first_ms = self.span[0]
        if needed_ms - self.rules.context_ms < first_ms:
            return needed_ms - self.rules.context_ms
        seen_ms = needed_ms - first_ms
        further_ms = first_ms - max(seen_ms, self.rules.context_ms)
        asks = self._asks_for_a_fall(readings, large_steps, needed_ms)
        if seen_ms < LONGEST_MS and (asks or _begins_at_rest(line, needed_ms, self.rules)):
            return further_ms
        before = readings.between(0, int(np.searchsorted(readings.time_ms, needed_ms, side="right")))
        if self.is_counter and seen_ms < LONGEST_UNREST_MS and not is_calm(before, self.rules):
            return further_ms
        return None

    def _asks_for_a_fall(self, readings: Readings, steps: Sequence[LargeStep], needed_ms: int) -> bool:
        """Whether a step that matters may be the way back of a counter that fell before the readings begin.

        A fall at their very beginning may be a spike whose other side is not seen.
        """
        return any(
            self._matters(readings, step, needed_ms) and not self._is_certain(readings, step.fall_ms)
            for step in steps
        )

    def _matters(self, readings: Readings, step: LargeStep, needed_ms: int) -> bool:
        before = int(np.searchsorted(readings.time_ms, step.time_ms)) - 1
        return step.time_ms >= needed_ms and int(readings.time_ms[before]) < self.end_ms

    def _is_certain(self, readings: Readings, fall_ms: int | None) -> bool:
        if fall_ms is None:
            return False
        before = int(np.searchsorted(readings.time_ms, fall_ms, side="right"))
        return is_calm(readings.between(0, before), self.rules)

    def _until_ms(self, readings: Readings, line: Line) -> int | None:
        last_ms = self.span[1]
        seen_ms = last_ms - self.end_ms
        further_ms = last_ms + max(seen_ms, self.rules.ahead_ms)
        judged_ms = _rests_judged_ms(line, self.end_ms, self.rules)
        if judged_ms is None:
            return further_ms if seen_ms < LONGEST_MS else None
        after = readings.between(int(np.searchsorted(readings.time_ms, judged_ms)), len(readings))
        if self.is_counter and last_ms - judged_ms < LONGEST_UNREST_MS and not is_calm(after, self.rules):
            return further_ms
        return None


def _shaped(line: Line, rules: Rules) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    shaped = np.zeros(len(line.kinds), np.bool_)
    if rules.spread is not Spreading.LINEAR:
        shaped |= line.kinds == Row.SPREAD
    if rules.fill is not Filling.NONE:
        shaped |= (line.kinds == 0) | (line.kinds == Row.FAULTY)
    return shaped


def _moving(line: Line) -> Integers:
    """Return the intervals in which something ran through."""
    amounts = line.totals[Row.AMOUNT]
    return np.flatnonzero(amounts[1:] != amounts[:-1])


def _begins_at_rest(line: Line, needed_ms: int, rules: Rules) -> bool:
    """Whether the rest that lies at `needed_ms` may have begun before the line does."""
    if rules.stuck_ms is None:
        return False
    moving = _moving(line)
    return int(line.time_ms[moving[0] + 1] if len(moving) else line.time_ms[-1]) > needed_ms


def _rests_judged_ms(line: Line, end_ms: int, rules: Rules) -> int | None:
    """Return up to when [ms] readings say how the rests before `end_ms` ended; None: not all of that is seen yet.

    A rest is judged by the day behind it, and a fault in that day must be told as well.
    """
    if rules.stuck_ms is None:
        return end_ms
    moved_ms = np.concatenate([line.time_ms[:1], line.time_ms[_moving(line) + 1]])
    again_ms = np.append(moved_ms[1:], line.time_ms[-1:])
    rests = (again_ms - moved_ms >= rules.stuck_ms // 2) & (moved_ms < end_ms)
    if not rests.any():
        return end_ms
    is_open = bool(rests[-1])
    judged_ms = int(again_ms[rests].max()) + _DAY_MS
    return None if is_open or line.time_ms[-1] < judged_ms else max(judged_ms, end_ms)
