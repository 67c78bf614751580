"""Daily temperatures and degree days of the district's weather station."""

from dataclasses import dataclass
from datetime import date

from analysis.books import Books


@dataclass(frozen=True, slots=True)
class DailyTemperatures:
    """Mean air temperature [°C] of the local days `[start, end)`; None where less than the needed part is known.

    `known` holds for each day the share of its time that is known, 0..1.
    """

    station: str
    start: date
    end: date
    celsius: tuple[float | None, ...]
    known: tuple[float, ...]

    @property
    def coverage(self) -> float:
        """Share of the days that have a temperature, 0..1."""
        return sum(value is not None for value in self.celsius) / len(self.celsius) if self.celsius else 0.0


def daily_temperatures(books: Books, start: date, end: date) -> DailyTemperatures:
    """Return the daily mean temperatures of the local days `[start, end)`."""
    raise NotImplementedError


def degree_days(temperatures: DailyTemperatures) -> float:
    """Return the degree days G20/15 [K·d]; days without a temperature add nothing, see `coverage`."""
    raise NotImplementedError
