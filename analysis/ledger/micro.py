"""Exact integers in place of floats: millionths of a canonical unit."""

from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]

MICRO = 1_000_000
# 10¹¹ units, which no register reaches. Garbage beyond it must not overflow where readings are subtracted and summed.
_LARGEST = 1e17


def micro_units(values: Floats) -> Integers:
    """Return finite values in millionths of their unit, rounded to the nearest.

    Exact for registers below 2·10⁹ units; values beyond ±10¹¹ units are cut there.
    """
    return np.asarray(np.rint(np.clip(values, -_LARGEST / MICRO, _LARGEST / MICRO) * MICRO), dtype=np.int64)


def micro_of(value: Decimal) -> int:
    """Return a decimal in millionths, rounded half to even."""
    return int((value * MICRO).to_integral_value())
