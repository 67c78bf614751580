"""What flat means, worked by hand."""

import pytest

from bench.trend import last_quarter_against_second, slope_per_hour, spread

HOURS_S = [0.0, 3600.0, 7200.0, 10_800.0, 14_400.0]


def test_a_line_has_its_own_slope() -> None:
    assert slope_per_hour(HOURS_S, [80.0, 80.5, 81.0, 81.5, 82.0]) == pytest.approx(0.5)


def test_one_sample_that_jumps_does_not_bend_the_line() -> None:
    """Ten pairs: six with slope 1, and those of the jump with 24.75, 32.7, 48.5 and 96."""
    assert slope_per_hour(HOURS_S, [1.0, 2.0, 3.0, 4.0, 100.0]) == pytest.approx(1.0)


def test_the_last_quarter_is_held_against_the_second_whatever_the_warm_up_was() -> None:
    assert last_quarter_against_second([10.0, 60.0, 100.0, 100.0, 140.0, 300.0, 110.0, 110.0]) == pytest.approx(1.1)


def test_the_spread_is_the_most_less_the_fewest() -> None:
    assert spread([28.0, 29.0, 27.0, 28.0]) == pytest.approx(2.0)
