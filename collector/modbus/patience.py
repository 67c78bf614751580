"""How long to wait for an answer. Pure.

A silent unit costs its neighbours the time that is waited for it. One that never answered yet is waited for at first
no longer than its neighbours' answers make likely; afterwards, when it is asked alone in an idle moment, as long as a
slow device may need.
"""

from collections.abc import Iterable

LONGEST_S = 1.0
SHORTEST_S = 0.1
# A bus whose devices are all asked every second may not stand still for one.
SHARE_OF_INTERVAL = 0.6
TIMES_THE_SLOWEST = 5.0
_FADING = 0.98


class Patience:
    """What the devices of one bus needed for their answers so far: the slowest counts, and fades."""

    def __init__(self, intervals_s: Iterable[float], *, longest_s: float = LONGEST_S) -> None:
        shortest_s = min(intervals_s, default=longest_s)
        self.longest_s = min(longest_s, max(SHORTEST_S, SHARE_OF_INTERVAL * shortest_s))
        self._slowest_s: float | None = None

    def answered(self, took_s: float) -> None:
        """Note how long an answer took."""
        faded_s = 0.0 if self._slowest_s is None else self._slowest_s * _FADING
        self._slowest_s = max(faded_s, took_s)

    def timeout_s(self, *, declared_s: float | None, is_known: bool, is_first_try: bool) -> float:
        """Return how long to wait for a device.

        `declared_s` is what its table says it may need; `is_known`: it has answered before.
        """
        whole_s = self.longest_s if declared_s is None else declared_s
        if is_known or not is_first_try or self._slowest_s is None:
            return whole_s
        return min(whole_s, max(SHORTEST_S, TIMES_THE_SLOWEST * self._slowest_s))
