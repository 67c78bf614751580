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

LOOK_BACK_MS: Final = 24 * 86_400_000  # comparable days, and the day that is cut at either end
LONGEST_MS: Final = 800 * 86_400_000


@dataclass(frozen=True, slots=True)
class Window:
    """The span that is asked for, `[start, end)` [ms], and how far back it is read beyond what rules need."""

    start_ms: int
    end_ms: int
    rules: Rules
    since_ms: int | None = None

    @property
    def span(self) -> tuple[int, int]:
        """First and last instant [ms] to read."""
        first_ms = self.start_ms - self.rules.context_ms
        last_ms = self.end_ms + self.rules.ahead_ms
        return (first_ms if self.since_ms is None else min(first_ms, self.since_ms)), last_ms

    def widened(self, time_ms: Integers, values: Floats) -> "Window | None":
        """Return the window that what was read asks for; None where it is wide enough."""
        if len(time_ms) < 2 or self.start_ms - self.span[0] > LONGEST_MS:
            return None
        wanted_ms = min(self._rest_ms(time_ms, values), self._gap_ms(time_ms))
        return replace(self, since_ms=wanted_ms) if wanted_ms < self.span[0] else None

    def _rest_ms(self, time_ms: Integers, values: Floats) -> int:
        """A rest that reaches out of the window is followed to its beginning, twice as far each time."""
        moves = np.flatnonzero(values[1:] != values[:-1])
        rests_for_ms = int(time_ms[moves[0]] if len(moves) else time_ms[-1]) - int(time_ms[0])
        if self.rules.stuck_ms is None or rests_for_ms < self.rules.stuck_ms // 2:
            return self.span[0]
        return self.span[0] - max(self.start_ms - self.span[0], self.rules.stuck_ms)

    def _gap_ms(self, time_ms: Integers) -> int:
        """The comparable days before the first gap of the span that is shaped by them."""
        rules = self.rules
        if rules.gap_ms is None or (rules.spread is Spreading.LINEAR and rules.fill is Filling.NONE):
            return self.span[0]
        long = np.diff(time_ms) > max(rules.gap_ms, rules.short_ms)
        in_span = (time_ms[1:] > self.start_ms) & (time_ms[:-1] < self.end_ms)
        gaps = np.flatnonzero(long & in_span)
        return int(time_ms[gaps[0]]) - LOOK_BACK_MS if len(gaps) else self.span[0]
