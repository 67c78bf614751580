"""A property's key figures beside the benchmark of its category."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from analysis.figures import Figure
from config.benchmarks import Benchmark, benchmark
from config.portfolio.properties import Property

_FIGURES = {"heat_kwh_m2": "heat", "electricity_kwh_m2": "electricity", "water_m3_m2": "water"}


class Rating(StrEnum):
    """Where a key figure stands against its benchmark."""

    TARGET = "target"  # at or below the target value
    BELOW_MEAN = "below_mean"
    ABOVE_MEAN = "above_mean"
    FAR_ABOVE_MEAN = "far_above_mean"  # more than 1.5 × the mean


@dataclass(frozen=True, slots=True)
class BenchmarkComparison:
    """A key figure beside mean and target of its category; `target` None where the set has none.

    `rating` is None without a value, and while the year is not whole: part of a year always looks good.
    """

    figure: str
    value: float | None
    mean: float
    target: float | None
    unit: str
    rating: Rating | None
    source: str
    verified: bool


def comparisons(
    place: Property, figures: Mapping[str, Figure], *, whole_year: bool
) -> dict[str, BenchmarkComparison]:
    """Return the comparisons that the benchmark sets allow, by the name of the figure."""
    area = "water_surface" if place.category == "hallenbad" else "net_floor"
    found = {name: benchmark(place.category, group) for name, group in _FIGURES.items()}
    return {
        name: _comparison(name, figures[name].value, entry, whole_year=whole_year)
        for name, entry in found.items()
        if entry is not None and entry.per == area
    }


def _comparison(name: str, value: float | None, entry: Benchmark, *, whole_year: bool) -> BenchmarkComparison:
    rating = rate(value, entry) if value is not None and whole_year else None
    return BenchmarkComparison(
        name, value, entry.mean, entry.target, entry.unit, rating, entry.source, entry.verified
    )


def rate(value: float, entry: Benchmark) -> Rating:
    """Rate a year's value: up to the target, up to the mean, up to 1.5 × the mean, above."""
    if entry.target is not None and value <= entry.target:
        return Rating.TARGET
    if value <= entry.mean:
        return Rating.BELOW_MEAN
    return Rating.ABOVE_MEAN if value <= 1.5 * entry.mean else Rating.FAR_ABOVE_MEAN
