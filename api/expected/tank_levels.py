"""What a tank or store should hold: its last level and what was delivered since, less what is used meanwhile."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import numpy as np

from api.evidence import Evidence
from api.expected.ranges import DAY_MS, FEWEST_MS, TOLERANCE, ExpectedRange, canonical
from config.meters.meter import Meter, Tank
from gateway.reading import milliseconds
from gateway.series import Series

DELIVERY: Final = "delivery"
_AROUND: Final = timedelta(days=400)
_READ_TO: Final = 0.02  # of the tank: how well a level is read off


@dataclass(frozen=True, slots=True)
class TankHistory:
    """Levels and deliveries of one tank, ascending in time, in the unit of `capacity`.

    What stands at the instant that is asked about is not among them.
    """

    capacity: float
    levels: Series
    delivered: Series

    def expected(self, at: datetime) -> ExpectedRange:
        """Return the levels that can be expected at an instant: within the tank, and as its neighbours let it."""
        low, high = self._since_the_level_before(milliseconds(at))
        low = max(low, self._level_behind_demands(milliseconds(at)))
        high = min(self.capacity, high + _READ_TO * self.capacity)
        return ExpectedRange(min(max(0.0, low - _READ_TO * self.capacity), high), high)

    def room(self, at: datetime) -> float:
        """Return the largest delivery that fits at an instant, if as much is used as ever can be expected."""
        low, _ = self._since_the_level_before(milliseconds(at))
        return min(self.capacity, self.capacity * (1 + _READ_TO) - low)

    def _since_the_level_before(self, at_ms: int) -> tuple[float, float]:
        """The least and the most that the last level and what was delivered since leave."""
        before = int(np.searchsorted(self.levels.time_ms, at_ms)) - 1
        if before < 0:
            return 0.0, self.capacity
        since_ms, last = int(self.levels.time_ms[before]), float(self.levels.value[before])
        filled = last + self._delivered(since_ms, at_ms)
        fastest = self._fastest_use(before)
        used = filled if fastest is None else fastest * max(at_ms - since_ms, DAY_MS)
        return max(0.0, filled - used), filled

    def _level_behind_demands(self, at_ms: int) -> float:
        """What the next level shows and no delivery brought was there already."""
        behind = int(np.searchsorted(self.levels.time_ms, at_ms))
        if behind == len(self.levels):
            return 0.0
        return float(self.levels.value[behind]) - self._delivered(at_ms, int(self.levels.time_ms[behind]))

    def _fastest_use(self, last: int) -> float | None:
        """Units per ms, of the levels up to the index `last`; None where they tell too little."""
        span_ms = int(self.levels.time_ms[last] - self.levels.time_ms[0])
        brought = self._delivered(int(self.levels.time_ms[0]), int(self.levels.time_ms[last]))
        used = float(self.levels.value[0]) + brought - float(self.levels.value[last])
        return TOLERANCE * used / span_ms if span_ms >= FEWEST_MS and used > 0 else None

    def _delivered(self, since_ms: int, until_ms: int) -> float:
        """What came after an instant and up to another."""
        first, last = np.searchsorted(self.delivered.time_ms, (since_ms, until_ms), side="right")
        return float(self.delivered.value[first:last].sum())


def tank_history(evidence: Evidence, meter: Meter, tank: Tank, at: datetime) -> TankHistory:
    """Return what is known of a tank around an instant, in canonical units, without what stands at that instant."""
    levels, delivered = (
        _but(evidence.readings(meter.id, quantity, at - _AROUND, at + _AROUND), milliseconds(at))
        for quantity in (meter.quantity, DELIVERY)
    )
    return TankHistory(canonical(meter, tank.capacity), levels, delivered)


def _but(series: Series, at_ms: int) -> Series:
    other = series.time_ms != at_ms
    return Series(series.time_ms[other], series.value[other])
