"""The days that a meter should know by now."""

from datetime import timedelta

import pytest

from analysis.books import Books
from analysis.known_amounts import coverage
from analysis.ledger.amounts import Amounts
from analysis.meters.due_days import past_days
from config.meters.meter import ByHandSource, Reporting
from tests.unit.analysis.evidence import books, counter, meter, place, utc

MONTH = timedelta(days=30)
READ = utc(2025, 3, 1)


def read_monthly() -> Books:
    there, store = books(place(meter(source=ByHandSource(MONTH), reporting=Reporting.BY_HAND)), zone="UTC")
    store.put("strom", "active_energy_import", counter(READ - 6 * MONTH, MONTH, [100] * 6))
    return there


def looked_back(there: Books, late: int) -> Amounts:
    now = READ + timedelta(days=late)
    return past_days(there, there.portfolio.meter("strom"), READ, MONTH, now=now)


@pytest.mark.parametrize(("late", "days"), [(0, 60), (20, 40), (44, 16)])
def test_until_the_next_reading_is_late_a_monthly_meter_is_known_up_to_its_last(late: int, days: int) -> None:
    found = looked_back(read_monthly(), late)
    assert (len(found.lengths_ms), coverage([found])) == (days, 1)


def test_once_the_next_reading_is_late_the_days_since_the_last_are_missing() -> None:
    found = looked_back(read_monthly(), 46)
    assert len(found.lengths_ms) == 60
    assert coverage([found]) == pytest.approx(14 / 60)


def test_a_meter_that_speaks_by_itself_should_know_every_day() -> None:
    there, store = books(place(meter()), zone="UTC")
    store.put("strom", "active_energy_import", counter(READ - MONTH, timedelta(hours=1), [1] * 24 * 30))
    assert len(looked_back(there, 10).lengths_ms) == 30
    assert coverage([looked_back(there, 10)]) == pytest.approx(20 / 30)


def test_a_meter_that_was_never_read_should_know_every_day() -> None:
    there = read_monthly()
    found = past_days(there, there.portfolio.meter("strom"), None, MONTH, now=READ - 12 * MONTH)
    assert (len(found.lengths_ms), coverage([found])) == (60, 0)
