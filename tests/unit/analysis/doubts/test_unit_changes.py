"""When a register suddenly counts in another unit, and when it only seems so."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.doubts.known_days import KnownDays
from analysis.doubts.units.pace import Pace
from analysis.doubts.units.unit_changes import unit_changes
from tests.unit.analysis.doubts.years import changed, electricity, gas, number_of, water, without

A_YEAR = Pace(least=5.0, needs_a_year=True)
# Three years take some 25 ms to look at: few examples, of four media.
MEDIA = [(electricity, Pace()), (gas, Pace()), (water, Pace()), (lambda: gas(weather=False), A_YEAR)]
NAMES = ["electricity", "gas", "water", "gas without weather"]
Years = Callable[[], KnownDays]


@pytest.mark.parametrize(("years", "pace"), MEDIA, ids=NAMES)
@pytest.mark.parametrize("level", [10, 1000, 11.1, 277.8, 0.1, 1 / 30, 0.001])
def test_changed_unit_is_found_on_its_day_with_its_size(years: Years, pace: Pace, level: float) -> None:
    (found,) = unit_changes(changed(years(), "2024-02-06", level), pace=pace)
    assert found.number == number_of("2024-02-06")
    assert found.level == pytest.approx(level, rel=0.25)


@pytest.mark.parametrize(("years", "pace"), MEDIA, ids=NAMES)
def test_weather_weekends_holidays_and_seasons_are_no_change(years: Years, pace: Pace) -> None:
    assert unit_changes(years(), pace=pace) == ()


@pytest.mark.parametrize(("years", "pace"), MEDIA, ids=NAMES)
@settings(max_examples=10, deadline=None)
@given(scale=st.floats(1e-6, 1e6))
def test_what_is_always_in_another_unit_is_no_change(years: Years, pace: Pace, scale: float) -> None:
    assert unit_changes(years().scaled_from(0, scale), pace=pace) == ()


@pytest.mark.parametrize(("years", "pace"), MEDIA, ids=NAMES)
@settings(max_examples=10, deadline=None)
@given(days=st.integers(-2000, 2000))
def test_the_same_years_at_another_time_are_no_change(years: Years, pace: Pace, days: int) -> None:
    there = years()
    later = KnownDays(there.numbers + 7 * days, there.amounts, there.celsius, there.quiet)
    assert unit_changes(later, pace=pace) == ()


@settings(max_examples=20, deadline=None)
@given(level=st.floats(6, 2000), begin=st.integers(500, 900), is_more=st.booleans())
def test_what_is_found_does_not_depend_on_the_size_of_amounts(level: float, begin: int, is_more: bool) -> None:
    there = electricity().scaled_from(begin, level if is_more else 1 / level)
    (one,), (other,) = unit_changes(there), unit_changes(there.scaled_from(0, 1 / 1024))
    assert one == other
    assert one.number == there.numbers[begin]


def test_a_return_is_a_change_to_what_was_usual() -> None:
    there = changed(changed(electricity(), "2024-02-06", 10), "2024-03-19", 0.1)
    away, back = unit_changes(there)
    assert (away.number, back.number) == (number_of("2024-02-06"), number_of("2024-03-19"))
    assert (away.level, back.level) == pytest.approx((10, 1), rel=0.15)


def test_a_week_is_not_enough_and_eight_days_are() -> None:
    there = changed(electricity(), "2024-02-06", 10)
    assert unit_changes(until(there, "2024-02-13")) == ()
    assert len(unit_changes(until(there, "2024-02-14"))) == 1


def test_a_holiday_of_ten_days_that_was_never_seen_is_over_before_it_is_a_change() -> None:
    there = changed(changed(electricity(), "2024-02-06", 0.2), "2024-02-16", 5)
    assert unit_changes(there) == ()


def test_a_meter_that_stands_still_is_another_matter() -> None:
    assert unit_changes(changed(electricity(), "2024-02-06", 0)) == ()


def test_a_building_that_saves_half_is_no_change() -> None:
    assert unit_changes(changed(electricity(), "2024-02-06", 0.5)) == ()


def test_a_meter_of_eight_weeks_is_judged_only_by_what_is_far_beyond() -> None:
    young = electricity(90)
    assert unit_changes(changed(young, "2022-03-10", 5)) == ()
    assert len(unit_changes(changed(young, "2022-03-10", 11.1))) == 1
    assert unit_changes(changed(young, "2022-02-10", 11.1)) == ()


def test_boiler_that_starts_in_its_first_autumn_is_no_change() -> None:
    assert unit_changes(since(gas(), "2022-06-01")) == ()
    assert unit_changes(since(gas(weather=False), "2022-06-01"), pace=A_YEAR) == ()


def test_change_while_the_boiler_rests_is_found_when_it_counts_again() -> None:
    (found,) = unit_changes(changed(gas(), "2024-07-25", 0.1))
    assert number_of("2024-07-25") <= found.number <= number_of("2024-10-01")
    assert found.level == pytest.approx(0.1, rel=0.25)


def test_change_behind_weeks_without_readings_begins_where_they_end() -> None:
    (found,) = unit_changes(without(changed(gas(), "2024-01-01", 1 / 30), "2023-11-22", "2024-01-01"))
    assert found.number == number_of("2024-01-01")


def test_only_what_shows_since_a_day_is_given() -> None:
    there = changed(electricity(), "2024-02-06", 10)
    assert len(unit_changes(there, since=number_of("2024-02-06"))) == 1
    assert unit_changes(there, since=number_of("2024-06-01")) == ()


def test_what_is_read_by_hand_takes_two_readings() -> None:
    patient = Pace(days=62, within_days=114)
    there = changed(electricity(), "2024-02-06", 10)
    assert unit_changes(until(there, "2024-03-20"), pace=patient) == ()
    assert len(unit_changes(until(there, "2024-04-20"), pace=patient)) == 1


@given(amounts=st.lists(st.floats(0, 1e6, allow_nan=False), min_size=0, max_size=120))
def test_any_amounts_can_be_looked_at(amounts: list[float]) -> None:
    count = len(amounts)
    there = KnownDays(np.arange(count) + 738000, np.array(amounts), np.full(count, np.nan), np.zeros(count, np.bool_))
    for found in unit_changes(there):
        assert found.number in there.numbers
        assert found.level > 0


def until(days: KnownDays, day: str) -> KnownDays:
    return without(days, day, "9999-01-01")


def since(days: KnownDays, day: str) -> KnownDays:
    return without(days, "0001-01-01", day)
