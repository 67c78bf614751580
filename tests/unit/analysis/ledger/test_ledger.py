"""What the ledger makes of counters: exact, additive, and never fooled by a zero."""

from decimal import Decimal
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.ledger.amounts import cut_amounts
from analysis.ledger.conversion import ALWAYS_MS, FOR_EVER_MS, Conversion
from analysis.ledger.counter import Booked, book_counter
from analysis.ledger.line import Row, stepped
from analysis.ledger.micro import MICRO, micro_units
from analysis.ledger.readings import Decisions, Exchange, measured
from analysis.ledger.rules import Rules, rules_of
from analysis.ledger.tank import book_tank
from config.meters.meter import Meter
from tests.unit.analysis.evidence import meter

HOUR = 3_600_000
ONE = (Conversion(ALWAYS_MS, FOR_EVER_MS, Decimal(1)),)


def rules(**more: object) -> Rules:
    defaults: dict[str, object] = {
        "wrap": None,
        "rate": None,
        "interval_ms": HOUR,
        "gap_ms": 2 * HOUR,
        "by_hand": False,
        "context_ms": 48 * HOUR,
    }
    return Rules(**(defaults | more))  # type: ignore[arg-type]  # keyword dict of mixed types


def booked(
    values: list[float], *, hours: list[int] | None = None, exchanges: tuple[Exchange, ...] = (), **more: object
) -> Booked:
    times = np.array(hours if hours is not None else range(len(values)), np.int64) * HOUR
    return book_counter(measured(times, micro_units(np.array(values))), rules(**more), Decisions(exchanges))


def total(result: Booked) -> float:
    return int(result.line.totals[Row.AMOUNT, -1]) / MICRO


def kinds(result: Booked) -> list[str]:
    return [notice.kind for notice in result.notices]


def test_spurious_zero_is_no_consumption_and_one_event() -> None:
    result = booked([40482.8, 0, 40482.8])
    assert total(result) == 0
    assert kinds(result) == ["spurious_zero"]


def test_several_spurious_zeros_are_one_event_and_the_rise_after_them_counts() -> None:
    result = booked([40482.8, 0, 0, 0, 40485.0, 40486.0])
    assert total(result) == pytest.approx(3.2)
    assert kinds(result) == ["gap", "spurious_zero"]


@pytest.mark.parametrize("zeros", [12, 13, 47, 60, 14 * 24])
def test_a_fortnight_of_zeros_and_the_way_back_are_no_consumption_without_a_declared_maximum(zeros: int) -> None:
    result = booked([5000, 5001, *[0] * zeros, 5002, 5003])
    assert (total(result), kinds(result)) == (3, ["gap", "spurious_zero"])


def test_more_than_a_fortnight_of_zeros_is_a_suspected_exchange() -> None:
    assert kinds(booked([5000, 5001, *[0] * (14 * 24 + 1), 5002, 5003])) == ["exchange_suspected"]


def test_counter_that_fell_and_stays_is_a_suspected_exchange_and_not_booked() -> None:
    result = booked([40481.0, 40482.0, 12.5, 13.5, 14.5])
    assert total(result) == 3
    assert [(notice.kind, notice.state) for notice in result.notices] == [("exchange_suspected", "proposed")]
    assert int(result.line.totals[Row.FAULTY, -1]) == HOUR


def test_newest_reading_that_fell_is_not_yet_called_an_exchange() -> None:
    assert kinds(booked([40481.0, 40482.0, 0.0])) == ["counter_fell"]


def test_wrap_of_a_six_digit_counter_is_exact() -> None:
    result = booked([999_984, 20, 25], wrap=10**6 * MICRO)
    assert total(result) == 41
    assert kinds(result) == ["rollover"]


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        (500_000, 20, "exchange_suspected"),
        (900_000, 20, "exchange_suspected"),
        (900_001, 20, "rollover"),
        (999_984, 199_984, "rollover"),
        (999_984, 199_985, "exchange_suspected"),
    ],
)
def test_wrap_needs_a_full_register_and_a_rest_that_is_plausible(before: int, after: int, kind: str) -> None:
    assert kinds(booked([before, after, after + 5], wrap=10**6 * MICRO)) == [kind]


def test_spurious_zero_close_to_the_wrap_is_no_wrap() -> None:
    result = booked([999_984, 0, 999_985, 999_990], wrap=10**6 * MICRO)
    assert (total(result), kinds(result)) == (6, ["spurious_zero"])


def test_first_reading_is_a_baseline_and_no_consumption() -> None:
    assert total(booked([5_000_000, 5_000_001])) == 1


def test_impossible_jump_is_noticed_and_not_booked() -> None:
    result = booked([100, 101, 5_000_000, 5_000_001], rate=50 * MICRO / HOUR)
    assert (total(result), kinds(result)) == (2, ["implausible_jump"])


@pytest.mark.parametrize(("rise", "found"), [(76, []), (77, ["implausible_jump"])])
def test_a_quarter_beyond_the_connection_and_a_unit_of_the_register_are_no_jump(rise: int, found: list[str]) -> None:
    assert kinds(booked([100, 100 + rise, 101 + rise], rate=60 * MICRO / HOUR)) == found


def test_single_high_reading_is_dropped_even_without_a_declared_maximum() -> None:
    result = booked([100, 101, 99_999, 103, 104])
    assert (total(result), kinds(result)) == (4, ["implausible_jump"])


def test_large_consumption_within_the_connection_is_never_discarded() -> None:
    assert total(booked([0, 75, 150], rate=80 * MICRO / HOUR)) == 150


def test_jump_that_a_person_confirmed_is_booked() -> None:
    times = np.arange(3) * HOUR
    result = book_counter(
        measured(times, micro_units(np.array([0.0, 500, 501]))),
        rules(rate=MICRO / HOUR),
        Decisions(believed=frozenset({HOUR})),
    )
    assert total(result) == 501


def test_recorded_exchange_counts_both_devices() -> None:
    exchange = Exchange(90 * 60_000, 110 * MICRO, 5 * MICRO)
    result = booked([100, 106, 8, 10], exchanges=(exchange,))
    assert (total(result), kinds(result)) == (15, [])


def test_recorded_exchange_to_a_higher_start_is_no_consumption() -> None:
    result = booked([100, 106, 5_000_001], exchanges=(Exchange(90 * 60_000, 110 * MICRO, 5_000_000 * MICRO),))
    assert total(result) == 11


def test_an_old_device_that_goes_on_counting_behind_an_exchange_raises_the_question_whether_it_was_one() -> None:
    result = booked(
        [100, 106, 112, 118], exchanges=(Exchange(90 * 60_000, 109 * MICRO, 5 * MICRO),), rate=50 * MICRO / HOUR
    )
    assert (total(result), kinds(result)) == (6 + 3 + 6, ["implausible_jump"])
    detail = "nach dem erfassten Zählerwechsel steht der Zähler auf 112,0 statt bei 5,0: Stimmt der Wechsel?"
    assert result.notices[0].detail == detail


def test_exchange_without_its_end_reading_leaves_that_interval_unbooked() -> None:
    result = booked([100, 106, 8, 10], exchanges=(Exchange(90 * 60_000, None, 5 * MICRO),))
    assert total(result) == 11
    assert int(result.line.totals[Row.FAULTY, -1]) == HOUR // 2


def test_two_exchanges_between_two_readings_add_up() -> None:
    exchanges = (Exchange(70 * 60_000, 107 * MICRO, 0), Exchange(100 * 60_000, 4 * MICRO, 50 * MICRO))
    assert total(booked([100, 106, 53], exchanges=exchanges)) == 6 + 1 + 4 + 3


def test_counter_that_speaks_when_it_moves_keeps_its_order_over_an_exchange() -> None:
    exchange = Exchange(90 * 60_000, 110 * MICRO, 5 * MICRO)
    line = stepped(booked([100, 106, 8, 10], exchanges=(exchange,)).line)
    assert (np.diff(line.time_ms) >= 0).all()
    shortly_before, then = (int(line.cut(np.array([90 * 60_000 - early]))[Row.AMOUNT, 0]) for early in (1, 0))
    assert (shortly_before, then) == (6 * MICRO, 10 * MICRO)


@pytest.mark.parametrize("garbage", [1e300, -1e300])
def test_single_reading_that_no_register_can_show_is_no_consumption(garbage: float) -> None:
    assert total(booked([100, 101, garbage, 103, 104])) == 4


def test_a_single_minute_without_a_reading_is_told_in_the_singular() -> None:
    result = book_counter(measured(np.array([0, 60_000]), micro_units(np.array([0.0, 1.0]))), rules(gap_ms=30_000))
    assert [notice.detail for notice in result.notices] == ["1 Minute ohne Ablesung"]


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


def test_oil_is_opening_plus_delivered_minus_closing() -> None:
    levels = micro_units(np.array([5000.0, 3000.0, 7000.0]))
    result = book_tank(
        measured(np.array([0, 10, 20]) * HOUR, levels),
        np.array([15]) * HOUR,
        micro_units(np.array([6000.0])),
        rules(by_hand=True),
    )
    assert total(result) == 2000 + 2000


def test_a_delivery_at_the_instant_of_a_level_belongs_to_the_interval_that_ends_there() -> None:
    levels = measured(np.array([0, 10, 20], np.int64) * HOUR, micro_units(np.array([5000.0, 8000, 7000])))
    result = book_tank(levels, np.array([10], np.int64) * HOUR, micro_units(np.array([6000.0])), rules(gap_ms=None))
    assert np.diff(result.line.totals[Row.AMOUNT]).tolist() == [3000 * MICRO, 1000 * MICRO]


def test_level_that_rises_without_a_delivery_is_not_booked() -> None:
    levels = micro_units(np.array([5000.0, 9000.0, 8000.0]))
    empty = np.array([], np.int64)
    result = book_tank(measured(np.array([0, 10, 20]) * HOUR, levels), empty, empty, rules(by_hand=True))
    assert (total(result), kinds(result)) == (1000, ["implausible_jump"])


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


@pytest.mark.parametrize(
    ("values", "rate", "says"),
    [
        ([100, 100.5, 90000], 0.001, "um 89.899,5\u202fm³, mehr"),
        ([9000, 9001, 12, 13, 14], None, "von 9.001,0\u202fm³ auf 12,0\u202fm³ gefallen"),
        ([9000, 9001, 0, 9002, 9003], None, "zeigte 0,0\u202fm³ und"),
        ([9000, 9001, 99000, 9002, 9003], None, "zeigte 99.000,0\u202fm³: nicht"),
    ],
)
def test_what_the_ledger_noticed_names_the_unit_of_the_register(
    values: list[float], rate: float | None, says: str
) -> None:
    (notice,) = booked(values, unit="m³", rate=rate).notices
    assert says in notice.detail


@pytest.mark.parametrize(
    ("declared", "unit"),
    [
        (meter("water", "water", quantity="volume", unit="m3"), "m³"),
        (meter("heat", "heat_meter", quantity="heat_energy", unit="MWh"), "kWh"),
        (meter("pulses", quantity="pulse_count", unit="1"), "Impulse"),
    ],
)
def test_the_unit_of_what_was_noticed_is_that_in_which_readings_are_kept(declared: Meter, unit: str) -> None:
    assert rules_of(declared).unit == unit
