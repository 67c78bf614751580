"""How long to wait before the next attempt: doubled from failure to failure up to a ceiling, with jitter.

It lives in the lowest room in which anything is tried again: the forwarder here, brokers and buses in `collector`,
mails in `alerts`. `config` below says what exists, and does nothing.
"""

import random
from collections.abc import Callable

_MOST_DOUBLINGS = 30  # any ceiling is reached long before, and no float ends


def doubled_s(first_s: float, failures: int, *, ceiling_s: float) -> float:
    """Return the delay after so many failures in a row [s], without jitter: `first_s` after the first one.

    For what is spread by itself: devices have their own places in an interval, mails their numbers.
    """
    doublings = min(max(failures - 1, 0), _MOST_DOUBLINGS)
    return min(first_s * 2.0**doublings, ceiling_s)


class Backoff:
    """Delays of one connection. Jitter keeps 500 boxes from coming back in the same second."""

    def __init__(self, first_s: float, ceiling_s: float, *, chance: Callable[[], float] = random.random) -> None:
        self._first_s = first_s
        self._ceiling_s = ceiling_s
        self._chance = chance
        self._failures = 0

    def failed(self) -> float:
        """Count a failure and return the delay before the next attempt [s], within ±25 % of the doubled one."""
        self._failures += 1
        return doubled_s(self._first_s, self._failures, ceiling_s=self._ceiling_s) * (0.75 + 0.5 * self._chance())

    def succeeded(self) -> None:
        """Start again with the first delay."""
        self._failures = 0
