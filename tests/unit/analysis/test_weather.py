"""Degree days, by hand."""

from datetime import date, timedelta

import numpy as np
import pytest

from analysis.weather import DailyTemperatures, daily_degree_days, daily_temperatures, degree_days
from tests.unit.analysis.evidence import books, place, utc

HOUR = timedelta(hours=1)


def test_degree_days_by_hand() -> None:
    # 20 − (−3) + 20 − 8.5 + 20 − 14.9; a day at the heating limit of 15 °C and a warm one add nothing.
    days = (-3.0, 8.5, 14.9, 15.0, 21.0, None)
    temperatures = DailyTemperatures("02486", date(2025, 1, 1), date(2025, 1, 7), days, (1.0,) * 5 + (0.2,))
    assert degree_days(temperatures) == pytest.approx(23 + 11.5 + 5.1)
    assert temperatures.coverage == pytest.approx(5 / 6)


def test_mean_of_a_local_day_is_taken_between_its_midnights() -> None:
    there, store = books(place())
    store.put(
        "weather-02486",
        "air_temperature",
        {utc(2025, 6, 30) + number * HOUR: (10.0 if number <= 22 else 20.0) for number in range(72)},
    )
    first, second = daily_temperatures(there, date(2025, 7, 1), date(2025, 7, 3)).celsius
    assert first == pytest.approx((0.5 * 10 + 0.5 * 20 + 23 * 20) / 24, abs=0.3)
    assert second == pytest.approx(20)


def test_six_hours_are_bridged_and_longer_gaps_leave_the_day_without_a_mean() -> None:
    there, store = books(place())
    hours = [*range(-2, 8), *range(13, 30), *range(38, 60)]
    store.put("weather-02486", "air_temperature", {utc(2025, 1, 1) + number * HOUR: 4.0 for number in hours})
    result = daily_temperatures(there, date(2025, 1, 1), date(2025, 1, 3))
    assert result.celsius[0] == pytest.approx(4.0)
    assert result.celsius[1] is None
    assert result.known[1] == pytest.approx(15 / 24, abs=0.05)


def test_no_weather_is_no_weather() -> None:
    there, _ = books(place())
    assert daily_temperatures(there, date(2025, 1, 1), date(2025, 1, 3)).celsius == (None, None)
    assert np.isnan(daily_degree_days(there, date(2024, 12, 30), date(2025, 1, 2), now=utc(2026, 1, 1))).all()
