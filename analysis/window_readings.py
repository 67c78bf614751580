"""Raw readings of one meter and quantity, read once and looked at in many windows."""

from dataclasses import dataclass, field
from datetime import datetime

import numpy as np

from gateway.ports import Store
from gateway.reading import instant, milliseconds
from gateway.series import Series

_NOTHING = Series(np.empty(0, np.int64), np.empty(0, np.float64))


@dataclass(slots=True)
class WindowReadings:
    """Readings up to the instant `upto`. Holds what was loaded last, and what borders on it: years at most."""

    store: Store
    meter_id: str
    quantity: str
    upto: datetime
    _span: tuple[int, int] | None = None
    _loaded: Series = field(default_factory=lambda: _NOTHING)

    def load(self, first_ms: int, last_ms: int) -> None:
        """Read the readings of `[first, last)` [ms] with their neighbours, and forget what was held before."""
        series = self.store.read_with_neighbours(self.meter_id, self.quantity, instant(first_ms), instant(last_ms))
        known = int(np.searchsorted(series.time_ms, milliseconds(self.upto), side="right"))
        self._span, self._loaded = (first_ms, last_ms), Series(series.time_ms[:known], series.value[:known])

    def around(self, first_ms: int, last_ms: int) -> Series:
        """Return the readings of `[first, last)` [ms], the last one before and the first one at or after."""
        if self._span is None or first_ms < self._span[0] or last_ms > self._span[1]:
            self.load(*self._joined(first_ms, last_ms))
        times = self._loaded.time_ms
        first = max(int(np.searchsorted(times, first_ms)) - 1, 0)
        last = int(np.searchsorted(times, last_ms)) + 1
        return Series(times[first:last], self._loaded.value[first:last])

    def _joined(self, first_ms: int, last_ms: int) -> tuple[int, int]:
        """A window that is widened again and again is read anew each time; the next one finds it."""
        if self._span is None or first_ms > self._span[1] or last_ms < self._span[0]:
            return first_ms, last_ms
        return min(first_ms, self._span[0]), max(last_ms, self._span[1])
