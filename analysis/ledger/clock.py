"""A device's clock that people put right: from stamps to the time that they should have told, and back. Pure."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.ledger.micro import Integers


@dataclass(frozen=True, slots=True)
class Clock:
    """Shifts in ascending order: stamps from an instant [ms] on are moved by so much [ms]; the newest holds alone."""

    shifts: tuple[tuple[int, int], ...] = ()

    @property
    def later_ms(self) -> int:
        """By how much a stamp is moved on at most."""
        return max(0, *self._by)

    @property
    def earlier_ms(self) -> int:
        """By how much a stamp is moved back at most, told as a positive number."""
        return -min(0, *self._by)

    def right(self, stamps_ms: Integers) -> Integers:
        """Return the time that stamps should have told."""
        found = stamps_ms
        for from_ms, by_ms in self.shifts:
            found = np.where(stamps_ms >= from_ms, stamps_ms + by_ms, found)
        return found

    def rising(self, right_ms: Integers) -> NDArray[np.bool_]:
        """Tell which readings count, by the right time of ascending stamps.

        Where a clock is put right by moving it back, the hour that comes twice is told by the clock that is right.
        """
        if not len(right_ms):
            return np.ones(0, np.bool_)
        later = np.minimum.accumulate(right_ms[::-1])[::-1]
        return np.append(right_ms[:-1] < later[1:], True)

    def stamps(self, first_ms: int, last_ms: int) -> tuple[int, int]:
        """Return the span of stamps that tells everything about the right time `[first, last)`."""
        return first_ms - self.later_ms, last_ms + self.earlier_ms

    def rivals_ms(self, stamp_ms: int) -> int:
        """Return up to where [ms] stamps may tell a time that is not later than the one of a stamp before them."""
        return stamp_ms + self.later_ms + self.earlier_ms

    def touches(self, first_ms: int, last_ms: int) -> tuple[int, int]:
        """Return the right time that readings with stamps of `[first, last)` can change."""
        return first_ms - self.earlier_ms, last_ms + self.later_ms

    @property
    def _by(self) -> tuple[int, ...]:
        return (0, *(by_ms for _, by_ms in self.shifts))
