"""How long to wait before the next attempt: doubled up to a ceiling, with jitter."""

import random
from collections.abc import Callable


class Backoff:
    """Delays of one connection. Jitter keeps 500 gateways from coming back in the same second."""

    def __init__(self, first_s: float, ceiling_s: float, *, chance: Callable[[], float] = random.random) -> None:
        self._first_s = first_s
        self._ceiling_s = ceiling_s
        self._chance = chance
        self._failures = 0

    def failed(self) -> float:
        """Count a failure and return the delay before the next attempt [s], within ±25 % of the doubled one."""
        delay_s: float = min(self._first_s * 2.0 ** min(self._failures, 30), self._ceiling_s)
        self._failures += 1
        return delay_s * (0.75 + 0.5 * self._chance())

    def succeeded(self) -> None:
        """Start again with the first delay."""
        self._failures = 0
