"""Key figures of a property and a year."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from analysis.books import Books
from analysis.figures import Figure


class Rating(StrEnum):
    """Where a key figure stands against its benchmark."""

    TARGET = "target"  # at or below the target value
    BELOW_MEAN = "below_mean"
    ABOVE_MEAN = "above_mean"
    FAR_ABOVE_MEAN = "far_above_mean"  # more than 1.5 × the mean


@dataclass(frozen=True, slots=True)
class BenchmarkComparison:
    """A key figure beside the mean and target of its category; `rating` None while the year is not whole."""

    figure: str
    value: float | None
    mean: float
    target: float
    unit: str
    rating: Rating | None
    source: str
    verified: bool


@dataclass(frozen=True, slots=True)
class PropertyKpis:
    """Figures by name, and the benchmark comparison by the name of the figure that it belongs to."""

    property_id: str
    year: int
    figures: dict[str, Figure]
    benchmarks: Mapping[str, BenchmarkComparison]


def property_kpis(books: Books, property_id: str, year: int, *, now: datetime) -> PropertyKpis:
    """Return the key figures of a property; raises `NotFound`."""
    raise NotImplementedError
