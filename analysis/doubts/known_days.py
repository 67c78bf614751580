"""The days of a meter that detectors compare: pure."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from analysis.ledger.micro import Floats, Integers

Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class KnownDays:
    """Local days whose amount is known, ascending: `numbers` are proleptic ordinals, `amounts` in any unit.

    `celsius` is the temperature that a day answers to, nan where it is not known or does not matter; `quiet` marks
    days on which the property is not in use (weekend, holidays).
    """

    numbers: Integers
    amounts: Floats
    celsius: Floats
    quiet: Flags

    def __len__(self) -> int:
        return len(self.numbers)

    def since(self, number: int) -> "KnownDays":
        """Return the days from an ordinal on."""
        first = int(np.searchsorted(self.numbers, number))
        return KnownDays(self.numbers[first:], self.amounts[first:], self.celsius[first:], self.quiet[first:])

    def scaled_from(self, index: int, factor: float) -> "KnownDays":
        """Return the days with the amounts from an index on multiplied."""
        amounts = self.amounts.copy()
        amounts[index:] *= factor
        return replace(self, amounts=amounts)
