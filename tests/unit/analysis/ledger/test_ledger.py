"""What the ledger makes of counters that show what cannot be: never fooled by a zero, a wrap, a jump."""

import numpy as np
import pytest

from analysis.ledger.counter import book_counter
from analysis.ledger.line import Row
from analysis.ledger.micro import MICRO, micro_units
from analysis.ledger.readings import Decisions, measured
from analysis.ledger.rules import rules_of
from config.meters.meter import Meter
from tests.unit.analysis.evidence import meter
from tests.unit.analysis.ledger.booking import HOUR, booked, kinds, rules, total


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
    assert "exchange_suspected" in kinds(booked([5000, 5001, *[0] * (14 * 24 + 1), 5002, 5003]))


def test_counter_that_fell_and_stays_is_a_suspected_exchange_and_not_booked() -> None:
    result = booked([40481.0, 40482.0, 12.5, 13.5, 14.5])
    assert total(result) == 3
    assert [(notice.kind, notice.state) for notice in result.notices] == [("exchange_suspected", "proposed")]
    assert int(result.line.totals[Row.FAULTY, -1]) == HOUR


@pytest.mark.parametrize(("lower", "kind"), [(901, "counter_fell"), (900, "exchange_suspected")])
def test_a_fall_by_less_than_a_tenth_is_told_and_not_asked_about(lower: int, kind: str) -> None:
    assert kinds(booked([999, 1000, lower, lower + 1, lower + 2])) == [kind]


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


@pytest.mark.parametrize("garbage", [1e300, -1e300])
def test_single_reading_that_no_register_can_show_is_no_consumption(garbage: float) -> None:
    assert total(booked([100, 101, garbage, 103, 104])) == 4


def test_a_single_minute_without_a_reading_is_told_in_the_singular() -> None:
    result = book_counter(measured(np.array([0, 60_000]), micro_units(np.array([0.0, 1.0]))), rules(gap_ms=30_000))
    assert [notice.detail for notice in result.notices] == ["1 Minute ohne Ablesung"]


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
