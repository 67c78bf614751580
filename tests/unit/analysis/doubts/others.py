"""Two American meters of the nmecr package (kW Engineering), read where they lie."""

import csv
import gzip
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path

import holidays
import numpy as np
import pytest

from analysis.doubts.clocks.clock_shifts import HOURS, DayProfiles
from analysis.doubts.known_days import KnownDays

_FREE = holidays.country_holidays("US", years=range(2011, 2020))


def commercial_days(folder: Path) -> KnownDays:
    """Three years of a commercial building, a measure among them."""
    rows = [row for row in _rows(folder, "commercial_daily_2012_2015") if row["kwh"] and row["temp_f"]]
    dates = [date.fromisoformat(row["date"]) for row in rows]
    return KnownDays(
        np.array([day.toordinal() for day in dates]),
        np.array([float(row["kwh"]) for row in rows]),
        np.array([(float(row["temp_f"]) - 32) / 1.8 for row in rows]),
        np.array([_is_quiet(day) for day in dates], np.bool_),
    )


def school_profiles(folder: Path) -> DayProfiles:
    """The open days of a school's year, by the clock on its wall."""
    days: dict[date, list[float]] = defaultdict(list)
    for row in _rows(folder, "school_hourly_2018"):
        if row["kwh"]:
            days[datetime.fromisoformat(row["ts"]).date()].append(float(row["kwh"]))
    chosen = [day for day in sorted(days) if len(days[day]) == HOURS and not _is_quiet(day)]
    return DayProfiles(np.array([day.toordinal() for day in chosen]), np.array([days[day] for day in chosen]))


def _is_quiet(day: date) -> bool:
    return day.weekday() >= 5 or day in _FREE


def _rows(folder: Path, name: str) -> Iterator[Mapping[str, str]]:
    path = folder / "data" / f"nmecr_{name}.csv.gz"
    if not path.exists():
        pytest.skip(f"no {path.name} in the reference data")
    with gzip.open(path, "rt") as lines:
        yield from csv.DictReader(lines)
