"""How much of a series must be seen to judge a time span: pure.

Whatever a day shows must not depend on where somebody cut. A fault needs its neighbours, a rest its beginning, and a
gap that is shaped by comparable days the weeks before it.
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from analysis.ledger.micro import Floats, Integers
from analysis.ledger.rules import Rules
from config.ledger_policy import Filling, Spreading

DAY_MS: Final = 86_400_000
LOOK_BACK_MS: Final = 24 * DAY_MS  # comparable days, and the day that is cut at either end
LONGEST_MS: Final = 800 * DAY_MS


@dataclass(frozen=True, slots=True)
class Window:
    """The span that is asked for, `[start, end)` [ms], and how far it is read beyond what the rules need."""

    start_ms: int
    end_ms: int
    rules: Rules
    back_ms: int = 0
    ahead_ms: int = 0

    @property
    def span(self) -> tuple[int, int]:
        """First and last instant [ms] to read."""
        before_ms, behind_ms = max(self.rules.context_ms, self.back_ms), max(self.rules.ahead_ms, self.ahead_ms)
        return self.start_ms - before_ms, self.end_ms + behind_ms

    def widened(self, time_ms: Integers, values: Floats) -> "Window | None":
        """Return the window that what was read asks for; None where it is wide enough."""
        first_ms, last_ms = self.span
        if len(time_ms) < 2 or last_ms - first_ms > self.end_ms - self.start_ms + LONGEST_MS:
            return None
        wider = self
        for since_ms, until_ms in self._rests(time_ms, values):
            # A rest is followed to where it began, and to what the day after it tells; twice as far each time.
            if since_ms < first_ms:
                wider = replace(wider, back_ms=2 * (self.start_ms - first_ms))
            if until_ms > last_ms - DAY_MS and time_ms[-1] >= last_ms:
                wider = replace(wider, ahead_ms=2 * (last_ms - self.end_ms))
        gap_ms = self._shaped_gap_ms(time_ms)
        if gap_ms is not None and self.start_ms - gap_ms + LOOK_BACK_MS > wider.start_ms - wider.span[0]:
            wider = replace(wider, back_ms=self.start_ms - gap_ms + LOOK_BACK_MS)
        return None if wider.span == self.span else wider

    def _rests(self, time_ms: Integers, values: Floats) -> list[tuple[int, int]]:
        """Return the rests [ms] in or around the span that may be a part of one that is too long.

        A quarter of the limit is enough to look further: a wrong reading in a rest cuts it in two.
        """
        if self.rules.stuck_ms is None:
            return []
        moves = np.flatnonzero(values[1:] != values[:-1])
        since, until = time_ms[np.concatenate([[0], moves + 1])], time_ms[np.concatenate([moves, [len(values) - 1]])]
        long = (until - since >= self.rules.stuck_ms // 4) & (until >= self.start_ms) & (since <= self.end_ms)
        return list(zip(since[long].tolist(), until[long].tolist(), strict=True))

    def _shaped_gap_ms(self, time_ms: Integers) -> int | None:
        """Return the beginning of the first gap of the span that comparable days shape."""
        rules = self.rules
        if rules.gap_ms is None or (rules.spread is Spreading.LINEAR and rules.fill is Filling.NONE):
            return None
        long = np.diff(time_ms) > max(rules.gap_ms, rules.short_ms)
        gaps = np.flatnonzero(long & (time_ms[1:] > self.start_ms) & (time_ms[:-1] < self.end_ms))
        return int(time_ms[gaps[0]]) if len(gaps) else None
