"""A year of a property as far as it has passed: the daily amounts of its main meters."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from analysis.books import Books
from analysis.ledger.amounts import Amounts
from analysis.meters.meter_amounts import daily_amounts
from analysis.property_meters import ELECTRICITY, HEAT, PV, WATER, main_meters
from config.meters.meter import Meter
from config.portfolio.properties import Property


@dataclass(frozen=True, slots=True)
class MeterYear:
    """The daily amounts of one meter."""

    meter: Meter
    daily: Amounts


@dataclass(frozen=True, slots=True)
class PropertyYear:
    """Local days `[start, end)` of a year; `whole` once the year is over. The running day is left out."""

    place: Property
    start: date
    end: date
    whole: bool
    meters: tuple[MeterYear, ...]

    def of(self, media: Iterable[str]) -> tuple[MeterYear, ...]:
        """Return the meters of some media."""
        wanted = frozenset(media)
        return tuple(one for one in self.meters if one.meter.medium_id in wanted)


def property_year(books: Books, place: Property, year: int, *, now: datetime) -> PropertyYear:
    """Read the year of a property up to the end of the day before `now`."""
    start, after = date(year, 1, 1), date(year + 1, 1, 1)
    end = max(start, min(after, now.astimezone(books.zone).date()))
    chosen = [meter for media in (ELECTRICITY, HEAT, WATER, PV) for meter in main_meters(place, media)]
    meters = tuple(
        MeterYear(meter, daily_amounts(books, meter, start, after, now=now).part(0, (end - start).days))
        for meter in chosen
    )
    return PropertyYear(place, start, end, end == after, meters)
