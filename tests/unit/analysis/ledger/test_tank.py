"""A store that is filled by deliveries: what was burnt, never what was brought."""

import numpy as np

from analysis.ledger.line import Row
from analysis.ledger.micro import MICRO, micro_units
from analysis.ledger.readings import measured
from analysis.ledger.tank import book_tank
from tests.unit.analysis.ledger.booking import HOUR, kinds, rules, total


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
