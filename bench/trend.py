"""Whether a figure that was sampled for a while stays where it is."""

import statistics
from collections.abc import Sequence
from itertools import combinations


def slope_per_hour(at_s: Sequence[float], values: Sequence[float]) -> float:
    """Return the slope of a robust line [unit of the values per hour]: the median of all pairs' slopes.

    Theil–Sen: up to 29 % of the samples may be anything. Source: P. K. Sen, JASA 63 (1968), 1379–1389.
    """
    pairs = combinations(zip(at_s, values, strict=True), 2)
    return 3600 * statistics.median((later - value) / (to_s - from_s) for (from_s, value), (to_s, later) in pairs)


def last_quarter_against_second(values: Sequence[float]) -> float:
    """Return the ratio of the medians of the last and the second quarter; the first one is the warm-up."""
    quarter = len(values) // 4
    return statistics.median(values[-quarter:]) / statistics.median(values[quarter : 2 * quarter])


def spread(values: Sequence[float]) -> float:
    """Return the largest value less the smallest."""
    return max(values) - min(values)
