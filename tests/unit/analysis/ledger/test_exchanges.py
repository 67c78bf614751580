"""A device that takes the place of another: both are counted, and what lies between them is not."""

import numpy as np

from analysis.ledger.line import Row, stepped
from analysis.ledger.micro import MICRO
from analysis.ledger.readings import Exchange
from tests.unit.analysis.ledger.booking import HOUR, booked, kinds, total


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
