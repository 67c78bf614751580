"""A counter that stands still although something runs through."""

from datetime import UTC, datetime

import numpy as np
import pytest

from analysis.ledger.counter import Booked, book_counter
from analysis.ledger.line import Row
from analysis.ledger.micro import MICRO, micro_units
from analysis.ledger.readings import Decisions, measured
from analysis.ledger.rules import HEATING_MONTHS, Rules
from analysis.ledger.stuck import is_too_long

HOUR = 3_600_000
DAY = 24 * HOUR
JULY, DECEMBER = (round(datetime(2025, month, 1, tzinfo=UTC).timestamp()) * 1000 for month in (7, 12))


def rules(**more: object) -> Rules:
    defaults: dict[str, object] = {
        "wrap": None, "rate": None, "interval_ms": HOUR, "gap_ms": 2 * HOUR, "by_hand": False,
        "context_ms": 5 * DAY, "stuck_ms": 3 * DAY, "short_ms": HOUR,
    }  # fmt: skip
    return Rules(**(defaults | more))  # type: ignore[arg-type]  # keyword dict of mixed types


def booked(steps: list[float], *, start_ms: int = 0, decisions: Decisions | None = None, **more: object) -> Booked:
    values = np.concatenate([[100.0], 100.0 + np.cumsum(steps)])
    times = start_ms + np.arange(len(values)) * HOUR
    return book_counter(measured(times, micro_units(values)), rules(**more), decisions or Decisions())


def total(result: Booked) -> float:
    return int(result.line.totals[Row.AMOUNT, -1]) / MICRO


def hours_faulty(result: Booked) -> int:
    return int(result.line.totals[Row.FAULTY, -1]) // HOUR


def test_a_rest_that_is_too_long_is_faulty_and_not_a_consumption_of_zero() -> None:
    result = booked([1.0] * 48 + [0.0] * 100 + [1.0] * 48)
    assert (total(result), hours_faulty(result)) == (96, 100)
    assert [(one.kind, one.state) for one in result.notices] == [("stuck", "proposed")]


def test_a_rest_that_may_be_is_measured_zero() -> None:
    result = booked([1.0] * 48 + [0.0] * 70 + [1.0] * 48)
    assert (hours_faulty(result), result.notices) == (0, ())


def test_a_counter_that_catches_up_lost_only_the_telling_and_the_sum_is_spread() -> None:
    result = booked([1.0] * 48 + [0.0] * 100 + [101.0] + [1.0] * 48)
    assert (total(result), hours_faulty(result)) == (48 + 101 + 48, 0)
    assert int(result.line.totals[Row.SPREAD, -1]) == 101 * HOUR
    assert [one.kind for one in result.notices] == ["stuck", "gap"]


@pytest.mark.parametrize(("step", "is_caught_up"), [(4.0, False), (4.1, True)])
def test_the_first_step_catches_up_where_it_is_more_than_three_usual_ones_and_one(
    step: float, is_caught_up: bool
) -> None:
    result = booked([1.0] * 48 + [0.0] * 100 + [step] + [1.0] * 48)
    assert (hours_faulty(result) == 0) is is_caught_up
    assert total(result) == pytest.approx(96 + step)


def test_a_person_who_says_that_nothing_was_used_is_believed() -> None:
    result = booked([1.0] * 48 + [0.0] * 100 + [1.0] * 48, decisions=Decisions(believed=frozenset({48 * HOUR})))
    assert (total(result), hours_faulty(result), result.notices) == (96, 0, ())


@pytest.mark.parametrize(("start_ms", "faulty"), [(JULY, 0), (DECEMBER, 400)])
def test_heat_may_rest_in_summer_but_not_in_winter(start_ms: int, faulty: int) -> None:
    result = booked([1.0] * 48 + [0.0] * 400 + [1.0] * 48, start_ms=start_ms, stuck_in=HEATING_MONTHS)
    assert hours_faulty(result) == faulty


def test_only_the_part_of_a_rest_in_winter_counts() -> None:
    november = round(datetime(2025, 11, 1, tzinfo=UTC).timestamp()) * 1000
    winter = rules(stuck_ms=7 * DAY, stuck_in=HEATING_MONTHS)
    assert not is_too_long(JULY, november + 6 * DAY, winter)
    assert is_too_long(JULY, november + 8 * DAY, winter)
    assert is_too_long(DECEMBER + 25 * DAY, DECEMBER + 40 * DAY, winter)  # over the turn of the year


def test_a_counter_that_is_stuck_behind_its_wrap_is_said_to_show_what_its_display_shows() -> None:
    values = micro_units(np.array([995.0, 998.0, *[2.0] * 100, 3.0]))
    result = book_counter(measured(np.arange(len(values)) * HOUR, values), rules(wrap=1000 * MICRO))
    rolled, stuck = result.notices
    assert (rolled.kind, stuck.kind) == ("rollover", "stuck")
    assert "auf 2,0" in stuck.detail
