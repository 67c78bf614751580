"""The answer is found in whatever a line brings; nothing else is taken for it."""

from hypothesis import given
from hypothesis import strategies as st

from collector.modbus.rtu_answers import answer_in, is_as_long

# From the frames that manufacturers print: 230.2 V, 1.0, and pymodbus' exception of unit 17.
VOLTAGE = bytes.fromhex("010404436633341B38")
ONE = bytes.fromhex("0103043F800000F7CF")
REFUSED = bytes.fromhex("118302C134")


def test_frames_as_manufacturers_print_them_are_answers() -> None:
    assert answer_in(VOLTAGE, 1, 4, 2) == VOLTAGE
    assert answer_in(ONE, 1, 3, 2) == ONE
    assert answer_in(REFUSED, 17, 3, 2) == REFUSED


def test_the_answer_of_another_unit_function_or_length_is_none() -> None:
    assert answer_in(VOLTAGE, 2, 4, 2) == b""
    assert answer_in(VOLTAGE, 1, 3, 2) == b""
    assert answer_in(VOLTAGE, 1, 4, 4) == b""
    assert answer_in(REFUSED, 17, 4, 2) == b""


@given(st.binary(max_size=20), st.binary(max_size=20))
def test_what_stands_before_and_behind_an_answer_does_not_matter(before: bytes, behind: bytes) -> None:
    assert answer_in(before + VOLTAGE + behind, 1, 4, 2) == VOLTAGE


@given(st.integers(0, 8 * len(VOLTAGE) - 1))
def test_one_wrong_bit_makes_it_no_answer(bit: int) -> None:
    wrong = (int.from_bytes(VOLTAGE, "big") ^ 1 << bit).to_bytes(len(VOLTAGE), "big")
    assert answer_in(wrong, 1, 4, 2) == b""


@given(st.integers(0, len(VOLTAGE) - 1))
def test_a_frame_that_is_not_whole_yet_is_waited_for(length: int) -> None:
    assert answer_in(VOLTAGE[:length], 1, 4, 2) == b""


def test_what_is_as_long_as_the_answer_has_come_even_where_it_is_wrong() -> None:
    wrong = VOLTAGE[:-1] + b"\0"
    assert is_as_long(b"\xff" + wrong, 1, 4, 2)
    assert not is_as_long(wrong[:-1], 1, 4, 2)
    assert not is_as_long(wrong, 2, 4, 2)  # a neighbour's
