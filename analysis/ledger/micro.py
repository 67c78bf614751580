"""Exact integers in place of floats: millionths of a canonical unit."""

from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]

MICRO = 1_000_000


def micro_units(values: Floats) -> Integers:
    """Return values in millionths of their unit, rounded to the nearest; exact for registers below 2·10⁹ units."""
    return np.asarray(np.rint(values * MICRO), dtype=np.int64)


def micro_of(value: Decimal) -> int:
    """Return a decimal in millionths, rounded half to even."""
    return int((value * MICRO).to_integral_value())
