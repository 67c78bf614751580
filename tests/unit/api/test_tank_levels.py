"""What is expected of a tank's level, and what fits into it. Ten thousand litres; read off to 200."""

from datetime import datetime, timedelta

import numpy as np
import pytest

from api.expected.tank_levels import TankHistory
from gateway.reading import milliseconds
from gateway.series import Series
from tests.unit.api.district import NOW

DAY = timedelta(days=1)
START = NOW - 60 * DAY


def series(values: dict[int, float]) -> Series:
    times = [milliseconds(START + day * DAY) for day in values]
    return Series(np.array(times, np.int64), np.array([*values.values()], np.float64))


def tank(levels: dict[int, float], delivered: dict[int, float] | None = None) -> TankHistory:
    return TankHistory(10_000.0, series(levels), series(delivered or {}))


def on(day: int) -> datetime:
    return START + day * DAY


def expected(history: TankHistory, day: int) -> tuple[float, float]:
    found = history.expected(on(day))
    return round(found.low or 0.0), round(found.high or 0.0)


# Twenty litres a day; three times that is expected at most.
USED = {0: 8000.0, 30: 7400.0}


def test_level_of_a_tank_that_was_never_read_lies_within_it() -> None:
    assert expected(tank({}), 5) == (0, 10_000)


def test_level_falls_by_three_times_the_usual_use_at_most_and_rises_by_no_more_than_the_dipstick_errs() -> None:
    assert expected(tank(USED), 40) == (7400 - 600 - 200, 7400 + 200)


def test_delivery_since_the_last_level_lifts_what_is_expected() -> None:
    assert expected(tank(USED, {35: 2000.0}), 40) == (9400 - 600 - 200, 9600)
    assert expected(tank(USED, {35: 5000.0}), 40) == (10_000, 10_000)


def test_delivery_counts_with_the_level_behind_it() -> None:
    assert expected(tank(USED, {30: 2000.0}), 40)[1] == 7600


def test_level_in_between_holds_at_least_what_the_next_one_shows_and_nobody_brought() -> None:
    assert expected(tank(USED | {60: 6900.0}), 40)[0] == 6900 - 200
    assert expected(tank(USED | {60: 6900.0}, {50: 3000.0}), 40)[0] == 7400 - 600 - 200


def test_where_two_levels_tell_too_little_about_the_use_the_tank_may_be_empty() -> None:
    assert expected(tank({0: 8000.0, 3: 7900.0}), 10) == (0, 8100)


@pytest.mark.parametrize(
    ("delivered", "room"), [({}, 10_200 - 6800), ({35: 1000.0}, 10_200 - 7800), ({38: 9000.0}, 10_200 - 15_800)]
)
def test_what_fits_is_what_is_free_if_as_much_was_used_as_can_be_expected(
    delivered: dict[int, float], room: float
) -> None:
    assert tank(USED, delivered).room(on(40)) == pytest.approx(room)


def test_into_a_tank_of_unknown_use_everything_fits_that_it_holds() -> None:
    assert tank({0: 8000.0}).room(on(40)) == 10_000
