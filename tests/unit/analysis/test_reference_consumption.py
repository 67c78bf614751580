"""Real buildings: what went into a counter comes out of the ledger, day by day, to the last digit."""

import csv
import gzip
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import accumulate, pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from analysis.calendar_cuts import day_cuts
from analysis.ledger.amounts import cut_amounts
from analysis.ledger.conversion import ALWAYS_MS, FOR_EVER_MS, Conversion
from analysis.ledger.counter import book_counter
from analysis.ledger.micro import micro_units
from analysis.ledger.rules import rules_of
from gateway.reading import milliseconds
from tests.unit.analysis.evidence import meter

LONDON = ZoneInfo("Europe/London")
ONE = (Conversion(ALWAYS_MS, FOR_EVER_MS, Decimal(1)),)
BUILDINGS = ("b4", "b8", "b22", "b24", "b25")


def _hours(folder: Path, medium: str) -> dict[str, list[tuple[datetime, Decimal]]]:
    path = folder / "data" / f"cambridge_{medium}_2016_2019_hourly.csv.gz"
    if not path.exists():
        pytest.skip(f"no {path.name} in the reference data")
    buildings: dict[str, list[tuple[datetime, Decimal]]] = {building: [] for building in BUILDINGS}
    with gzip.open(path, "rt") as lines:
        for row in csv.DictReader(lines):
            hour = datetime.fromisoformat(row["ts"]).replace(tzinfo=UTC)
            for building in BUILDINGS:
                buildings[building].append((hour, Decimal(row[building])))
    return buildings


@pytest.mark.parametrize("medium", ["electricity", "gas"])
def test_every_local_day_of_four_years_equals_what_went_in(reference_data: Path, medium: str) -> None:
    bounds = day_cuts(date(2016, 1, 1), date(2020, 1, 1), LONDON)
    for building, hours in _hours(reference_data, medium).items():
        expected: dict[date, Decimal] = defaultdict(Decimal)
        for hour, amount in hours:
            expected[hour.astimezone(LONDON).date()] += amount
        counter = [Decimal("1234.5"), *accumulate((amount for _, amount in hours), initial=Decimal("1234.5"))][1:]
        times = [milliseconds(hours[0][0]) + number * 3_600_000 for number in range(len(counter))]
        line = book_counter(
            np.array(times), micro_units(np.array([float(value) for value in counter])), rules_of(meter())
        ).line
        days = cut_amounts(line, bounds, ONE).decimals()
        wanted = [expected[date(2016, 1, 1) + timedelta(days=number)] for number in range(len(days))]
        assert days == wanted, f"{medium} of {building}"
        assert cut_amounts(line, bounds[[0, -1]], ONE).total() == sum(amount for _, amount in hours)


def test_register_of_five_digits_wraps_and_every_day_stays_exact(reference_data: Path) -> None:
    hours = _hours(reference_data, "electricity")["b25"]
    wrap = 100_000
    readings = [total % wrap for total in accumulate(amount for _, amount in hours)]
    times = np.array([milliseconds(hour) for hour, _ in hours])
    booked = book_counter(
        times, micro_units(np.array([float(value) for value in readings])), rules_of(meter(digits=5, decimals=1))
    )
    wraps = sum(later < earlier for earlier, later in pairwise(readings))
    assert wraps > 10
    assert [notice.kind for notice in booked.notices] == ["rollover"] * wraps
    assert cut_amounts(booked.line, times[[0, -1]], ONE).total() == sum(amount for _, amount in hours[1:])
    noon = int(np.searchsorted(times, milliseconds(datetime(2018, 7, 1, 12, tzinfo=UTC))))
    day = cut_amounts(booked.line, times[[noon, noon + 24]], ONE).total()
    assert day == sum(amount for _, amount in hours[noon + 1 : noon + 25])
