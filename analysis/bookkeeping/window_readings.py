"""Raw readings of one meter and quantity, read once and looked at in many windows."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import numpy as np

from analysis.ledger.clock import Clock
from gateway.ports import Store
from gateway.reading import instant, milliseconds
from gateway.series import Series

_NOTHING = Series(np.empty(0, np.int64), np.empty(0, np.float64))
_RIGHT: Final = Clock()


@dataclass(slots=True)
class WindowReadings:
    """Readings up to the instant `upto`, at the time that `clock` puts right. Holds what was loaded last, and what
    borders on it: years at most.
    """

    store: Store
    meter_id: str
    quantity: str
    upto: datetime
    clock: Clock = _RIGHT
    _span: tuple[int, int] | None = None
    _loaded: Series = field(default_factory=lambda: _NOTHING)

    def load(self, first_ms: int, last_ms: int) -> None:
        """Read the readings of `[first, last)` [ms] with their neighbours, and forget what was held before."""
        series = self._read(*self.clock.stamps(first_ms, last_ms))
        known = int(np.searchsorted(series.time_ms, milliseconds(self.upto), side="right"))
        self._span = (first_ms, last_ms)
        self._loaded = self._put_right(Series(series.time_ms[:known], series.value[:known]))

    def around(self, first_ms: int, last_ms: int) -> Series:
        """Return the readings of `[first, last)` [ms], the last one before and the first one at or after."""
        if self._span is None or first_ms < self._span[0] or last_ms > self._span[1]:
            self.load(*self._joined(first_ms, last_ms))
        times = self._loaded.time_ms
        first = max(int(np.searchsorted(times, first_ms)) - 1, 0)
        last = int(np.searchsorted(times, last_ms)) + 1
        return Series(times[first:last], self._loaded.value[first:last])

    def _read(self, first_ms: int, last_ms: int) -> Series:
        """What a clock tells after it was moved back may take the place of the neighbour behind."""
        series = self._stamped(first_ms, last_ms)
        if not self.clock.shifts or not len(series) or series.time_ms[-1] < last_ms:
            return series
        return self._stamped(first_ms, self.clock.rivals_ms(int(series.time_ms[-1])) + 1)

    def _stamped(self, first_ms: int, last_ms: int) -> Series:
        return self.store.read_with_neighbours(self.meter_id, self.quantity, instant(first_ms), instant(last_ms))

    def _put_right(self, series: Series) -> Series:
        if not self.clock.shifts:
            return series
        right_ms = self.clock.right(series.time_ms)
        counts = self.clock.rising(right_ms)
        return Series(right_ms[counts], series.value[counts])

    def _joined(self, first_ms: int, last_ms: int) -> tuple[int, int]:
        """A window that is widened again and again is read anew each time; the next one finds it."""
        if self._span is None or first_ms > self._span[1] or last_ms < self._span[0]:
            return first_ms, last_ms
        return min(first_ms, self._span[0]), max(last_ms, self._span[1])
