"""Of two values of one series for the same instant nothing tells which is right."""

import numpy as np

from collector.files.agreement import Agreement


def said(agreement: Agreement, times: list[int], values: list[float]) -> list[bool]:
    return [bool(one) for one in agreement.of(np.array(times, np.int64), np.array(values))]


def test_two_values_for_one_instant_contradict_each_other() -> None:
    assert said(Agreement(), [1, 2, 2, 3], [1.0, 2.0, 9.0, 3.0]) == [True, False, False, True]


def test_the_same_value_twice_is_no_contradiction() -> None:
    assert said(Agreement(), [1, 2, 2, 3], [1.0, 2.0, 2.0, 3.0]) == [True, True, True, True]


def test_what_an_earlier_piece_said_stays_and_another_value_is_refused() -> None:
    agreement = Agreement()
    assert said(agreement, [3, 2, 1], [3.0, 2.0, 1.0]) == [True, True, True]
    assert said(agreement, [4, 5], [4.0, 5.0]) == [True, True]
    assert said(agreement, [2, 3, 4, 6], [2.0, 9.0, 8.0, 6.0]) == [True, False, False, True]
