"""Which readings may meet something that is stored already: the late ones, and those of whom nothing is known."""

from collections.abc import Sequence
from typing import Final

from config.clocks import CLOCK_SLACK_MS
from gateway.reading import Reading

# What is older may have been stored by another process meanwhile: an import, a push, a second collector.
FRESH_MS: Final = 5 * 60_000


class NewestTimes:
    """The newest time per meter that went through this process, learned from what goes through.

    A reading that is newer than all of its meter, and so fresh that nobody else can have said anything of that
    instant, meets nothing. So polls as they come cost a look into a table, and no question to the store. By meter and
    not by series: a poll brings all quantities of a meter at once, which takes half the time and little memory.
    """

    def __init__(self) -> None:
        self._newest: dict[str, int] = {}
        self._now_ms = 0

    def late(self, readings: Sequence[Reading], now_ms: int) -> list[Reading]:
        """Return the readings of whom the store must be asked, and learn the times of all."""
        self._set_clock(now_ms)
        stale_ms, ahead_ms = now_ms - FRESH_MS, now_ms + CLOCK_SLACK_MS
        newest, late = self._newest, list[Reading]()
        last_meter, last_ms, said, is_late = "", 0, set[str](), False
        for reading in readings:
            meter, quantity, time_ms, _ = reading
            if time_ms == last_ms and meter == last_meter:  # what the same answer of a device brought
                if is_late or quantity in said:
                    late.append(reading)
                said.add(quantity)
                continue
            last_meter, last_ms, said = meter, time_ms, {quantity}
            known_ms = newest.get(meter, -1)
            is_late = known_ms < 0 or time_ms <= known_ms or time_ms < stale_ms or time_ms > ahead_ms
            if is_late:
                late.append(reading)
            if known_ms < time_ms <= ahead_ms:
                newest[meter] = time_ms
        return late

    def _set_clock(self, now_ms: int) -> None:
        # After a clock that was set back everything new would look late.
        if now_ms < self._now_ms - CLOCK_SLACK_MS:
            self._newest.clear()
        self._now_ms = now_ms
