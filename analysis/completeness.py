"""How much of a time span the meters cover."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from analysis.books import Books
from analysis.known_amounts import quality
from analysis.meter_amounts import daily_amounts
from config.meters import Meter


@dataclass(frozen=True, slots=True)
class MeterCompleteness:
    """Share of the span between readings no further apart than the gap limit (0..1), in all and by day.

    `quality` maps `How` values to shares of the span, `newest` is the newest reading of all.
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
    """Return what is covered of the local days `[start, end)` that are over at `now`.

    Virtual meters do not count. A property without a meter is in `properties` with 0.
    """
    over = max(start, min(end, now.astimezone(books.zone).date()))
    newest = {key: reading.time for key, reading in books.store.newest().items()}
    meters = tuple(
        _of_meter(books, meter, start, over, newest.get((meter.id, meter.quantity)), now)
        for meter in books.portfolio.meters.values()
        if not meter.is_virtual
    )
    properties = {
        place.id: _mean([entry.coverage for entry in meters if entry.property_id == place.id])
        for place in books.portfolio.properties
    }
    return Completeness(start, over, meters, properties, _mean([entry.coverage for entry in meters]))


def _of_meter(
    books: Books, meter: Meter, start: date, end: date, newest: datetime | None, now: datetime
) -> MeterCompleteness:
    if end <= start:
        return MeterCompleteness(meter.id, meter.property_id, 0.0, {}, (), newest)
    amounts = daily_amounts(books, meter, start, end, now=now)
    covered = amounts.coverage()
    whole = float((covered * amounts.lengths_ms).sum() / amounts.lengths_ms.sum())
    return MeterCompleteness(meter.id, meter.property_id, whole, quality([amounts]), tuple(covered.tolist()), newest)


def _mean(values: list[float]) -> float:
    return sum(values) / len(values) if values else 0.0
