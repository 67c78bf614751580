"""What a measured level stands for, at which hour it began, and which single interval leaps."""

from datetime import date
from decimal import Decimal

import numpy as np
import pytest

from analysis.doubts.leaps import leaping_days, leaping_interval
from analysis.doubts.units.change_hours import first_hour
from analysis.doubts.units.known_factors import known_ratios
from config.meters.meter import Dated, GasConversion
from tests.unit.analysis.doubts.years import changed, electricity, gas, number_of, without
from tests.unit.analysis.evidence import meter

HOUR = 3_600_000
ELECTRICITY = meter()
GAS = meter("gas", "natural_gas", quantity="volume", unit="m3")
DECLARED = meter(
    "gas",
    "natural_gas",
    quantity="volume",
    unit="m3",
    gas=(Dated(date(2020, 1, 1), GasConversion(Decimal("0.94"), Decimal("11.4"))),),
)
HEAT = meter("heat", "district_heat", quantity="heat_energy")


@pytest.mark.parametrize(
    ("level", "times", "factor"),
    [
        (9.3, "10", "0.1"),
        (0.104, "10", "10"),
        (870, "1000", "0.001"),
        (0.0012, "1000", "1000"),
        (0.0326, "30", "30"),
        (38, "40", "0.025"),
        (1.2, "1", "1"),
        (0.83, "1", "1"),
    ],
)
def test_level_is_taken_for_the_unit_that_is_near_else_rounded(level: float, times: str, factor: str) -> None:
    ratio = known_ratios(level, ELECTRICITY)[0]
    assert (ratio.times, ratio.factor) == (Decimal(times), Decimal(factor))


def test_gas_that_counts_kilowatt_hours_is_known_by_its_heating_value() -> None:
    assert [ratio.times for ratio in known_ratios(11.2, GAS)] == [Decimal("11.1"), Decimal(10)]
    assert known_ratios(10.8, DECLARED)[0].times == Decimal("10.72")
    assert known_ratios(10.1, DECLARED)[0].times == Decimal(10)


def test_heat_may_count_in_gigajoules() -> None:
    assert known_ratios(1 / 270, HEAT)[0].factor == Decimal("277.8")
    assert known_ratios(1 / 270, ELECTRICITY)[0].factor == Decimal(250)


@pytest.mark.parametrize("hour", [0, 7, 13, 24, 30, 41])
@pytest.mark.parametrize("level", [10, 0.1, 1000])
def test_change_in_the_middle_of_a_day_is_found_to_the_hour(hour: int, level: float) -> None:
    day = np.array([1, 1, 1, 1, 1, 2, 4, 8, 9, 9, 9, 8, 8, 9, 9, 8, 6, 4, 3, 2, 2, 1, 1, 1], np.float64)
    hours = np.tile(day, 9) * np.random.default_rng(1).normal(1, 0.05, 9 * 24)
    hours[7 * 24 + hour :] *= level
    assert first_hour(hours, level) == hour


def test_change_after_a_week_without_readings_begins_at_midnight() -> None:
    hours = np.full(9 * 24, np.nan)
    hours[8 * 24 :] = 5
    assert first_hour(hours, 10) == 24


def test_change_in_hours_without_consumption_begins_at_midnight() -> None:
    assert first_hour(np.zeros(9 * 24), 10) == 24


def leapt(day: str, times: float) -> list[int]:
    there = changed(electricity(), day, times)
    amounts = there.amounts.copy()
    after = int(np.searchsorted(there.numbers, number_of(day))) + 1
    amounts[after:] /= times
    days = type(there)(there.numbers, amounts, there.celsius, there.quiet)
    return leaping_days(days, since=number_of("2023-06-01"), needs_a_year=False)


def test_day_beyond_all_days_before_stands_out() -> None:
    assert leapt("2024-02-06", 5) == [number_of("2024-02-06")]
    assert leapt("2024-02-06", 1) == []


def test_change_of_the_unit_is_no_leap() -> None:
    there = changed(electricity(), "2024-02-06", 10)
    assert leaping_days(there, since=number_of("2023-06-01"), needs_a_year=False) == []


def test_first_winter_of_a_boiler_is_no_leap() -> None:
    young = without(gas(), "0001-01-01", "2022-06-01")
    assert leaping_days(young, since=0, needs_a_year=True) == []


def test_interval_that_leaps_is_named() -> None:
    lengths = np.full(24, HOUR)
    amounts = np.ones(24)
    amounts[7] = 40
    assert leaping_interval(amounts, lengths, 10.0) == 7
    assert leaping_interval(amounts, lengths, 20.0) is None


def test_interval_that_catches_up_after_hours_is_no_leap() -> None:
    lengths = np.array([HOUR, 8 * HOUR, HOUR])
    assert leaping_interval(np.array([5.0, 80.0, 5.0]), lengths, 10.0) is None


def test_nothing_leaps_where_nothing_is_known() -> None:
    assert leaping_interval(np.empty(0), np.empty(0, np.int64), 10.0) is None
    assert leaping_interval(np.array([40.0]), np.array([HOUR]), 0.0) is None
