"""Years of days and hours as a school would show them, made up but repeatable."""

from dataclasses import replace
from datetime import date

import numpy as np

from analysis.doubts.clocks.clock_shifts import HOURS, DayProfiles
from analysis.doubts.known_days import KnownDays
from analysis.ledger.micro import Floats

FIRST = date(2022, 1, 1).toordinal()
YEARS = 3 * 365
SUMMER_HOLIDAYS = range(205, 247)


def _numbers(count: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.arange(FIRST, FIRST + count)


def _celsius(count: int, rng: np.random.Generator) -> Floats:
    season = 10 - 9 * np.cos(2 * np.pi * (np.arange(count) - 20) / 365)
    weather = np.convolve(rng.normal(0, 4, count + 4), np.full(5, 0.45), mode="valid")
    return season + weather


def _quiet(count: int) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    weekends = (_numbers(count) - 1) % 7 >= 5
    return weekends | np.isin(np.arange(count) % 365, list(SUMMER_HOLIDAYS))


def electricity(count: int = YEARS, *, seed: int = 1) -> KnownDays:
    """About 200 kWh on open days and 70 on others, less in summer; the weather does not matter."""
    rng = np.random.default_rng(seed)
    light = 1 + 0.15 * np.cos(2 * np.pi * np.arange(count) / 365)
    amounts = np.where(_quiet(count), 70, 200) * light * rng.normal(1, 0.1, count).clip(0.6)
    return KnownDays(_numbers(count), amounts, np.full(count, np.nan), _quiet(count))


def gas(count: int = YEARS, *, seed: int = 1, weather: bool = True) -> KnownDays:
    """Heat below 15 °C, a little hot water on open days, nothing in the summer holidays."""
    rng = np.random.default_rng(seed)
    celsius, quiet = _celsius(count, rng), _quiet(count)
    heat = 12 * np.maximum(15 - celsius, 0) * np.where(quiet, 0.8, 1) * rng.normal(1, 0.12, count).clip(0.5)
    amounts = heat + np.where(quiet, 0, 8)
    return KnownDays(_numbers(count), amounts, celsius if weather else np.full(count, np.nan), quiet)


def water(count: int = YEARS, *, seed: int = 1) -> KnownDays:
    """Three cubic metres on open days, next to nothing when nobody is there: six weeks on end in summer."""
    rng = np.random.default_rng(seed)
    amounts = np.where(_quiet(count), 0.1, 3.0) * rng.normal(1, 0.15, count).clip(0.5)
    return KnownDays(_numbers(count), amounts, np.full(count, np.nan), _quiet(count))


def number_of(day: str) -> int:
    """Return the ordinal of a day."""
    return date.fromisoformat(day).toordinal()


def changed(days: KnownDays, day: str, level: float) -> KnownDays:
    """Return the days with the amounts from a day on multiplied."""
    return days.scaled_from(int(np.searchsorted(days.numbers, number_of(day))), level)


def without(days: KnownDays, first: str, last: str) -> KnownDays:
    """Return the days without those of `[first, last)`."""
    keep = (days.numbers < number_of(first)) | (days.numbers >= number_of(last))
    return replace(
        days,
        numbers=days.numbers[keep],
        amounts=days.amounts[keep],
        celsius=days.celsius[keep],
        quiet=days.quiet[keep],
    )


def profiles(count: int = 60, *, seed: int = 1, flat: bool = False) -> DayProfiles:
    """Open days of a school that wakes at seven and goes at four; `flat`: of a pump that runs day and night."""
    rng = np.random.default_rng(seed)
    hours = np.arange(HOURS)
    shape = 2 + (np.zeros(HOURS) if flat else 8 * ((hours >= 7) & (hours < 16)) + 3 * (hours == 6))
    amounts = shape * rng.normal(1, 0.08, (count, HOURS))
    numbers = np.array([day for day in range(FIRST, FIRST + 2 * count) if (day - 1) % 7 < 5][:count])
    return DayProfiles(numbers, amounts)


def moved(days: DayProfiles, index: int, hours: int) -> DayProfiles:
    """Return the days with those from an index on so many hours later."""
    amounts = days.hours.copy()
    amounts[index:] = np.roll(amounts[index:].ravel(), hours).reshape(-1, HOURS)
    return DayProfiles(days.numbers, amounts)
