"""How long a bus waits for an answer."""

from hypothesis import given
from hypothesis import strategies as st

from collector.modbus.patience import LONGEST_S, SHORTEST_S, Patience


def after(*answers_s: float, every_s: float = 60.0) -> Patience:
    patience = Patience([every_s])
    for took_s in answers_s:
        patience.answered(took_s)
    return patience


def first_try_s(patience: Patience) -> float:
    return patience.timeout_s(declared_s=None, is_known=False, is_first_try=True)


def test_before_anybody_answered_a_device_has_all_the_time() -> None:
    assert first_try_s(after()) == LONGEST_S


def test_a_device_that_never_answered_is_waited_for_as_its_neighbours_make_likely() -> None:
    assert first_try_s(after(0.001, 0.002)) == SHORTEST_S
    assert first_try_s(after(0.05)) == 0.25
    assert first_try_s(after(0.9)) == LONGEST_S


def test_its_second_try_has_all_the_time_so_that_a_slow_device_is_found() -> None:
    patience = after(0.001)
    assert patience.timeout_s(declared_s=None, is_known=False, is_first_try=False) == LONGEST_S
    assert patience.timeout_s(declared_s=None, is_known=True, is_first_try=True) == LONGEST_S


def test_what_a_table_declares_is_waited_for() -> None:
    assert after(every_s=1.0).timeout_s(declared_s=3.0, is_known=True, is_first_try=True) == 3.0


def test_a_bus_that_is_asked_every_second_does_not_stand_still_for_one() -> None:
    assert first_try_s(after(every_s=1.0)) == 0.6


def test_one_slow_answer_is_forgotten_in_the_end() -> None:
    assert first_try_s(after(0.2, *[0.001] * 300)) == SHORTEST_S


@given(st.lists(st.floats(0, 5)), st.floats(0.01, 900), st.booleans(), st.booleans())
def test_no_device_without_a_declared_time_is_waited_for_longer_than_the_longest(
    answers_s: list[float], every_s: float, is_known: bool, is_first_try: bool
) -> None:
    patience = after(*answers_s, every_s=every_s)
    waited_s = patience.timeout_s(declared_s=None, is_known=is_known, is_first_try=is_first_try)
    assert SHORTEST_S <= waited_s <= LONGEST_S
