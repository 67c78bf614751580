"""What counts as missed."""

from bench.soaked import missed_polls


def test_a_late_poll_is_none_that_is_missed_and_two_intervals_without_one_are() -> None:
    late = [10_000, 20_400, 30_000]
    missed = [10_000, 20_000, 40_000, 70_100]
    assert missed_polls([late, [], missed]) == 3
