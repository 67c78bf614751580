"""Daily temperatures and degree days of the district's weather station."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial

import numpy as np

from analysis.books import Books
from analysis.calendar_cuts import day_cuts
from analysis.ledger.micro import Floats, Integers
from config.meters.meter import weather_meter_id
from config.minima import MINIMA
from gateway.reading import instant
from gateway.series import Series

HEATING_LIMIT_C = 15.0
ROOM_C = 20.0
LONGEST_GAP_MS = 6 * 3_600_000


@dataclass(frozen=True, slots=True)
class DailyTemperatures:
    """Mean air temperature [°C] of the local days `[start, end)`; None where less than four fifths are known.

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


def weather_meter(books: Books) -> str:
    """Return the id under which the station's readings are stored."""
    return weather_meter_id(books.portfolio.district.weather_station)


def daily_temperatures(books: Books, start: date, end: date) -> DailyTemperatures:
    """Return the daily mean temperatures of the local days `[start, end)`."""
    celsius, known = _read_days(books, start, end)
    values = tuple(None if np.isnan(value) else value for value in celsius.tolist())
    return DailyTemperatures(books.portfolio.district.weather_station, start, end, values, tuple(known.tolist()))


def degree_days(temperatures: DailyTemperatures) -> float:
    """Return the degree days G20/15 [K·d]: the sum of 20 °C − T over the days with a mean T below 15 °C.

    Days without a temperature add nothing, see `coverage`. Source: VDI 2067, DWD product hdd_3807.
    """
    return float(np.nansum(degree_days_of(np.array(temperatures.celsius, np.float64))))


def degree_days_of(celsius: Floats) -> Floats:
    """Return each day's degree days G20/15 [K·d] of its mean temperature [°C]; nan stays nan."""
    return np.where(np.isnan(celsius), np.nan, np.where(celsius < HEATING_LIMIT_C, ROOM_C - celsius, 0.0))


def daily_degree_days(books: Books, start: date, end: date, *, now: datetime) -> Floats:
    """Return the degree days of the local days `[start, end)`, nan where not known; whole years are kept."""
    return degree_days_of(daily_celsius(books, start, end, now=now))


def daily_celsius(books: Books, start: date, end: date, *, now: datetime) -> Floats:
    """Return the mean temperatures [°C] of the local days `[start, end)`, nan where unknown; whole years are kept."""
    years = [_year(books, year, now=now) for year in range(start.year, (end - timedelta(days=1)).year + 1)]
    first = (start - date(start.year, 1, 1)).days
    return np.concatenate([np.empty(0), *years])[first : first + (end - start).days]


def daily_means(series: Series, bounds_ms: Integers) -> tuple[Floats, Floats]:
    """Return the mean [°C] of each slot between `bounds_ms`, and the share of it that is known.

    Between two readings at most six hours apart the temperature is taken as linear (CalTRACK 2.0); longer gaps stay
    gaps. A slot of which less than four fifths are known has no mean (nan): its night or its noon would be missing.
    """
    lengths = np.diff(bounds_ms)
    if len(series) < 2:
        return np.full(len(lengths), np.nan), np.zeros(len(lengths))
    times = np.unique(np.concatenate([series.time_ms, bounds_ms]))
    values = np.interp(times, series.time_ms, series.value)
    spans = np.diff(times)
    interval = np.searchsorted(series.time_ms, times[:-1], side="right")
    inside = (interval > 0) & (interval < len(series))
    gaps = np.diff(series.time_ms, prepend=series.time_ms[0], append=series.time_ms[-1])[interval]
    known = np.where(inside & (gaps <= LONGEST_GAP_MS), spans, 0)
    areas = known * (values[:-1] + values[1:]) / 2
    edges = np.searchsorted(times, bounds_ms)
    known_ms = np.diff(np.concatenate([[0], np.cumsum(known)])[edges])
    area = np.diff(np.concatenate([[0.0], np.cumsum(areas)])[edges])
    share = known_ms / lengths
    return np.where(share >= MINIMA["day_temperature"].whole, area / np.maximum(known_ms, 1), np.nan), share


def _read_days(books: Books, start: date, end: date) -> tuple[Floats, Floats]:
    bounds = day_cuts(start, end, books.zone)
    first, last = instant(int(bounds[0])), instant(int(bounds[-1]))
    series = books.store.read_with_neighbours(weather_meter(books), "air_temperature", first, last)
    return daily_means(series, bounds)


def _year(books: Books, year: int, *, now: datetime) -> Floats:
    cache, station = books.daily_cache, weather_meter(books)
    work = partial(_read_days, books, date(year, 1, 1), date(year + 1, 1, 1))
    kept = work() if cache is None else cache.temperatures.recall(station, year, work, now=now)
    return kept[0]
