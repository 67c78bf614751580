"""Delays between attempts: doubled, bounded, spread, and short again after a success."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.backoff import Backoff, doubled_s

FAILURES = st.integers(1, 100_000)
SECONDS = st.floats(0.001, 3600.0)
CHANCES = st.floats(0.0, 1.0, exclude_max=True)


def delays_s(count: int, chance: float) -> list[float]:
    backoff = Backoff(0.5, 30.0, chance=lambda: chance)
    return [backoff.failed() for _ in range(count)]


def test_delays_double_up_to_the_ceiling() -> None:
    assert delays_s(9, 0.5) == [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0, 30.0]


@pytest.mark.parametrize(("chance", "share"), [(0.0, 0.75), (0.5, 1.0), (1.0, 1.25)])
def test_jitter_takes_or_adds_a_quarter_at_most(chance: float, share: float) -> None:
    assert delays_s(8, chance) == [share * delay_s for delay_s in delays_s(8, 0.5)]


def test_connections_that_were_lost_together_do_not_come_back_together() -> None:
    assert len({Backoff(10.0, 600.0).failed() for _ in range(20)}) > 1


def test_after_a_success_the_first_delay_counts_again() -> None:
    backoff = Backoff(0.5, 30.0, chance=lambda: 0.5)
    for _ in range(5):
        backoff.failed()
    backoff.succeeded()
    assert [backoff.failed(), backoff.failed()] == [0.5, 1.0]


def test_without_jitter_a_delay_is_a_matter_of_how_many_failures_there_were() -> None:
    assert [doubled_s(5.0, failures, ceiling_s=300.0) for failures in (1, 2, 3, 7, 8)] == [5, 10, 20, 300, 300]


def test_a_first_delay_beyond_the_ceiling_is_the_ceiling() -> None:
    assert doubled_s(60.0, 1, ceiling_s=30.0) == 30.0


@given(FAILURES, SECONDS, SECONDS)
def test_a_delay_never_falls_from_failure_to_failure_and_never_passes_the_ceiling(
    failures: int, first_s: float, ceiling_s: float
) -> None:
    before_s, after_s = (doubled_s(first_s, count, ceiling_s=ceiling_s) for count in (failures, failures + 1))
    assert min(first_s, ceiling_s) <= before_s <= after_s <= ceiling_s


@given(CHANCES)
def test_any_number_of_failures_ends_nothing(chance: float) -> None:
    assert all(0 < delay_s <= 37.5 for delay_s in delays_s(2_000, chance))
