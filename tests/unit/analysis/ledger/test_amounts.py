"""What a booked line amounts to between any instants: exact, additive, never below zero."""

from decimal import Decimal
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.ledger.amounts import cut_amounts
from analysis.ledger.conversion import ALWAYS_MS, FOR_EVER_MS, Conversion
from analysis.ledger.counter import Booked, book_counter
from analysis.ledger.readings import measured
from tests.unit.analysis.ledger.booking import HOUR, ONE, booked, kinds, rules


def test_gap_is_spread_over_its_time_marked_and_exact_in_sum() -> None:
    result = booked([0, 1, 241, 242], hours=[0, 1, 241, 242])
    amounts = cut_amounts(result.line, np.arange(0, 241, 24) * HOUR, ONE)
    assert amounts.hows() == ["substituted"] * 10
    whole = cut_amounts(result.line, np.array([0, 242]) * HOUR, ONE)
    assert (whole.hows(), whole.total()) == (["measured"], Decimal(242))
    assert [float(value or 0) for value in amounts.decimals()] == [24.0] * 10
    assert amounts.coverage()[0] == pytest.approx(1 / 24)
    assert kinds(result) == ["gap"]


def test_outside_of_the_readings_nothing_is_known() -> None:
    amounts = cut_amounts(booked([0, 1, 2]).line, np.array([-1, 0, 2, 3]) * HOUR, ONE)
    assert amounts.decimals() == [None, Decimal(2), None]
    assert amounts.hows() == ["missing", "measured", "missing"]


def test_conversion_that_changes_inside_a_slot_counts_each_part_with_its_own() -> None:
    halves = (Conversion(ALWAYS_MS, HOUR, Decimal(10)), Conversion(HOUR, FOR_EVER_MS, Decimal("11.5")))
    amounts = cut_amounts(booked([0, 1, 3]).line, np.array([0, 2]) * HOUR, halves)
    assert amounts.decimals() == [Decimal(33)]


def test_time_without_a_conversion_is_unknown_and_not_zero() -> None:
    late = (Conversion(ALWAYS_MS, HOUR, None), Conversion(HOUR, FOR_EVER_MS, Decimal(10)))
    assert cut_amounts(booked([0, 1, 3]).line, np.array([0, 1, 2]) * HOUR, late).decimals() == [None, Decimal(20)]


counters = st.lists(st.tuples(st.integers(1, 50 * HOUR), st.integers(0, 10**10)), min_size=2, max_size=40)


def _line(steps: list[tuple[int, int]]) -> Booked:
    times = np.cumsum([span for span, _ in steps])
    return book_counter(measured(times, np.cumsum([amount for _, amount in steps])), rules())


@given(counters, st.lists(st.integers(-HOUR, 2100 * HOUR), max_size=30, unique=True))
def test_every_partition_of_time_sums_to_the_same_total(steps: list[tuple[int, int]], inner: list[int]) -> None:
    result = _line(steps)
    ends = [-2 * HOUR, 2200 * HOUR]
    whole = cut_amounts(result.line, np.array(ends), ONE)
    parts = cut_amounts(result.line, np.array(sorted([*ends, *inner])), ONE)
    assert parts.total() == whole.total() == Decimal(sum(amount for _, amount in steps[1:])).scaleb(-6)


@given(counters, st.lists(st.integers(-HOUR, 2100 * HOUR), min_size=2, max_size=30, unique=True))
def test_consumption_is_never_negative(steps: list[tuple[int, int]], edges: list[int]) -> None:
    amounts = cut_amounts(_line(steps).line, np.array(sorted(edges)), ONE)
    assert all(value is None or value >= 0 for value in amounts.decimals())


@given(st.lists(st.integers(0, 10**12), min_size=2, max_size=30), st.sampled_from([None, 10**12]))
def test_whatever_a_counter_shows_no_amount_is_negative(values: list[int], wrap: int | None) -> None:
    result = book_counter(measured(np.arange(len(values)) * HOUR, np.array(values)), rules(wrap=wrap))
    assert (np.diff(result.line.totals, axis=1) >= 0).all()
    fell = any(later < earlier for earlier, later in pairwise(values))
    assert bool(result.notices) >= fell


@given(st.integers(0, 10**12), st.integers(1, 10**11), st.integers(1, 10**11), st.integers(0, 10**11))
def test_cut_is_the_rounded_interpolation(start: int, rise: int, span: int, into: int) -> None:
    into = into % (span + 1)
    result = book_counter(measured(np.array([start, start + span]), np.array([7, 7 + rise])), rules())
    exact = Decimal(rise) * into / span
    assert abs(int(result.line.cut(np.array([start + into]))[0, 0]) - exact) <= Decimal("0.501")
