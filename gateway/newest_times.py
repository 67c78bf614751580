"""Which readings may meet something that is stored already: the late ones, and those of whom nothing is known."""

import sys
from collections.abc import Sequence
from typing import Final

from config.clocks import CLOCK_SLACK_MS
from gateway.reading import Reading

# What is older may have been stored by another process meanwhile: an import, a push, a second collector.
FRESH_MS: Final = 5 * 60_000


class NewestTimes:
    """The newest time per series that went through this process, learned from what goes through.

    A reading that is newer than all of its series, and so fresh that nobody else can have said anything of that
    instant, meets nothing. So polls as they come cost a look into a table, and no question to the store.
    """

    def __init__(self) -> None:
        self._newest: dict[str, dict[str, int]] = {}
        self._now_ms = 0

    def late(self, readings: Sequence[Reading], now_ms: int) -> list[Reading]:
        """Return the readings of whom the store must be asked, and learn the times of all."""
        self._set_clock(now_ms)
        stale_ms, ahead_ms = now_ms - FRESH_MS, now_ms + CLOCK_SLACK_MS
        newest, late = self._newest, list[Reading]()
        for reading in readings:
            meter, quantity, time_ms, _ = reading
            of_meter = newest.get(meter)
            if of_meter is None:
                of_meter = newest[meter] = {}
            known_ms = of_meter.get(quantity)
            if known_ms is None:
                late.append(reading)
                of_meter[sys.intern(quantity)] = min(time_ms, ahead_ms)
            elif time_ms <= known_ms or time_ms > ahead_ms:
                late.append(reading)
            else:
                of_meter[quantity] = time_ms
                if time_ms < stale_ms:
                    late.append(reading)
        return late

    def _set_clock(self, now_ms: int) -> None:
        # After a clock that was set back everything new would look late.
        if now_ms < self._now_ms - CLOCK_SLACK_MS:
            self._newest.clear()
        self._now_ms = now_ms
