from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError

from config.portfolio.calendar_schema import closed_days, opening_hours, period, special_uses


@given(st.dates(date(1900, 1, 1), date(2200, 1, 1)), st.dates(date(1900, 1, 1), date(2200, 1, 1)))
def test_a_period_is_read_exactly_where_its_end_comes_after_its_start(start: date, end: date) -> None:
    if end > start:
        found = period(f"{start}/{end}")
        assert (found.start, found.end) == (start, end)
    else:
        with pytest.raises(PydanticCustomError, match="is not after the start"):
            period(f"{start}/{end}")


def test_closed_days_may_be_days_and_periods() -> None:
    assert closed_days(["2026-02-16", date(2026, 2, 17), "2026-05-14/2026-05-16"]) == {
        date(2026, 2, 16),
        date(2026, 2, 17),
        date(2026, 5, 14),
        date(2026, 5, 15),
    }


def test_opening_hours_may_have_a_break_and_end_at_midnight() -> None:
    morning, evening, weekend = opening_hours(
        {"mon-wed,fri": ["07:00-12:00", "13:30-24:00"], "sat-sun": "09:00-10:00"}
    )
    assert morning.weekdays == {0, 1, 2, 4}
    assert (evening.opens, evening.closes) == (time(13, 30), time(0))
    assert weekend.weekdays == {5, 6}


def test_weekdays_may_run_over_the_weekend() -> None:
    (hours,) = opening_hours({"sat-mon": "09:00-10:00"})
    assert hours.weekdays == {5, 6, 0}


@pytest.mark.parametrize(
    "value",
    [{"mon": "7:00-16:00"}, {"mon": "25:00-26:00"}, {"mon": "07:60-08:00"}, {"mo": "07:00-08:00"}, {"": 1}, []],
)
def test_wrong_opening_hours_are_refused(value: object) -> None:
    with pytest.raises(PydanticCustomError):
        opening_hours(value)


def test_a_single_use_has_a_day_and_two_times() -> None:
    (use,) = special_uses(["2026-03-02 19:00/22:00"])
    assert (use.day, use.start, use.end) == (date(2026, 3, 2), time(19), time(22))
