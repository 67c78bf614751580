"""Real buildings: what went into a counter comes out of the ledger, day by day, to the last digit."""

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import accumulate, pairwise
from pathlib import Path

import numpy as np
import pytest

from analysis.calendar_cuts import day_cuts
from analysis.figures import How
from analysis.ledger.amounts import cut_amounts
from analysis.ledger.conversion import ALWAYS_MS, FOR_EVER_MS, Conversion
from analysis.ledger.counter import book_counter
from analysis.ledger.line import Row
from analysis.ledger.micro import micro_units
from analysis.ledger.readings import measured
from analysis.ledger.rules import rules_of
from gateway.reading import milliseconds
from tests.unit.analysis.cambridge import LONDON, STUCK, hours_of
from tests.unit.analysis.evidence import meter

ONE = (Conversion(ALWAYS_MS, FOR_EVER_MS, Decimal(1)),)
FIRST = date(2016, 1, 1)
METERS = {"electricity": meter(), "gas": meter("gas", "natural_gas", quantity="volume", unit="m3")}


@pytest.mark.parametrize("medium", ["electricity", "gas"])
def test_every_local_day_of_four_years_equals_what_went_in(reference_data: Path, medium: str) -> None:
    bounds = day_cuts(FIRST, date(2020, 1, 1), LONDON)
    for building, hours in hours_of(reference_data, medium).items():
        expected: dict[date, Decimal] = defaultdict(Decimal)
        for hour, amount in hours:
            expected[hour.astimezone(LONDON).date()] += amount
        counter = [Decimal("1234.5"), *accumulate((amount for _, amount in hours), initial=Decimal("1234.5"))][1:]
        times = [milliseconds(hours[0][0]) + number * 3_600_000 for number in range(len(counter))]
        shown = measured(np.array(times), micro_units(np.array([float(value) for value in counter])))
        line = book_counter(shown, rules_of(METERS[medium])).line
        amounts = cut_amounts(line, bounds, ONE)
        faulty = np.flatnonzero(amounts.spans_ms[Row.FAULTY] == amounts.lengths_ms).tolist()
        wanted = [expected[FIRST + timedelta(days=number)] for number in range(len(bounds) - 1)]
        assert [wanted[number] for number in faulty] == [0] * len(faulty)
        assert {FIRST + timedelta(days=number) for number in faulty} <= STUCK.get((medium, building), set())
        assert amounts.decimals() == [None if number in faulty else one for number, one in enumerate(wanted)]
        assert cut_amounts(line, bounds[[0, -1]], ONE).total() == sum(amount for _, amount in hours)


@pytest.mark.parametrize("building", ["b4", "b22", "b25"])
def test_gas_that_was_written_as_zero_in_a_winter_month_is_faulty_and_not_zero(
    reference_data: Path, building: str
) -> None:
    hours = hours_of(reference_data, "gas")[building]
    counter = accumulate((amount for _, amount in hours))
    times = np.array([milliseconds(hour) for hour, _ in hours]) + 3_600_000
    shown = measured(times, micro_units(np.array([float(value) for value in counter])))
    booked = book_counter(shown, rules_of(METERS["gas"]))
    december = cut_amounts(booked.line, day_cuts(date(2017, 12, 5), date(2017, 12, 31), LONDON), ONE)
    assert set(december.hows()) == {How.FAULTY}
    assert december.total() is None
    assert [notice.kind for notice in booked.notices] == ["stuck"]


def test_register_of_five_digits_wraps_and_every_day_stays_exact(reference_data: Path) -> None:
    hours = hours_of(reference_data, "electricity")["b25"]
    wrap = 100_000
    readings = [total % wrap for total in accumulate(amount for _, amount in hours)]
    times = np.array([milliseconds(hour) for hour, _ in hours])
    shown = measured(times, micro_units(np.array([float(value) for value in readings])))
    booked = book_counter(shown, rules_of(meter(digits=5, decimals=1)))
    wraps = sum(later < earlier for earlier, later in pairwise(readings))
    assert wraps > 10
    assert [notice.kind for notice in booked.notices] == ["rollover"] * wraps
    assert cut_amounts(booked.line, times[[0, -1]], ONE).total() == sum(amount for _, amount in hours[1:])
    noon = int(np.searchsorted(times, milliseconds(datetime(2018, 7, 1, 12, tzinfo=UTC))))
    day = cut_amounts(booked.line, times[[noon, noon + 24]], ONE).total()
    assert day == sum(amount for _, amount in hours[noon + 1 : noon + 25])
