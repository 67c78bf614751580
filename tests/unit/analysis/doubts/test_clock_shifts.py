"""When a meter's days run at other hours than before."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.doubts.clocks.clock_shifts import DAYS, HOURS, DayProfiles, clock_shifts
from tests.unit.analysis.doubts.years import moved, profiles


@pytest.mark.parametrize("hours", [-2, -1, 1, 2])
@pytest.mark.parametrize("index", [DAYS, 23, 50])
def test_moved_days_are_found_with_the_first_of_them(hours: int, index: int) -> None:
    there = profiles()
    (found,) = clock_shifts(moved(there, index, hours))
    assert (found.number, found.hours) == (there.numbers[index], hours)
    assert found.agreeing == DAYS


def test_a_return_is_a_shift_the_other_way() -> None:
    there = profiles()
    away, back = clock_shifts(moved(moved(there, 20, 1), 40, -1))
    assert (away.hours, back.hours) == (1, -1)
    assert (away.number, back.number) == (there.numbers[20], there.numbers[40])


def test_fewer_than_ten_open_days_on_either_side_say_nothing() -> None:
    assert clock_shifts(moved(profiles(), DAYS - 3, 1)) == ()
    assert clock_shifts(first(moved(profiles(), 20, 1), 20 + DAYS - 3)) == ()


def test_ten_days_are_enough() -> None:
    assert len(clock_shifts(first(moved(profiles(), 20, 1), 20 + DAYS))) == 1


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_flat_profiles_never_fire(seed: int) -> None:
    assert clock_shifts(profiles(seed=seed, flat=True)) == ()
    assert clock_shifts(moved(profiles(seed=seed, flat=True), 30, 1)) == ()


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), scale=st.floats(1e-3, 1e6), hours=st.integers(-3, 3))
def test_days_that_all_run_alike_never_fire(seed: int, scale: float, hours: int) -> None:
    there = moved(profiles(seed=seed), 0, hours)
    assert clock_shifts(DayProfiles(there.numbers, there.hours * scale)) == ()


def test_days_of_twice_the_consumption_are_not_moved() -> None:
    there = profiles()
    amounts = there.hours.copy()
    amounts[30:] *= 2
    assert clock_shifts(DayProfiles(there.numbers, amounts)) == ()


def test_three_odd_days_are_no_clock() -> None:
    assert clock_shifts(moved(moved(profiles(), 30, 1), 33, -1)) == ()


def test_a_season_between_the_days_is_no_clock() -> None:
    there = moved(profiles(), 20, 1)
    later = there.numbers.copy()
    later[20:] += 60
    assert clock_shifts(DayProfiles(later, there.hours)) == ()


@given(count=st.integers(0, 25), value=st.floats(0, 1e6))
def test_any_days_can_be_looked_at(count: int, value: float) -> None:
    assert clock_shifts(DayProfiles(np.arange(count), np.full((count, HOURS), value))) == ()


def first(days: DayProfiles, count: int) -> DayProfiles:
    return DayProfiles(days.numbers[:count], days.hours[:count])
