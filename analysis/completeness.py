"""How much of a time span the meters cover."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from analysis.books import Books


@dataclass(frozen=True, slots=True)
class MeterCompleteness:
    """Share of the span that is covered (0..1), by day and in all, and the newest reading.

    `quality` maps `How` values to shares of the span.
    """

    meter: str
    property_id: str
    coverage: float
    quality: Mapping[str, float]
    daily: tuple[float, ...]
    newest: datetime | None


@dataclass(frozen=True, slots=True)
class Completeness:
    """Local days `[start, end)`; `properties` holds the mean over each property's meters, `coverage` over all."""

    start: date
    end: date
    meters: tuple[MeterCompleteness, ...]
    properties: Mapping[str, float]
    coverage: float


def completeness(books: Books, start: date, end: date, *, now: datetime) -> Completeness:
    """Return what is covered of the local days `[start, end)`, as far as they have passed at `now`."""
    raise NotImplementedError
