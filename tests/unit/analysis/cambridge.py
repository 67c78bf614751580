"""Five buildings of the University of Cambridge, hour by hour over four years, read where they lie.

Source: Cambridge Estates Building Energy Archive, DOI 10.5281/zenodo.10955332; weather: Met Office MIDAS Open.
"""

import csv
import gzip
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from analysis.calendar_cuts import days

LONDON = ZoneInfo("Europe/London")
BUILDINGS = ("b4", "b8", "b22", "b24", "b25")
MEDIA = ("electricity", "gas")
# Missing readings of gas were written as 0 upstream: these days are faulty, not days without consumption.
STUCK = {
    ("gas", "b4"): set(days(date(2017, 11, 28), date(2018, 1, 1))),
    ("gas", "b22"): set(days(date(2017, 12, 4), date(2018, 1, 1))),
    ("gas", "b25"): set(days(date(2017, 11, 22), date(2018, 1, 1))),
}


def hours_of(folder: Path, medium: str) -> dict[str, list[tuple[datetime, Decimal]]]:
    """Return begin [UTC] and amount [kWh] of every hour, by building; skips where the file is missing."""
    buildings: dict[str, list[tuple[datetime, Decimal]]] = {building: [] for building in BUILDINGS}
    for hour, row in _rows(folder, medium):
        for building in BUILDINGS:
            buildings[building].append((hour, Decimal(row[building])))
    return buildings


def celsius_of(folder: Path) -> list[tuple[datetime, float]]:
    """Return the air temperature [°C] of every hour."""
    return [(hour, float(row["temp_c"])) for hour, row in _rows(folder, "weather_bedford") if row["temp_c"]]


def _rows(folder: Path, name: str) -> Iterator[tuple[datetime, Mapping[str, str]]]:
    path = folder / "data" / f"cambridge_{name}_2016_2019_hourly.csv.gz"
    if not path.exists():
        pytest.skip(f"no {path.name} in the reference data")
    with gzip.open(path, "rt") as lines:
        for row in csv.DictReader(lines):
            yield datetime.fromisoformat(row["ts"]).replace(tzinfo=UTC), row
