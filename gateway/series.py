"""Readings of one meter and quantity as columns: how a store gives them back."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gateway.reading import Reading


@dataclass(frozen=True, slots=True)
class Series:
    """Readings of one meter and quantity in ascending time: `time_ms` int64, `value` float64, of equal length."""

    time_ms: NDArray[np.int64]
    value: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.time_ms)


def series_of(readings: Sequence[Reading]) -> Series:
    """Make a series of the readings of one meter and quantity; sorts by time."""
    ordered = sorted(readings, key=lambda reading: reading.time_ms)
    return Series(
        np.fromiter((reading.time_ms for reading in ordered), np.int64, len(ordered)),
        np.fromiter((reading.value for reading in ordered), np.float64, len(ordered)),
    )
